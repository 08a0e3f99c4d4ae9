"""The web client: its built files, held in memory; any other address of a page is its first page."""

import gzip
import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from ledgerflow.api.gates.headers import is_api

BUILT = Path(__file__).parents[2] / "ui_dist"
_FIRST = "/index.html"
_HASHED = "/assets/"
_FOREVER = "public, max-age=31536000, immutable"  # a file there has a hash of its content in its name
_PACKED = frozenset({".html", ".js", ".css", ".svg"})
_TYPES = {".js": "text/javascript", ".woff2": "font/woff2"}
_UNBUILT = (
    "The web client was not built here; the API at /api/openapi.json serves without it.\n"
    "In a checkout, `make ui` builds it; an installed wheel has it within.\n"
)


@dataclass(frozen=True, slots=True)
class Built:
    """A file as it is sent; `packed` by gzip, where that is worth it."""

    kind: str
    content: bytes
    packed: bytes
    tag: str


@lru_cache
def built(folder: Path = BUILT) -> Mapping[str, Built]:
    """The files that were built, by their path in an address; none before the first build."""
    files = (file for file in sorted(folder.rglob("*")) if file.is_file())
    return {f"/{file.relative_to(folder).as_posix()}": _read(file) for file in files}


def _read(file: Path) -> Built:
    content = file.read_bytes()
    kind = _TYPES.get(file.suffix) or mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    packed = gzip.compress(content, 6, mtime=0) if file.suffix in _PACKED else b""
    return Built(kind, content, packed, f'"{hashlib.sha256(content).hexdigest()[:32]}"')


class Client:
    """Serves who asks for a page; what is of the API, or is not asked for by GET, goes on."""

    def __init__(self, app: ASGIApp, folder: Path = BUILT) -> None:
        self._app = app
        self._files = built(folder)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] in ("GET", "HEAD") and not is_api(scope["path"]):
            answer = self._answer(scope["path"], Headers(scope=scope))
            if answer is not None:
                await answer(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _answer(self, path: str, asked: Headers) -> Response | None:
        if not self._files:
            return Response(_UNBUILT, 404, media_type="text/plain") if path == "/" else None
        file = self._files.get(path)
        if file is None:
            if path.startswith(_HASHED):
                return None  # a file of an older build: the page is to be loaded anew, and no page is a script
            path, file = _FIRST, self._files[_FIRST]
        headers = {"ETag": file.tag, "Vary": "Accept-Encoding"}
        if path.startswith(_HASHED):
            headers["Cache-Control"] = _FOREVER
        if asked.get("If-None-Match") == file.tag:
            return Response(status_code=304, headers=headers)
        if file.packed and "gzip" in asked.get("Accept-Encoding", ""):
            return Response(file.packed, media_type=file.kind, headers=headers | {"Content-Encoding": "gzip"})
        return Response(file.content, media_type=file.kind, headers=headers)
