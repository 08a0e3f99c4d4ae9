"""Versions of what is set up: told as an ETag, and asked for in If-Match, so that nobody undoes another's change."""

import re
from typing import Annotated

from fastapi import Header

IfMatch = Annotated[str, Header(alias="If-Match", max_length=100, description="The ETag of what is changed.")]

_ETAG = re.compile(r'"(\d{1,15})"')
_NO_VERSION = -1


def etag(version: int) -> str:
    """A version as an ETag."""
    return f'"{version}"'


def expected(if_match: str) -> int | None:
    """The version that is changed; None where none is named. What is no ETag of ours matches nothing."""
    if not if_match:
        return None
    found = _ETAG.fullmatch(if_match.strip())
    return int(found[1]) if found else _NO_VERSION
