"""A file on its way in: the body of a request, raw or as a form, taken block by block and never beyond its limit."""

import hashlib
from collections.abc import AsyncGenerator
from typing import Annotated, Any

from fastapi import Query, Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from ledgerflow.billing.errors import BillingError, Finding, InputRefused
from ledgerflow.intake.inspection import MAX_BYTES
from ledgerflow.issuing.importing import CutOff, Handed

_FORM = "multipart/form-data"
_AROUND = 16 * 1024  # bytes of a form beside its file
_LONGEST_NAME = 200
RAW = (
    "application/octet-stream",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.ms-excel",
    "text/csv",
)
BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            _FORM: {
                "schema": {
                    "type": "object",
                    "properties": {"file": {"type": "string", "format": "binary"}},
                    "required": ["file"],
                }
            },
            **{media: {"schema": {"type": "string", "format": "binary"}} for media in RAW},
        },
    }
}
"""How the OpenAPI document tells of it."""


class MediaUnknown(BillingError):
    """A body of the type {given!r} is not taken. Send the file as it is (application/octet-stream) or as a form
    (multipart/form-data) with the one field `file`."""


class _Beyond(Exception):
    """More came than is taken."""

    def __init__(self, received: int, sha256: str) -> None:
        super().__init__(received)
        self.received, self.sha256 = received, sha256


async def handed(
    request: Request,
    name: Annotated[str, Query(max_length=_LONGEST_NAME, description="What the file is called, where it is raw.")] = "",
) -> Handed | CutOff:
    """The file of a request, or what came of one that is too large. Raises MediaUnknown, and InputRefused for a form
    without a file."""
    media = request.headers.get("content-type", RAW[0]).partition(";")[0].strip().lower()
    if media != _FORM and media not in RAW:
        raise MediaUnknown(given=media[:80])
    try:
        if media == _FORM:
            return await _from_form(request)
        return Handed(_shown(name), b"".join([block async for block in _bounded(request, MAX_BYTES)]))
    except _Beyond as beyond:
        return CutOff(_shown(name), beyond.received, beyond.sha256, MAX_BYTES)


async def _from_form(request: Request) -> Handed | CutOff:
    parser = MultiPartParser(
        request.headers, _bounded(request, MAX_BYTES + _AROUND), max_files=1, max_fields=4, max_part_size=1024
    )
    parser.spool_max_size = MAX_BYTES + _AROUND  # in memory, for the limit is small: nothing is left in a folder
    try:
        form = await parser.parse()
    except MultiPartException as fault:
        raise InputRefused([_no_form(fault.message)]) from fault
    try:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise InputRefused([_no_form("It has no file in a field of the name file.")])
        content = await file.read()
    finally:
        await form.close()
    found = Handed(_shown(file.filename or ""), content)
    if len(content) > MAX_BYTES:
        return CutOff(found.name, len(content), found.sha256, MAX_BYTES)
    return found


async def _bounded(request: Request, most: int) -> AsyncGenerator[bytes, None]:
    size, digest = 0, hashlib.sha256()
    async for block in request.stream():
        size += len(block)
        digest.update(block)
        if size > most:
            raise _Beyond(size, digest.hexdigest())
        yield block


def _no_form(reason: str) -> Finding:
    advice = "Send the file in a field of the name file, or as the body itself."
    return Finding("upload.form", "", f"The form cannot be read. {reason}", advice)


def _shown(name: str) -> str:
    """The last part of a path, in letters that can be printed."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(letter if letter.isprintable() else "?" for letter in last)[:_LONGEST_NAME] or "unnamed"
