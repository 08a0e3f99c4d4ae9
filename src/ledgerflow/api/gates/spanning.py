"""A span for each request, of its trace: which route, how it was answered. There only where spans are wanted."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ledgerflow.api.gates.headers import PROBES
from ledgerflow.api.gates.lines import route_of
from ledgerflow.telemetry.spans import Spans


class Spanning:
    """Its span lasts until the last byte of the answer; probes have none."""

    def __init__(self, app: ASGIApp, spans: Spans) -> None:
        self._app = app
        self._spans = spans

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in PROBES:
            await self._app(scope, receive, send)
            return
        method, state, status = scope["method"], scope["state"], 0

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        with self._spans.span(method, state["trace_id"], http__request__method=method) as span:
            await self._app(scope, receive, watch)
            route = route_of(scope)
            span.rename(f"{method} {route}")
            span.note(http__route=route, http__response__status_code=status)
            if "tenant" in state:
                span.note(ledgerflow__tenant=state["tenant"])
            if status >= 500:
                span.failed(str(status))
