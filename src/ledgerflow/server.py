"""The server: the HTTP door, and a worker beside it unless that is not wanted, in one command."""

import gc
import signal
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from types import FrameType

import uvicorn

from ledgerflow.api.app import make_app
from ledgerflow.api.gates.patience import patient
from ledgerflow.api.house import House, Keys, now
from ledgerflow.api.readiness import Readiness
from ledgerflow.assembly import Application, format_codes, shelf_address, standing_of
from ledgerflow.attending import Attendant
from ledgerflow.configuration.keeping import RuleBook
from ledgerflow.identity.roles import INSTALLATION
from ledgerflow.inspecting.board import Board
from ledgerflow.inspecting.checks import Grounds, checks
from ledgerflow.issuing.vigil import begin_vigil, vigil_of
from ledgerflow.reloading import Watch, hearing_hangups, open_rules
from ledgerflow.settings import Settings, members
from ledgerflow.store.lobby import Lobby
from ledgerflow.store.opening import open_lobby
from ledgerflow.store.probing import Probe
from ledgerflow.store.shelf import open_shelf
from ledgerflow.telemetry.exposition import Exposition
from ledgerflow.telemetry.log import hear_libraries, open_log
from ledgerflow.telemetry.spans import Spans, open_spans

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1", "[::1]"})
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
    hear_libraries(log)
    with open_house(settings) as house, ExitStack() as stack:
        spans = stack.enter_context(open_spans("ledgerflow-server", log))
        told_to_end: list[Callable[[], object]] = [house.readiness.drain, house.closing.set]
        watch = stack.enter_context(Watch(house.rules, lambda: house.installation, log))
        if premises.concurrency is None:
            stack.enter_context(hearing_hangups(watch.ask))
        else:
            attendant = stack.enter_context(Attendant(settings.database_url, premises.concurrency, _GRACE, log))
            told_to_end.append(attendant.let_go)
            stack.enter_context(hearing_hangups(watch.ask, attendant.pass_hangup))
        server = _Server(_config(house, settings, premises, spans), told_to_end, settings.drain_seconds)
        gc.collect()
        gc.freeze()  # what stands now stays: to go through it again and again would take a fifth of all work
        server.run()


def _config(house: House, settings: Settings, premises: Premises, spans: Spans | None) -> uvicorn.Config:
    return uvicorn.Config(
        make_app(house, called(settings, premises.host), spans),
        host=premises.host,
        port=premises.port,
        http=patient(settings.head_seconds),
        ws="none",
        ssl_certfile=premises.certificate or None,
        ssl_keyfile=premises.key or None,
        ssl_context_factory=_modern if premises.certificate else None,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies,
        log_config=None,
        access_log=False,
        log_level="warning",
        server_header=False,
        limit_concurrency=settings.connections,
        h11_max_incomplete_event_size=64 * 2**10,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=_GRACE,
    )


def called(settings: Settings, host: str) -> frozenset[str]:
    """The names by which the server may be called; none for any. On the loopback no other page may call it by a name
    that it made point there (DNS rebinding)."""
    given = frozenset(members(settings.allowed_hosts))
    return given or (_LOOPBACK if host in _LOOPBACK else frozenset())


def _modern(config: uvicorn.Config, usual: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
    context = usual()
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    return context


class _Server(uvicorn.Server):
    """Comes to its end when it is told so, and then lets its starter go on: uvicorn would end the process. Told once,
    it says that it is not ready, and serves on for a while, until nobody sends it anything; told twice, it ends."""

    def __init__(self, config: uvicorn.Config, told_to_end: Sequence[Callable[[], object]], drain: float) -> None:
        super().__init__(config)
        self._told_to_end = told_to_end
        self._drain = drain
        self._end_at = float("inf")

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        for tell in self._told_to_end:
            tell()
        if self._drain and self._end_at == float("inf"):
            self._end_at = time.monotonic() + self._drain
        else:
            super().handle_exit(sig, frame)

    async def on_tick(self, counter: int) -> bool:
        return await super().on_tick(counter) or time.monotonic() >= self._end_at

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
        begin_vigil(lobby.ledger(INSTALLATION), at=now(), actor="server")
        shelf = open_shelf(shelf_address(settings.shelf_url, settings.database_url))
        keys = Keys(lambda: lobby.ledger(INSTALLATION))
        series = Exposition(standing_of(lobby, now), format_codes())
        with closing(Probe(settings.database_url)) as probe:
            board = Board(checks(_grounds(settings, lobby, probe, rules)), now)
            parts = (lobby, shelf, settings, keys, rules, Readiness(board), series, board)
            yield House(Application(settings.redis_url), *parts)


def _grounds(settings: Settings, lobby: Lobby, probe: Probe, rules: RuleBook) -> Grounds:
    return Grounds(
        probe=probe,
        shelf=shelf_address(settings.shelf_url, settings.database_url),
        reserve=settings.redis_url,
        scanner=settings.clamd_url,
        now=now,
        keys=lambda: lobby.ledger(INSTALLATION).people.signing_keys(),
        rules=lambda: rules.standing,
        vigil=lambda: vigil_of(lobby.ledger(INSTALLATION)),
    )


__all__: Sequence[str] = ("Premises", "open_house", "serve")
