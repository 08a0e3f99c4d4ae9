"""How many requests are in hand at once: one more is sent away at once, not kept waiting with all the others."""

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ledgerflow.api.gates.headers import PROBES
from ledgerflow.api.problems import answer

_SOON = 1  # seconds after which another try makes sense


class Crowds:
    """A request is in hand from when its body is here until its answer begins: a slow line holds no place."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app = app
        self._places = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in PROBES:
            await self._app(scope, receive, send)
            return
        if self._places < 1:
            headers = {"Retry-After": str(_SOON)}
            away = answer(Request(scope), 503, "busy", "Come back later", headers=headers)
            await away(scope, receive, send)
            return
        self._places -= 1
        held = 1

        async def begin(message: Message) -> None:
            nonlocal held
            self._places += held
            held = 0
            await send(message)

        try:
            await self._app(scope, receive, begin)
        finally:
            self._places += held
