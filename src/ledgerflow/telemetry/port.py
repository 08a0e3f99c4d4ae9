"""A port at which a process that serves nothing else tells what it counts, and that it lives."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import AF_INET6
from threading import Thread
from typing import Final

from ledgerflow.billing.errors import BillingError
from ledgerflow.telemetry.exposition import MEDIA, Exposition
from ledgerflow.telemetry.scraping import ScrapeToken

_SECONDS: Final = 10  # that a request may take to be told


class PortTaken(BillingError):
    """Nothing can be served at {host}:{port}: {reason}."""


@dataclass(frozen=True, slots=True)
class Series:
    """Where they are told, and to whoever shows which token."""

    host: str
    port: int
    token: ScrapeToken


@contextmanager
def serving_series(wanted: Series, exposition: Exposition) -> Iterator[None]:
    """`/metrics` and `/healthz`, until it is left. Raises PortTaken."""
    try:
        server = _Server((wanted.host, wanted.port), _handler(wanted.token, exposition))
    except OSError as refusal:
        reason = refusal.strerror or str(refusal)
        raise PortTaken(host=wanted.host, port=wanted.port, reason=reason) from refusal
    thread = Thread(target=server.serve_forever, name="series", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        if ":" in address[0]:
            self.address_family = AF_INET6
        super().__init__(address, handler)


def _handler(token: ScrapeToken, exposition: Exposition) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = _SECONDS
        server_version, sys_version = "LedgerFlow", ""

        def do_GET(self) -> None:
            """Answers."""
            path = self.path.partition("?")[0]
            if path == "/healthz":
                self._answer(200, b'{"status":"alive"}', "application/json")
            elif path != "/metrics":
                self._answer(404, b"There are /metrics and /healthz.\n")
            elif not token.is_set:
                self._answer(403, b"No scrape token is set. Set LEDGERFLOW_SCRAPE_TOKEN.\n")
            elif not token.fits(_shown(self.headers.get("Authorization", ""))):
                self._answer(401, b"Show the scrape token, as Authorization: Bearer.\n")
            else:
                self._answer(200, exposition.text(), MEDIA)

        def log_message(self, format: str, *arguments: object) -> None:
            """Who reads every few seconds is not worth a line."""

        def _answer(self, status: int, content: bytes, media: str = "text/plain; charset=utf-8") -> None:
            self.send_response(status)
            for name, value in (("Content-Type", media), ("Content-Length", str(len(content)))):
                self.send_header(name, value)
            self.send_header("Cache-Control", "no-store")
            if status == 401:
                self.send_header("WWW-Authenticate", "Bearer")
            self.end_headers()
            self.wfile.write(content)

    return Handler


def _shown(header: str) -> str:
    scheme, _, words = header.partition(" ")
    return words.strip() if scheme.casefold() == "bearer" else ""
