"""A line in the log for each request: which route, how it was answered and how fast, with its trace id and tenant.

The route is told as it is declared, `/api/invoices/{id}`: what stands in a path may be a secret.
"""

import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ledgerflow.api.gates.headers import PROBES
from ledgerflow.telemetry.log import open_log

_NOWHERE = "none"


class Lines:
    """Writes it when the answer has ended, or broke off; nothing of probes that are answered as they should be."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._log = open_log(room="api")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun, status = time.monotonic(), 0

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watch)
        finally:
            if scope["path"] not in PROBES or status >= 400:
                self._write(scope, status, round((time.monotonic() - begun) * 1000, 1))

    def _write(self, scope: Scope, status: int, milliseconds: float) -> None:
        state = scope.get("state", {})
        tenant = {"tenant": state["tenant"]} if "tenant" in state else {}
        self._log.info(
            "request",
            method=scope["method"],
            route=route_of(scope),
            status=status,
            ms=milliseconds,
            trace_id=state.get("trace_id", ""),
            **tenant,
        )


def route_of(scope: Scope) -> str:
    """The route as it is declared; `none` where no route took the request."""
    return str(getattr(scope.get("route"), "path", _NOWHERE))
