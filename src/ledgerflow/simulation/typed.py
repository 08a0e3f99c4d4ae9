"""What a person types in, and the shares in it: the ground on which every section of a configuration stands."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Share = Annotated[float, Field(ge=0, le=1)]


class Typed(BaseModel):
    """What a person types in: frozen once read, and an unknown key is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)
