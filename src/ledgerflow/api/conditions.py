"""Answers that a client has already: ETags, and 304 where nothing is new."""

from hashlib import sha256

from fastapi import Request, Response
from pydantic import BaseModel

NOT_MODIFIED: dict[int | str, dict[str, object]] = {304: {"description": "Nothing is new since that ETag."}}


def tag_of(content: bytes | str) -> str:
    """A strong ETag: other content has another."""
    return f'"{sha256(content if isinstance(content, bytes) else content.encode()).hexdigest()[:32]}"'


def is_known(request: Request, tag: str) -> bool:
    """Whether the client says that it has this."""
    given = request.headers.get("If-None-Match", "")
    return given.strip() == "*" or tag in (one.strip().removeprefix("W/") for one in given.split(","))


def unless_known(request: Request, model: BaseModel) -> Response:
    """The model as JSON under its ETag, or 304."""
    content = model.model_dump_json().encode()
    tag = tag_of(content)
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if is_known(request, tag):
        return Response(status_code=304, headers=headers)
    return Response(content, media_type="application/json", headers=headers)
