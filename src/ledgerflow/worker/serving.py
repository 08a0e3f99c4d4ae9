"""A worker from its start to its end: put together, at work until somebody says stop, and let go."""

import os
import shutil
import signal
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from uuid import uuid4

from sqlalchemy import Engine
from structlog.stdlib import BoundLogger

from ledgerflow.assembly import format_codes, standing_of
from ledgerflow.configuration.keeping import RuleBook
from ledgerflow.configuration.rules import Rules
from ledgerflow.identity.roles import INSTALLATION
from ledgerflow.issuing.governing import rules_for
from ledgerflow.issuing.vigil import begin_vigil
from ledgerflow.reloading import Watch, hearing_hangups
from ledgerflow.store.database import open_engine, sqlite_path
from ledgerflow.store.lobby import Lobby
from ledgerflow.store.opening import open_lobby
from ledgerflow.store.pulse import FilePulse, Pulse, ServerPulse
from ledgerflow.telemetry.exposition import Exposition
from ledgerflow.telemetry.log import hear_libraries, open_log
from ledgerflow.telemetry.port import Series, serving_series
from ledgerflow.telemetry.spans import Spans, open_spans
from ledgerflow.telemetry.zeros import begin_counting
from ledgerflow.worker.benches import Benches
from ledgerflow.worker.caring import Care
from ledgerflow.worker.deeds import ACTOR, Site
from ledgerflow.worker.engine import QUEUES, JobEngine, Limits
from ledgerflow.worker.resilience import Circuits, failures_that_are_no_chance
from ledgerflow.worker.rounds import ROUNDS, Rounds
from ledgerflow.worker.tally import circuit_turned
from ledgerflow.worker.traced import TracedWork
from ledgerflow.worker.work import Patience, Work

_PAGES = 12_000  # that a worker draws in five minutes, the time over which the service level counts failures
_FOLDER = "ledgerflow-worker-"


@dataclass(frozen=True, slots=True)
class Post:
    """What a worker is told: where books and files are, which queues it serves, and how much at once."""

    database: str
    reserve: str
    shelf: str
    rules: RuleBook
    queues: Sequence[str] = QUEUES
    limits: Limits = field(default_factory=Limits)
    patience: Patience = field(default_factory=Patience)
    series: Series | None = None


def serve(post: Post, ready: Callable[[str], None] = lambda _name: None) -> bool:
    """Works until SIGTERM or SIGINT; says whether all that was in hand was done by then. `ready` is told its name.

    Raises LedgerUnreachable, LedgerOutdated, ShelfUnreachable, and WorkerThere where an SQLite ledger has a worker.
    """
    name = f"{socket.gethostname()}-{os.getpid()}-{uuid4().hex[:8]}"
    log = open_log(worker=name)
    hear_libraries(log)
    with ExitStack() as stack:
        asked = stack.enter_context(_asked_to_stop())
        lobby = stack.enter_context(open_lobby(post.database, post.reserve))
        lobby.enter(INSTALLATION)
        begin_vigil(lobby.ledger(INSTALLATION), at=datetime.now(UTC), actor=ACTOR)
        stack.enter_context(_series_served(post, lobby))
        watch = Watch(post.rules, lambda: lobby.ledger(INSTALLATION), log)
        stack.enter_context(hearing_hangups(watch.ask))
        pulse = _pulse(post.database, name, stack)
        folder = stack.enter_context(_folder())
        pages, whole = Benches(post.limits.pages), Benches(post.limits.batches)
        spans = stack.enter_context(open_spans("ledgerflow-worker", log))
        work = _work(post, lobby, folder, (whole, pages), log, spans)
        engine = JobEngine(work, _engine_place(post.database, stack), name)
        engine.launch(post.queues, _limits(post.limits, post.rules.now))
        care = Care(log)
        rounds = Rounds(lobby, post.shelf, lambda tenant: _keep_days(post, lobby, tenant), engine.forget, log)
        for round, cron in ROUNDS.items():
            engine.schedule(round, cron, getattr(rounds, round))
        care.look_after(pulse, engine)
        care.take_up(lobby.open_jobs, engine, work.fail)
        post.rules.tell(lambda rules: engine.limit(_limits(post.limits, rules)))
        stack.enter_context(watch)
        log.info("worker_ready", queues=list(post.queues), pages=post.limits.pages, version=post.rules.now.version)
        ready(name)
        asked.wait()
        log.info("worker_stopping", grace=post.patience.grace)
        done = work.stop()
        engine.hand_back([piece for piece in engine.begun() if piece.executor == name])
        care.stop()
        for benches in (pages, whole):
            benches.close(0)
        log.info("worker_stopped", all_done=done)
    return done


def _limits(limits: Limits, rules: Rules) -> Limits:
    return replace(limits, batches_of_tenant=rules.values.limits.running_batches)


def _keep_days(post: Post, lobby: Lobby, tenant: str) -> int:
    return rules_for(lobby.ledger(tenant), post.rules.now).values.retention.keep_days


def _work(
    post: Post, lobby: Lobby, folder: Path, benches: tuple[Benches, Benches], log: BoundLogger, spans: Spans | None
) -> Work:
    def site(tenant: str) -> Site:
        return Site(post.database, post.reserve, post.shelf, tenant, str(folder))

    circuits = Circuits(failures_that_are_no_chance(_PAGES), turned=circuit_turned)
    parts = (lobby.ledger, site, benches, circuits, post.patience, log)
    return Work(*parts) if spans is None else TracedWork(spans, *parts)


@contextmanager
def _series_served(post: Post, lobby: Lobby) -> Iterator[None]:
    """What this worker counts can be read at a port of its own, where that is wished."""
    codes = format_codes()
    begin_counting(codes)
    if post.series is None:
        yield
        return
    exposition = Exposition(standing_of(lobby, lambda: datetime.now(UTC)), codes)
    with serving_series(post.series, exposition):
        yield


def _pulse(database: str, name: str, stack: ExitStack) -> Pulse:
    path = sqlite_path(database)
    pulse: Pulse
    if path is not None:
        pulse = FilePulse(path, name)
    else:
        engine = open_engine(database, as_owner=True)
        stack.callback(engine.dispose)
        pulse = ServerPulse(engine, name)
        pulse.beat()
    stack.callback(pulse.stop)
    return pulse


def _engine_place(database: str, stack: ExitStack) -> str | Engine:
    """SQLite's writers wait for each other, so the engine has a file of its own beside the ledger."""
    path = sqlite_path(database)
    if path is not None:
        return f"sqlite:///{path}-jobs"
    engine = open_engine(database, as_owner=True)
    stack.callback(engine.dispose)
    return engine


@contextmanager
def _asked_to_stop() -> Iterator[Event]:
    asked = Event()
    before = {one: signal.signal(one, lambda *_: asked.set()) for one in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield asked
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


@contextmanager
def _folder() -> Iterator[Path]:
    """A folder to work in; those of workers that were killed go away."""
    root = Path(tempfile.gettempdir())
    for other in root.glob(f"{_FOLDER}*"):
        pid = other.name.removeprefix(_FOLDER).partition("-")[0]
        if pid.isdecimal() and not _runs(int(pid)):
            shutil.rmtree(other, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=f"{_FOLDER}{os.getpid()}-") as folder:
        yield Path(folder)


def _runs(pid: int) -> bool:
    if sys.platform == "win32":  # where a signal to ask with is one to end with
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
