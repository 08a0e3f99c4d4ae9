"""The server: the HTTP door, and a worker beside it unless that is not wanted, in one command."""

import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from types import FrameType

import uvicorn

from ledgerflow.api.app import make_app
from ledgerflow.api.house import House, Keys
from ledgerflow.assembly import Application, shelf_address
from ledgerflow.attending import Attendant
from ledgerflow.identity.roles import INSTALLATION
from ledgerflow.reloading import Watch, hearing_hangups, open_rules
from ledgerflow.settings import Settings
from ledgerflow.store.opening import open_lobby
from ledgerflow.store.shelf import open_shelf
from ledgerflow.telemetry import open_log

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
    log = open_log(server=f"{premises.host}:{premises.port}")
    with open_house(settings) as house, ExitStack() as stack:
        told_to_end: list[Callable[[], object]] = [house.closing.set]  # who follows a batch is let go at once
        watch = stack.enter_context(Watch(house.rules, lambda: house.installation, log))
        if premises.concurrency is None:
            stack.enter_context(hearing_hangups(watch.ask))
        else:
            attendant = stack.enter_context(Attendant(settings.database_url, premises.concurrency, _GRACE, log))
            told_to_end.append(attendant.let_go)
            stack.enter_context(hearing_hangups(watch.ask, attendant.pass_hangup))
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
        _Server(config, told_to_end).run()


class _Server(uvicorn.Server):
    """Comes to its end when it is told so, and then lets its starter go on: uvicorn would end the process."""

    def __init__(self, config: uvicorn.Config, told_to_end: Sequence[Callable[[], object]]) -> None:
        super().__init__(config)
        self._told_to_end = told_to_end

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        for tell in self._told_to_end:
            tell()
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
    rules = open_rules(settings)
    with open_lobby(settings.database_url, settings.redis_url) as lobby:
        lobby.enter(settings.tenant)
        lobby.enter(INSTALLATION)
        shelf = open_shelf(shelf_address(settings.shelf_url, settings.database_url))
        keys = Keys(lambda: lobby.ledger(INSTALLATION))
        yield House(Application(settings.redis_url), lobby, shelf, settings, keys, rules)


__all__: Sequence[str] = ("Premises", "open_house", "serve")
