"""A fault of ours: logged with its trace, and answered as a problem that tells nothing of it."""

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ledgerflow.api.gates.lines import route_of
from ledgerflow.api.problems import answer
from ledgerflow.telemetry.log import open_log


class Mishaps:
    """Catches what no route and no refusal did."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._log = open_log(room="api")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def watch(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, watch)
        except Exception:
            if scope["type"] != "http":
                raise
            request = Request(scope)
            trace = getattr(request.state, "trace_id", "")
            self._log.exception("a request failed", route=route_of(scope), method=scope["method"], trace_id=trace)
            if begun:  # half an answer is out: the line is cut, so that nobody takes it for whole
                raise
            await answer(request, 500, "mishap", "This is our fault")(scope, receive, send)
