"""A job at work: its pieces handed to benches, what failed tried again, and what became of it entered in the books.

Each piece can be done twice. What it ends with is told as a word, for the engine keeps it.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from threading import Event, Lock
from typing import NoReturn, TypeVar, cast

from structlog.stdlib import BoundLogger

from ledgerflow.issuing.delivering import fail_job, finish_job, halt_job
from ledgerflow.issuing.drawing import begin_chunk, begin_drawing, in_words, positions_lacking
from ledgerflow.issuing.entering import Halted, Overtaken, begin_run
from ledgerflow.issuing.jobs import Job, Part, Wish
from ledgerflow.issuing.ports import Ledger
from ledgerflow.worker import tally
from ledgerflow.worker.benches import Benches
from ledgerflow.worker.chunks import Drawing, Pages
from ledgerflow.worker.deeds import ACTOR, DEEDS, IssuedJob, JobRun, Site
from ledgerflow.worker.resilience import Circuits, attempts

T = TypeVar("T")

_FIRST = 2.0  # seconds before a piece is tried again: a database that is started anew is back by then
_LONG = 900.0  # seconds in which a bench that issues or packs gives no sign


class Ended(StrEnum):
    """How a piece of work ended."""

    DONE = "done"
    HALTED = "halted"
    OVER = "over"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds that a page may take, and that a stop waits for what is in hand."""

    page: float = 60.0
    grace: float = 25.0


@dataclass(frozen=True, slots=True)
class Issued:
    """What the engine goes on with: how issuing ended, what is to be drawn, and of which batch."""

    ended: Ended
    batch: int = 0
    codes: tuple[str, ...] = ()
    chunks: tuple[int, ...] = ()
    sheets: tuple[str, ...] = ()
    priority: int = 5


