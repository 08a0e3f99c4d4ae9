"""Files sent as they are read: flat in memory, in part where that is asked for, and no thread waits for a client.

A block is read in a thread and sent from the loop; who takes no block for a minute is left.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from time import perf_counter
from typing import BinaryIO
from urllib.parse import quote

import anyio
from anyio.lowlevel import RunVar
from anyio.to_thread import run_sync
from fastapi import Request, Response
from starlette.types import Receive, Scope, Send

from ledgerflow.api import problems
from ledgerflow.api.conditions import is_known
from ledgerflow.api.gates.counting import BEGUN
from ledgerflow.telemetry.meters import EXPORT

BLOCK = 256 * 1024
_STALLED = 60  # seconds that a client may take for a block
_READERS = 8  # blocks that are read at once
_LONGEST_NAME = 120
_PART = re.compile(r"bytes=(?:(\d{1,18})-(\d{0,18})|-(\d{1,18}))")
_UNSAFE = re.compile(r'[\x00-\x1f\x7f-\x9f\\/:*?"<>|\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]+')
_readers: RunVar[anyio.CapacityLimiter] = RunVar("readers")

TYPES: Mapping[str, str] = {
    "zip": "application/zip",
    "csv": "text/csv; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
}
ANY_TYPE = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Opened:
    """A file that is to be sent: `tag` is its ETag, `name` what the client shall call it, `kind` what it is counted as:
    an archive, or a format."""

    file: BinaryIO
    size: int
    tag: str
    name: str
    kind: str
    close: Callable[[], None]

    @property
    def media_type(self) -> str:
        """By the end of its name."""
        return TYPES.get(self.name.rpartition(".")[2].lower(), ANY_TYPE)


def attachment(name: str) -> str:
    """The header that has a browser keep a file under a name in any script (RFC 6266): letters that a header lacks are
    in its second form, and an underscore in its first, which old clients read."""
    safe = _UNSAFE.sub(" ", name)
    stem, dot, end = " ".join(safe.split()).strip(". ").rpartition(".")
    whole = f"{stem[:_LONGEST_NAME]}{dot}{end}" or "download"
    plain = "".join(letter if letter.isascii() and letter not in "%;" else "_" for letter in whole)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(whole, safe='')}"


def sent(request: Request, opened: Opened, *, in_parts: bool = True) -> Response:
    """The file, the part of it that is asked for, or the word that the client has it."""
    headers = {
        "ETag": opened.tag,
        "Accept-Ranges": "bytes" if in_parts else "none",
        "Cache-Control": "private, no-cache" if in_parts else "no-store",
        "X-Content-Type-Options": "nosniff",
        "Content-Disposition": attachment(opened.name),
    }
    if in_parts and is_known(request, opened.tag):
        opened.close()
        return Response(status_code=304, headers=headers)
    part = _part(request, opened) if in_parts else None
    if part is None:
        return _Sending(opened, 0, opened.size, 200, headers)
    first, last = part
    if first > last:
        opened.close()
        beyond = {"Content-Range": f"bytes */{opened.size}"}
        return problems.answer(request, 416, "range", "The file has no such part", "", (), beyond)
    headers["Content-Range"] = f"bytes {first}-{last}/{opened.size}"
    return _Sending(opened, first, last - first + 1, 206, headers)


def _part(request: Request, opened: Opened) -> tuple[int, int] | None:
    """First and last byte, both included; the first beyond the last where there is no such part; None for all of it."""
    asked = _PART.fullmatch(request.headers.get("Range", "").strip())
    if not asked or request.headers.get("If-Range", opened.tag) != opened.tag:
        return None
    first, last, ending = asked.groups()
    if ending is not None:
        return (max(0, opened.size - int(ending)), opened.size - 1) if int(ending) else (1, 0)
    if last and int(last) < int(first):
        return None
    end = min(int(last), opened.size - 1) if last else opened.size - 1
    return int(first), end


class _Sending(Response):
    """Reads and sends until all is sent, or nobody takes it."""

    def __init__(self, opened: Opened, first: int, length: int, status: int, headers: Mapping[str, str]) -> None:
        self._opened, self._first, self._length = opened, first, length
        self.status_code, self.media_type, self.background = status, opened.media_type, None
        self.body = b""
        self._is_whole = False  # once the last byte is out
        self.init_headers({**headers, "Content-Length": str(length), "Content-Type": opened.media_type})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = scope.get("state", {}).get(BEGUN, perf_counter())
        try:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(_until_gone, receive, tasks.cancel_scope)
                await self._send(send)
                tasks.cancel_scope.cancel()
        finally:
            status = "broken" if not self._is_whole else "partial" if self.status_code == 206 else "complete"
            EXPORT.labels(self._opened.kind, status).observe(perf_counter() - begun)
            with anyio.CancelScope(shield=True):
                await run_sync(self._opened.close, limiter=_limiter())

    async def _send(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        file, left = self._opened.file, self._length
        if self._first:
            await run_sync(file.seek, self._first, limiter=_limiter())
        while left:
            block = await run_sync(partial(file.read, min(BLOCK, left)), limiter=_limiter())
            if not block:
                return  # it became shorter: the connection is closed before what was promised
            left -= len(block)
            with anyio.move_on_after(_STALLED) as waiting:
                await send({"type": "http.response.body", "body": block, "more_body": True})
            if waiting.cancelled_caught:
                return
        await send({"type": "http.response.body", "body": b"", "more_body": False})
        self._is_whole = True


async def _until_gone(receive: Receive, scope: anyio.CancelScope) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    scope.cancel()


def _limiter() -> anyio.CapacityLimiter:
    try:
        return _readers.get()
    except LookupError:
        _readers.set(made := anyio.CapacityLimiter(_READERS))
        return made
