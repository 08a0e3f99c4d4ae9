"""Cursors: the place after which a page begins, as words that a client hands back and need not understand."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from typing import Annotated, TypeVar

from fastapi import Query

from ledgerflow.billing.errors import Finding, InputRefused

T = TypeVar("T")
V = TypeVar("V")

MOST = 200
Cursor = Annotated[str, Query(max_length=400, description="`next` of the page before.")]
Limit = Annotated[int, Query(ge=1, le=MOST, description="How many at most.")]


def cursor_of(*place: str | int) -> str:
    """A place as words."""
    return urlsafe_b64encode(json.dumps(place, ensure_ascii=False).encode()).decode().rstrip("=")


def place_of(cursor: str, read: Callable[[Sequence[object]], V]) -> V | None:
    """The place that a cursor names, None for none. Raises InputRefused where it is none of ours."""
    if not cursor:
        return None
    try:
        return read(json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))))
    except (ValueError, TypeError, IndexError, KeyError, OverflowError, RecursionError) as fault:
        advice = "Send what `next` said, or nothing for the first page."
        raise InputRefused([Finding("cursor.malformed", "query:/cursor", "The cursor is none.", advice)]) from fault


def cut(found: Sequence[T], limit: int, cursor: Callable[[T], str]) -> tuple[Sequence[T], str | None]:
    """A page of what was asked one more of than it takes, and the cursor of the next, if there is more."""
    return (found[:limit], cursor(found[limit - 1])) if len(found) > limit else (found, None)