class Work:
    """The pieces of jobs, done by whoever calls from any thread."""

    def __init__(
        self,
        ledger: Callable[[str], Ledger],
        site: Callable[[str], Site],
        benches: tuple[Benches, Benches],
        circuits: Circuits,
        patience: Patience,
        log: BoundLogger,
    ) -> None:
        self._ledger = ledger
        self._site = site
        self._whole, pages = benches
        self._benches = pages
        self._pages = Pages(patience.page, circuits, self.rest, log)
        self._patience = patience
        self._log = log
        self._stopping = Event()
        self._in_hand = 0
        self._lock = Lock()

    def issue(self, tenant: str, id: str, run: int) -> Issued:
        """Everything of the job goes into the ledger."""
        ledger = self._ledger(tenant)

        def issue() -> Issued:
            job = begin_run(ledger, id, run, _now())
            self._say(tenant, job, "job_taken_up", run=run)
            with self._whole.borrow() as bench:
                arguments = {"job": self._run(tenant, id, run)}
                issued = bench.run(f"{DEEDS}:issue", arguments, patience=_LONG)
            assert isinstance(issued, IssuedJob)
            tally.issued(issued, is_first=begin_drawing(ledger, id, run))
            chunks = [one.number for one in ledger.jobs.chunks(id) if positions_lacking(one, issued.codes)]
            self._say(tenant, job, "job_issued", invoices=issued.total, batch=issued.batch, chunks=len(chunks))
            return Issued(Ended.DONE, issued.batch, issued.codes, tuple(chunks), issued.sheets, job.priority)

        done = self._piece("issue", (tenant, id, run), issue)
        return done if isinstance(done, Issued) else Issued(done)

    def draw(self, tenant: str, id: str, run: int, number: int, batch: int, codes: Sequence[str]) -> Ended:
        """One chunk of the job is drawn; what cannot be is entered as failed."""
        ledger = self._ledger(tenant)

        def draw() -> Ended:
            with self._benches.borrow() as bench:
                self.rest(0)  # it may have waited long for the bench
                chunk = begin_chunk(ledger, id, run, number)
                Drawing(self._pages, bench, ledger, self._run(tenant, id, run), chunk, batch, tuple(codes)).do_all()
            return Ended.DONE

        with self._taking_part():
            try:
                return attempts(self.rest, pause=_FIRST, again=tally.tried("draw"))(draw)
            except Halted:
                return Ended.HALTED
            except Overtaken:
                return Ended.OVER
            except Exception as error:
                tally.gave_up("draw", error)
                raise

    def sheets(self, tenant: str, id: str, run: int, batch: int, codes: Sequence[str]) -> tuple[Part, ...]:
        """What is over the whole job; nothing where that could not be made now, and packing is to make it."""
        with self._taking_part():
            job = self._ledger(tenant).jobs.find(id)
            if job.run != run or job.wish is not Wish.NONE:
                return ()
            try:
                with self._benches.borrow() as bench:
                    arguments = {"job": self._run(tenant, id, run), "batch": batch, "codes": tuple(codes)}
                    return cast(tuple[Part, ...], bench.run(f"{DEEDS}:make", arguments, patience=_LONG))
            except Exception as error:  # packing meets it again, and the job with it
                self._log.warning("sheets_failed", tenant=tenant, job=id, run=run, exc_info=error)
                return ()

    def pack(self, tenant: str, id: str, run: int, sheets: Sequence[Part]) -> Ended:
        """What was made goes on the shelf, and the job ends."""
        ledger = self._ledger(tenant)

        def pack() -> Ended:
            with self._whole.borrow() as bench:
                arguments = {"job": self._run(tenant, id, run), "sheets": tuple(sheets)}
                archive = cast(str, bench.run(f"{DEEDS}:pack", arguments, patience=_LONG))
            job = finish_job(ledger, id, run, archive=archive, at=_now(), actor=ACTOR)
            tally.ended(job)
            self._say(tenant, job, "job_ended", status=job.status.value, failed=job.failed)
            return Ended.DONE

        done = self._piece("pack", (tenant, id, run), pack)
        assert isinstance(done, Ended)
        return done

    def halt(self, tenant: str, id: str, run: int) -> None:
        """The run ends as the owner of the job wished."""
        at = _now()
        job = halt_job(self._ledger(tenant), id, run, at=at, actor=ACTOR)
        if job.ended_at == at:  # else it had come to its end before
            tally.ended(job)
        self._say(tenant, job, "job_halted", status=job.status.value)

    def fail(self, tenant: str, id: str, run: int, reason: str) -> None:
        """The run ends, for it cannot go on."""
        try:
            job = fail_job(self._ledger(tenant), id, run, reason=reason, at=_now(), actor=ACTOR)
        except Halted:
            self.halt(tenant, id, run)
        except Overtaken:
            return
        else:
            tally.ended(job)
            self._say(tenant, job, "job_failed", reason=reason)

    def stop(self) -> bool:
        """Takes nothing more into hand, and waits for what is; says whether all of it was done in time."""
        self._stopping.set()
        end = time.monotonic() + self._patience.grace
        while self._in_hand and time.monotonic() < end:
            time.sleep(0.05)
        return not self._in_hand

    def rest(self, seconds: float) -> None:
        """Between two attempts; a worker that is stopping does not come back from it, and hands on what it had."""
        if self._stopping.wait(seconds):
            self._let_go()

    def _let_go(self) -> NoReturn:
        with self._lock:
            self._in_hand -= 1
        while True:
            Event().wait()

    def _piece(self, name: str, of: tuple[str, str, int], do: Callable[[], T]) -> T | Ended:
        """A piece on which the whole job depends: if it fails, the job does."""
        tenant, id, run = of
        with self._taking_part():
            try:
                return attempts(self.rest, pause=_FIRST, again=tally.tried(name))(do)
            except Halted:
                self.halt(tenant, id, run)
                return Ended.HALTED
            except Overtaken:
                return Ended.OVER
            except Exception as error:  # whatever it was, it is told to the owner of the job, and kept with it
                tally.gave_up(name, error)
                self._log.warning("piece_failed", tenant=tenant, job=id, run=run, exc_info=error)
                self.fail(tenant, id, run, in_words(error))
                return Ended.FAILED

    @contextmanager
    def _taking_part(self) -> Iterator[None]:
        """A worker that is stopping takes nothing more: whoever comes waits until the process is gone, and another
        worker has what it came with."""
        with self._lock:
            if not self._stopping.is_set():
                self._in_hand += 1
                taken = True
            else:
                taken = False
        while not taken:
            Event().wait()
        try:
            yield
        finally:
            with self._lock:
                self._in_hand -= 1

    def _run(self, tenant: str, id: str, run: int) -> JobRun:
        return JobRun(self._site(tenant), id, run, _now())

    def _say(self, tenant: str, job: Job, event: str, **facts: object) -> None:
        self._log.info(event, tenant=tenant, job=job.id, trace_id=job.trace_id, **facts)


def _now() -> datetime:
    return datetime.now(UTC)
