"""How large a request may be, how deep, and how slow; and by which name the server may be called.

The body is here, whole, before a route begins: a slow client holds a line, and no thread.
"""

import asyncio
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ledgerflow.api.gates.headers import PROBES
from ledgerflow.api.problems import FindingModel, answer

LONGEST_ADDRESS = 8 * 2**10
MOST_HEADERS, LARGEST_HEADERS = 100, 16 * 2**10
LARGEST_BODY = 2**20
LARGEST_UPLOAD = 5 * 2**20
_AROUND_AN_UPLOAD = 64 * 2**10  # what a form adds to its file
UPLOADS = re.compile(r"/api/(catalogue/uploads|business/[a-z-]*logo)(/|$)")
_AUDITED = re.compile(r"/api/catalogue/uploads/?$")
"""What is too large here goes on as far as it came: its route knows whose it is, refuses it, and writes that down."""
DEEPEST = 64
_PATIENCE_FOR_UPLOADS = 4  # times as long as for any other body
_TEXT = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\Z)', re.DOTALL)
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request goes no further."""

    status: int
    kind: str
    title: str
    code: str
    message: str


class Measures:
    """Refuses what is out of measure. `hosts` are the names by which the server is called, none for any."""

    def __init__(self, app: ASGIApp, hosts: Collection[str], seconds: float) -> None:
        self._app = app
        self._hosts = frozenset(name.casefold() for name in hosts)
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refusal = self._head(scope, headers)
        if refusal is None and _has_body(headers):
            body = await self._body(scope, headers, receive)
            if body is None:
                return  # the client has gone
            if isinstance(body, bytes):
                if len(body) > LARGEST_UPLOAD:
                    send = _closing(send)
                refusal = _within(body) if "json" in headers.get("Content-Type", "").casefold() else None
                receive = _told(body, receive)
            else:
                refusal = body
        if refusal is None:
            await self._app(scope, receive, send)
        else:
            await _refuse(scope, receive, send, refusal)

    def _head(self, scope: Scope, headers: Headers) -> Refusal | None:
        if self._hosts and scope["path"] not in PROBES and _name(headers.get("Host", "")) not in self._hosts:
            return Refusal(400, "host", "Not called so", "host.unknown", "This server is not called by that name.")
        if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > LONGEST_ADDRESS:
            return Refusal(414, "too-long", "Too long", "address.too_long", "The address is too long.")
        if "\0" in scope["path"] or b"%00" in scope["query_string"]:
            return Refusal(400, "input-refused", "What was sent cannot be taken", "text.nul", "A text has a NUL in it.")
        raw: Sequence[tuple[bytes, bytes]] = scope["headers"]
        if len(raw) > MOST_HEADERS or sum(len(name) + len(value) for name, value in raw) > LARGEST_HEADERS:
            return Refusal(
                431, "too-large", "Too large", "headers.too_large", "The headers are too many, or too large."
            )
        return None

    async def _body(self, scope: Scope, headers: Headers, receive: Receive) -> bytes | Refusal | None:
        is_upload = UPLOADS.match(scope["path"]) is not None
        most = LARGEST_UPLOAD + _AROUND_AN_UPLOAD if is_upload else LARGEST_BODY
        is_audited = scope["method"] == "POST" and _AUDITED.match(scope["path"]) is not None
        told = headers.get("Content-Length", "0")
        if not told.isdecimal() or (int(told) > most and not is_audited):
            return _TOO_LARGE
        try:
            async with asyncio.timeout(self._seconds * (_PATIENCE_FOR_UPLOADS if is_upload else 1)):
                return await _read(receive, most, cutting=is_audited)
        except TimeoutError:
            return Refusal(408, "too-slow", "Too slow", "body.too_slow", "The body did not come in time.")


_TOO_LARGE = Refusal(413, "too-large", "Too large", "body.too_large", "The body is too large.")


async def _read(receive: Receive, most: int, *, cutting: bool) -> bytes | Refusal | None:
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        if len(body) > most:
            return bytes(body[: most + 1]) if cutting else _TOO_LARGE
        if not message.get("more_body", False):
            return bytes(body)


def _has_body(headers: Headers) -> bool:
    return "Transfer-Encoding" in headers or headers.get("Content-Length", "0") != "0"


def _within(body: bytes) -> Refusal | None:
    """Whether JSON is nested within bounds, found without reading it: brackets are peeled off pair by pair."""
    if _NUL.search(body):
        return Refusal(400, "input-refused", "What was sent cannot be taken", "text.nul", "A text has a NUL in it.")
    if body.count(b"[") + body.count(b"{") <= DEEPEST:
        return None
    left = _TEXT.sub(b"", body).translate(None, _NOT_BRACKETS)
    for _ in range(DEEPEST):
        left = left.replace(b"[]", b"").replace(b"{}", b"")
    if not left:
        return None
    message = "The JSON is nested too deeply, or its brackets do not match."
    return Refusal(400, "input-refused", "What was sent cannot be taken", "json.too_deep", message)


def _closing(send: Send) -> Send:
    """The line is closed after the answer: what is left of the request is not waited for."""

    async def close(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], (b"connection", b"close")]}
        await send(message)

    return close


def _told(body: bytes, receive: Receive) -> Receive:
    """The body in one message; what comes after it is asked for as before."""
    given = False

    async def tell() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return tell


async def _refuse(scope: Scope, receive: Receive, send: Send, refusal: Refusal) -> None:
    """The line is closed after it: what is left of the request is not waited for."""
    finding = FindingModel(code=refusal.code, pointer="", message=refusal.message)
    headers = {"Connection": "close"} if refusal.status in (408, 413) else {}
    request = Request(scope)
    away = answer(request, refusal.status, refusal.kind, refusal.title, findings=[finding], headers=headers)
    await away(scope, receive, send)


def _name(host: str) -> str:
    """The name without its port."""
    name, sign, port = host.casefold().rpartition(":")
    return name if sign and port.isdecimal() else host.casefold()
