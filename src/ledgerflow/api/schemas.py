"""What the routes take and give, shared by several of them; an unknown key is refused."""

from collections.abc import Sequence
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from ledgerflow.api.problems import MEDIA, Problem

T = TypeVar("T")


class Taken(BaseModel):
    """What is sent to us."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


Password = Annotated[str, StringConstraints(strip_whitespace=False, min_length=1, max_length=256)]
"""Taken as it was typed: a space before or after it is a part of it."""


class Given(BaseModel):
    """What we send."""

    model_config = ConfigDict(from_attributes=True)


class Page(Given, Generic[T]):
    """Some of many, newest first; `next` is the cursor of what follows, or null."""

    items: Sequence[T]
    next: str | None = Field(None, description="Send it as `cursor` for what follows.")


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What a route may answer besides, for the OpenAPI document."""
    return {status: {"model": Problem, "content": {MEDIA: {}}} for status in sorted({400, *statuses})}


GUARDED = (401, 403, 429)
"""What every route answers that asks for a token."""
