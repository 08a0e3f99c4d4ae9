"""What a person types in, and the shares in it: the ground on which every section of a configuration stands."""

from typing import Annotated
from unicodedata import category

from pydantic import BaseModel, ConfigDict, Field, field_validator

Share = Annotated[float, Field(ge=0, le=1)]
_UNSEEN = ("Cc", "Cs", "Zl", "Zp")  # control characters, halves of pairs, line and paragraph separators
_TURNING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"  # they would turn round what stands beside


class Typed(BaseModel):
    """What a person types in: frozen once read, and an unknown key is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True, str_strip_whitespace=True)

    @field_validator("*")
    @classmethod
    def _is_printable(cls, value: object) -> object:
        """A name stands on one line of a page, of a register and of a screen."""
        if not isinstance(value, str) or value.isprintable():  # quickly, as nearly all is
            return value
        if any(category(letter) in _UNSEEN or letter in _TURNING for letter in value):
            raise ValueError("it holds a line break or another control character")
        return value
