"""The server: the HTTP door, and a worker beside it unless that is not wanted, in one command."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from threading import Event
from types import FrameType

import uvicorn

from ledgerflow.api.app import make_app
from ledgerflow.api.house import House, Keys
from ledgerflow.assembly import Application, shelf_address
from ledgerflow.identity.roles import INSTALLATION
from ledgerflow.settings import Settings
from ledgerflow.store.opening import open_lobby
from ledgerflow.store.shelf import open_shelf

_WORKER = "from ledgerflow.cli import main; main()"
_GRACE = 30  # seconds in which requests in hand, and the worker, come to their end


@dataclass(frozen=True, slots=True)
class Premises:
    """Where the server listens, and with which certificate; `concurrency` is that of the worker, none without one."""

    host: str
    port: int
    certificate: str = ""
    key: str = ""
    concurrency: int | None = 1


def serve(settings: Settings, premises: Premises) -> None:
    """Serves until it is stopped. Raises LedgerUnreachable, LedgerOutdated, ShelfUnreachable."""
    with open_house(settings) as house, ExitStack() as stack:
        if premises.concurrency is not None:
            stack.enter_context(_worker(settings, premises.concurrency))
        config = uvicorn.Config(
            make_app(house),
            host=premises.host,
            port=premises.port,
            ssl_certfile=premises.certificate or None,
            ssl_keyfile=premises.key or None,
            log_level="warning",
            server_header=False,
            timeout_keep_alive=15,
            timeout_graceful_shutdown=_GRACE,
        )
        _Server(config, house.closing).run()


class _Server(uvicorn.Server):
    """Comes to its end when it is told so, and then lets its starter go on: uvicorn would end the process."""

    def __init__(self, config: uvicorn.Config, closing: Event) -> None:
        super().__init__(config)
        self._closing = closing

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Who follows a batch is let go at once."""
        self._closing.set()
        super().handle_exit(sig, frame)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        before = {one: signal.signal(one, self.handle_exit) for one in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for one, handler in before.items():
                signal.signal(one, handler)


@contextmanager
def open_house(settings: Settings) -> Iterator[House]:
    """The house for these settings, until it is left."""
    with open_lobby(settings.database_url, settings.redis_url) as lobby:
        lobby.enter(settings.tenant)
        lobby.enter(INSTALLATION)
        shelf = open_shelf(shelf_address(settings.shelf_url, settings.database_url))
        keys = Keys(lambda: lobby.ledger(INSTALLATION))
        yield House(Application(settings.redis_url), lobby, shelf, settings, keys)


@contextmanager
def _worker(settings: Settings, concurrency: int) -> Iterator[None]:
    """A process of its own, told to end when the server does."""
    surroundings = {**os.environ, "LEDGERFLOW_DATABASE_URL": settings.database_url}
    command = [sys.executable, "-c", _WORKER, "worker", "--concurrency", str(concurrency)]
    worker = subprocess.Popen(command, env=surroundings)
    try:
        yield
    finally:
        worker.send_signal(signal.SIGTERM)
        try:
            worker.wait(_GRACE)
        except subprocess.TimeoutExpired:
            worker.kill()
            worker.wait()


__all__: Sequence[str] = ("Premises", "open_house", "serve")
