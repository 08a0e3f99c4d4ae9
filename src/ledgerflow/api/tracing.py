"""One trace id from the request to the log, the job and its rows: the caller's, or a new one; never in a document."""

import re
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bound_contextvars

HEADER = "X-Trace-Id"
_SOUND = re.compile(r"[0-9a-f]{32}")


class Tracing:
    """Sets `request.state.trace_id`, and answers with it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get(HEADER, "").lower()
        trace = given if _SOUND.fullmatch(given) else uuid4().hex
        scope.setdefault("state", {})["trace_id"] = trace

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[HEADER] = trace
            await send(message)

        with bound_contextvars(trace_id=trace):
            await self._app(scope, receive, answer)
