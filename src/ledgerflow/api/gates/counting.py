"""How long each request took until its answer began, and by its kind; probes are not counted."""

from time import perf_counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ledgerflow.api.gates.headers import PROBES
from ledgerflow.telemetry.meters import REQUESTS

BEGUN = "begun"
"""Where in a request's state stands when it came, by the clock that only goes forward."""

_READING = ("GET", "HEAD", "OPTIONS")
_SIGN_IN = ("/api/auth/sign-in", "/api/auth/refresh", "/api/auth/invitation")


class Durations:
    """Measures them: the first that a request meets, and the last that sees its answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in PROBES:
            await self._app(scope, receive, send)
            return
        begun = perf_counter()
        scope.setdefault("state", {})[BEGUN] = begun

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                status = f"{message['status'] // 100}xx"
                REQUESTS.labels(_kind(scope), status).observe(perf_counter() - begun)
            await send(message)

        await self._app(scope, receive, answer)


def _kind(scope: Scope) -> str:
    if scope["path"] in _SIGN_IN:
        return "sign_in"
    return "read" if scope["method"] in _READING else "write"
