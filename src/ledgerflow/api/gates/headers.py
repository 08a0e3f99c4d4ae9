"""Headers on every answer: what a browser may do with it, and that nobody keeps it. A route's own word comes first."""

from collections.abc import Mapping

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_OF_API = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
_OF_CLIENT = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "object-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
_ALWAYS: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
_A_YEAR = "max-age=31536000"
PROBES = ("/healthz", "/readyz", "/metrics")


def is_api(path: str) -> bool:
    """Whether a path is of the API, rather than of the web client."""
    return f"/{path.split('/')[1]}" in ("/api", *PROBES)


class Headers:
    """Adds them. HSTS goes out over TLS alone, so that plain http on a desk goes on working."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        added = dict(_ALWAYS)
        if is_api(scope["path"]):
            added |= {"Content-Security-Policy": _OF_API, "Cache-Control": "no-store"}
        else:
            added |= {"Content-Security-Policy": _OF_CLIENT, "Cache-Control": "no-cache"}
        if scope["scheme"] == "https":
            added["Strict-Transport-Security"] = _A_YEAR

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in added.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, answer)
