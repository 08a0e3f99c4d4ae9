"""A job at work: its pieces handed to benches, what failed tried again, and what became of it entered in the books.

Each piece can be done twice. What it ends with is told as a word, for the engine keeps it.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from threading import Event, Lock
from typing import NoReturn, TypeVar, cast

from structlog.stdlib import BoundLogger

from ledgerflow.issuing.delivering import fail_job, finish_job, halt_job
from ledgerflow.issuing.drawing import begin_chunk, enter_drawn, in_words, lacking, positions_lacking
from ledgerflow.issuing.entering import Halted, Overtaken, begin_run
from ledgerflow.issuing.jobs import Chunk, Failure, Job, Part
from ledgerflow.issuing.ports import Ledger
from ledgerflow.worker.benches import Benches
from ledgerflow.worker.deeds import DrawnPositions, IssuedJob, JobRun, Site
from ledgerflow.worker.resilience import ATTEMPTS, CircuitOpen, Circuits, RefusedOnce, attempts

T = TypeVar("T")

_DEEDS = "ledgerflow.worker.deeds"
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
        self._whole, self._pages = benches
        self._circuits = circuits
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
                issued = bench.run(f"{_DEEDS}:issue", arguments, patience=_LONG)
            assert isinstance(issued, IssuedJob)
            chunks = [one.number for one in ledger.jobs.chunks(id) if positions_lacking(one, issued.codes)]
            self._say(tenant, job, "job_issued", invoices=issued.total, batch=issued.batch, chunks=len(chunks))
            return Issued(Ended.DONE, issued.batch, issued.codes, tuple(chunks), job.priority)

        done = self._piece(tenant, id, run, issue)
        return done if isinstance(done, Issued) else Issued(done)

    def draw(self, tenant: str, id: str, run: int, number: int, batch: int, codes: Sequence[str]) -> Ended:
        """One chunk of the job is drawn; what cannot be is entered as failed."""
        ledger = self._ledger(tenant)

        def draw() -> Ended:
            chunk = begin_chunk(ledger, id, run, number)
            _Drawing(self, ledger, self._run(tenant, id, run), chunk, batch, tuple(codes)).do_all()
            return Ended.DONE

        with self._taking_part():
            try:
                return attempts(self.rest, pause=_FIRST)(draw)
            except Halted:
                return Ended.HALTED
            except Overtaken:
                return Ended.OVER

    def pack(self, tenant: str, id: str, run: int) -> Ended:
        """What was made goes on the shelf, and the job ends."""
        ledger = self._ledger(tenant)

        def pack() -> Ended:
            with self._whole.borrow() as bench:
                arguments = {"job": self._run(tenant, id, run)}
                archive = cast(str, bench.run(f"{_DEEDS}:pack", arguments, patience=_LONG))
            job = finish_job(ledger, id, run, archive=archive, at=_now(), actor="worker")
            self._say(tenant, job, "job_ended", status=job.status.value, failed=job.failed)
            return Ended.DONE

        done = self._piece(tenant, id, run, pack)
        assert isinstance(done, Ended)
        return done

    def halt(self, tenant: str, id: str, run: int) -> None:
        """The run ends as the owner of the job wished."""
        job = halt_job(self._ledger(tenant), id, run, at=_now(), actor="worker")
        self._say(tenant, job, "job_halted", status=job.status.value)

    def fail(self, tenant: str, id: str, run: int, reason: str) -> None:
        """The run ends, for it cannot go on."""
        try:
            job = fail_job(self._ledger(tenant), id, run, reason=reason, at=_now(), actor="worker")
        except Halted:
            self.halt(tenant, id, run)
        except Overtaken:
            return
        else:
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

    def _piece(self, tenant: str, id: str, run: int, do: Callable[[], T]) -> T | Ended:
        """A piece on which the whole job depends: if it fails, the job does."""
        with self._taking_part():
            try:
                return attempts(self.rest, pause=_FIRST)(do)
            except Halted:
                self.halt(tenant, id, run)
                return Ended.HALTED
            except Overtaken:
                return Ended.OVER
            except Exception as error:  # whatever it was, it is told to the owner of the job, and kept with it
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

    def draw_together(self, job: JobRun, batch: int, chunk: Chunk, codes: Sequence[str]) -> DrawnPositions:
        """A whole chunk at a time."""
        return self._drawn(job, batch, {"spreads": lacking(chunk, codes)})

    def draw_alone(self, job: JobRun, batch: int, position: int, chunk: Chunk, codes: Sequence[str]) -> DrawnPositions:
        """One invoice, alone in its process."""
        return self._drawn(job, batch, {"spreads": lacking(replace(chunk, first=position, last=position), codes)})

    def _drawn(self, job: JobRun, batch: int, order: dict[str, object]) -> DrawnPositions:
        arguments = {"job": job, "batch": batch, **order}
        with self._pages.borrow() as bench:
            drawn = bench.run(f"{_DEEDS}:draw_positions", arguments, patience=self._patience.page)
        assert isinstance(drawn, DrawnPositions)
        return drawn

    def say_of(self, job: JobRun, event: str, **facts: object) -> None:
        """A line in the log about a run."""
        self._log.warning(event, tenant=job.site.tenant, job=job.id, run=job.run, **facts)

    @property
    def circuits(self) -> Circuits:
        return self._circuits


class _Drawing:
    """A chunk in hand. It is drawn together; where that ended a process, or an earlier worker ended in the midst of it,
    one at a time, and only such an attempt counts against an invoice."""

    def __init__(
        self, work: Work, ledger: Ledger, job: JobRun, chunk: Chunk, batch: int, codes: tuple[str, ...]
    ) -> None:
        self._work = work
        self._ledger = ledger
        self._job = job
        self._chunk = chunk
        self._batch = batch
        self._codes = codes
        known = ledger.jobs.failures(job.id)
        self._tried = {one.position: one.attempts for one in known if not one.is_final}
        self._has_waited = False
        self._trace = ledger.jobs.find(job.id).trace_id

    def do_all(self) -> None:
        waiting = positions_lacking(self._chunk, self._codes)
        if waiting and not self._chunk.begun:
            waiting = self._together(waiting)
        for position in waiting:
            self._alone(position)
        self._enter((), (), is_over=True)

    def _together(self, waiting: list[int]) -> list[int]:
        """Gives the positions that need attempts of their own."""
        if self._give_up(waiting):
            return []
        try:
            drawn = self._work.draw_together(self._job, self._batch, self._chunk, self._codes)
        except Exception as error:  # the shelf, the ledger or the process: each invoice has attempts of its own
            self._work.say_of(self._job, "chunk_failed", chunk=self._chunk.number, reason=in_words(error))
            return waiting
        refused = {one.position: one for one in drawn.refused}
        final = [self._failure(place, 1, one.reason) for place, one in refused.items() if not one.passing]
        self._enter(drawn.parts, final)
        for position in waiting:
            if position not in refused:
                self._fare(None)
            elif not refused[position].passing:
                self._fare(refused[position].reason)
        again = [position for position, one in refused.items() if one.passing]
        self._tried |= {position: max(1, self._tried.get(position, 0)) for position in again}
        return again

    def _alone(self, position: int) -> None:
        if self._give_up([position]):
            return
        tried = self._tried.get(position, 0)

        def once() -> None:
            nonlocal tried
            tried += 1
            self._note(position, tried)
            drawn = self._work.draw_alone(self._job, self._batch, position, self._chunk, self._codes)
            self._enter(drawn.parts)
            for refused in drawn.refused:
                raise RefusedOnce(refused.reason, passing=refused.passing)

        try:
            if tried < ATTEMPTS:
                attempts(self._work.rest, ATTEMPTS - tried)(once)
            else:
                raise RefusedOnce("Each attempt ended the process that made it", passing=False)
        except (Halted, Overtaken):
            raise
        except Exception as error:  # told of this invoice, and kept with it
            reason = in_words(error)
            self._enter((), [self._failure(position, tried, reason)])
            self._fare(reason)
        else:
            self._fare(None)

    def _note(self, position: int, tried: int) -> None:
        """Before the attempt: if it ends this process too, whoever comes next knows of it."""
        attempt = Failure(position, tried, "An attempt that did not come back", self._trace, is_final=False)
        self._ledger.transact(lambda journal: journal.jobs.fail(self._job.id, [attempt]))

    def _enter(self, parts: Sequence[Part], failures: Sequence[Failure] = (), *, is_over: bool = False) -> None:
        """At once: of what is entered nothing is tried again, however this process ends."""
        self._chunk = replace(self._chunk, parts=(*self._chunk.parts, *parts))
        enter_drawn(self._ledger, self._job.id, self._chunk.number, self._codes, parts, failures, is_over=is_over)

    def _failure(self, position: int, tried: int, reason: str) -> Failure:
        return Failure(position, tried, reason, self._trace)

    def _fare(self, reason: str | None) -> None:
        """Tells the circuits how an invoice fared in the end."""
        for code in self._codes:
            circuit = self._work.circuits.of(code)
            circuit.succeeded() if reason is None else circuit.failed(reason)

    def _give_up(self, positions: Sequence[int]) -> bool:
        """Where so many failed in a row that the engine is broken, it is left alone for a while; if it still is, the
        rest of the chunk is not tried."""
        reason = self._why_not()
        if reason is None:
            return False
        words = f"Not tried. {reason}"
        self._enter((), [self._failure(place, self._tried.get(place, 0), words) for place in positions])
        return True

    def _why_not(self) -> str | None:
        circuits = [self._work.circuits.of(code) for code in self._codes]
        while True:
            try:
                for circuit in circuits:
                    circuit.guard()
            except CircuitOpen as error:
                if self._has_waited:
                    return str(error)
                self._has_waited = True
                self._work.rest(error.seconds)
            else:
                return None


def _now() -> datetime:
    return datetime.now(UTC)
