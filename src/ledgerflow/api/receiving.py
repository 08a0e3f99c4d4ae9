"""A file on its way in: the body of a request, raw or as a form, taken block by block and never beyond its limit."""

from collections.abc import AsyncGenerator
from typing import Annotated, Any

from fastapi import Query, Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from ledgerflow.billing.errors import BillingError, Finding, InputRefused
from ledgerflow.intake.inspection import MAX_BYTES
from ledgerflow.issuing.importing import Handed

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


class UploadTooLarge(BillingError):
    """The file is larger than {limit} bytes. Remove pictures and unused sheets, or split the catalogue."""


class MediaUnknown(BillingError):
    """A body of the type {given!r} is not taken. Send the file as it is (application/octet-stream) or as a form
    (multipart/form-data) with the one field `file`."""


async def handed(
    request: Request,
    name: Annotated[str, Query(max_length=_LONGEST_NAME, description="What the file is called, where it is raw.")] = "",
) -> Handed:
    """The file of a request. Raises UploadTooLarge as soon as it is known, MediaUnknown, and InputRefused for a form
    without a file."""
    media = request.headers.get("content-type", RAW[0]).partition(";")[0].strip().lower()
    if media == _FORM:
        return await _from_form(request)
    if media not in RAW:
        raise MediaUnknown(given=media[:80])
    content = bytearray()
    async for block in _bounded(request, MAX_BYTES):
        content += block
    return Handed(_shown(name), bytes(content))


async def _from_form(request: Request) -> Handed:
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
    if len(content) > MAX_BYTES:
        raise UploadTooLarge(limit=MAX_BYTES)
    return Handed(_shown(file.filename or ""), content)


async def _bounded(request: Request, most: int) -> AsyncGenerator[bytes, None]:
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > most:
        raise UploadTooLarge(limit=MAX_BYTES)
    size = 0
    async for block in request.stream():
        size += len(block)
        if size > most:
            raise UploadTooLarge(limit=MAX_BYTES)
        yield block


def _no_form(reason: str) -> Finding:
    advice = "Send the file in a field of the name file, or as the body itself."
    return Finding("upload.form", "", f"The form cannot be read. {reason}", advice)


def _shown(name: str) -> str:
    """The last part of a path, in letters that can be printed."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(letter if letter.isprintable() else "?" for letter in last)[:_LONGEST_NAME] or "unnamed"
