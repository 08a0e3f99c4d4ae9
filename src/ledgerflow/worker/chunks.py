"""A chunk in hand: its pages drawn together, and one at a time where that did not go well."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from structlog.stdlib import BoundLogger

from ledgerflow.issuing.drawing import Spread, enter_drawn, in_words, lacking, positions_lacking
from ledgerflow.issuing.entering import Halted, Overtaken
from ledgerflow.issuing.jobs import Chunk, Failure, Part
from ledgerflow.issuing.ports import Ledger
from ledgerflow.worker import tally
from ledgerflow.worker.bench import Bench
from ledgerflow.worker.deeds import DEEDS, DrawnPositions, JobRun
from ledgerflow.worker.resilience import ATTEMPTS, CircuitOpen, Circuits, RefusedOnce, attempts
from ledgerflow.worker.tally import Stopwatch


@dataclass(frozen=True, slots=True)
class Pages:
    """How pages are drawn: how many seconds one may take, the circuits, and how to rest between attempts."""

    seconds: float
    circuits: Circuits
    rest: Callable[[float], None]
    log: BoundLogger

    def draw(self, bench: Bench, job: JobRun, batch: int, spreads: Sequence[Spread]) -> DrawnPositions:
        """Draws positions on a bench; raises what became of the bench, the ledger or the shelf."""
        arguments = {"job": job, "batch": batch, "spreads": spreads}
        watch = Stopwatch(spreads)
        try:
            drawn = bench.run(f"{DEEDS}:draw_positions", arguments, patience=self.seconds, reached=watch.reached)
        except Exception:
            watch.broken()
            raise
        assert isinstance(drawn, DrawnPositions)
        watch.ended(drawn)
        return drawn

    def warn(self, job: JobRun, event: str, **facts: object) -> None:
        """A line in the log about a run."""
        self.log.warning(event, tenant=job.site.tenant, job=job.id, run=job.run, **facts)


class Drawing:
    """A chunk in hand. It is drawn together; where that ended a process, or an earlier worker ended in the midst of it,
    one at a time, and only such an attempt counts against an invoice."""

    def __init__(
        self, pages: Pages, bench: Bench, ledger: Ledger, job: JobRun, chunk: Chunk, batch: int, codes: tuple[str, ...]
    ) -> None:
        self._pages = pages
        self._bench = bench
        self._ledger = ledger
        self._job = job
        self._chunk = chunk
        self._batch = batch
        self._codes = codes
        known = ledger.jobs.failures(job.id)
        self._tried = {one.position: one.attempts for one in known if not one.is_final}
        self._has_waited = False
        self._held: list[Part] = []  # drawn, and entered together with what comes next
        self._trace = ledger.jobs.find(job.id).trace_id

    def do_all(self) -> None:
        waiting = positions_lacking(self._chunk, self._codes)
        if waiting and not self._chunk.begun:
            waiting = self._together(waiting)
        if waiting:
            self._pages.draw(
                self._bench, self._job, self._batch, ()
            )  # so that no attempt is lost to the beginning of a bench
        for position in waiting:
            self._alone(position)
        self._enter(is_over=True)

    def _together(self, waiting: list[int]) -> list[int]:
        """Gives the positions that need attempts of their own."""
        if self._give_up(waiting):
            return []
        try:
            drawn = self._pages.draw(self._bench, self._job, self._batch, lacking(self._chunk, self._codes))
        except Exception as error:  # the shelf, the ledger or the process: each invoice has attempts of its own
            self._warn("chunk_failed", chunk=self._chunk.number, reason=in_words(error))
            return waiting
        refused = {one.position: one for one in drawn.refused}
        final = [self._failure(place, 1, one.reason) for place, one in refused.items() if not one.passing]
        for one in final:
            self._warn("invoice_failed", position=one.position, attempts=one.attempts, reason=one.reason)
        self._held += drawn.parts
        self._enter(final)
        for position in waiting:
            if position not in refused:
                self._fare(None)
            elif not refused[position].passing:
                self._fare(refused[position].reason)
        again = [position for position, one in refused.items() if one.passing]
        for _ in again:
            tally.pages_again(self._codes)
        self._tried |= {position: max(1, self._tried.get(position, 0)) for position in again}
        return again

    def _alone(self, position: int) -> None:
        if self._give_up([position]):
            return
        tried = self._tried.get(position, 0)

        def once() -> None:
            nonlocal tried
            tried += 1
            self._begin(position, tried)
            one = replace(self._chunk, first=position, last=position)
            drawn = self._pages.draw(self._bench, self._job, self._batch, lacking(one, self._codes))
            self._held += drawn.parts
            for refused in drawn.refused:
                raise RefusedOnce(refused.reason, passing=refused.passing)

        try:
            if tried < ATTEMPTS:
                attempts(self._pages.rest, ATTEMPTS - tried, again=self._again)(once)
            else:
                raise RefusedOnce("Each attempt ended the process that made it", passing=False)
        except (Halted, Overtaken):
            raise
        except Exception as error:  # told of this invoice, and kept with it
            reason = in_words(error)
            self._warn("invoice_failed", position=position, attempts=tried, reason=reason)
            self._enter([self._failure(position, tried, reason)])
            self._fare(reason)
        else:
            self._fare(None)

    def _again(self, error: BaseException) -> None:
        tally.pages_again(self._codes)

    def _warn(self, event: str, **facts: object) -> None:
        self._pages.warn(self._job, event, trace_id=self._trace, **facts)

    def _begin(self, position: int, tried: int) -> None:
        """An attempt is written down before it is made: if it ends this process too, whoever comes next knows of it."""
        self._enter([Failure(position, tried, "An attempt that did not come back", self._trace, is_final=False)])

    def _enter(self, failures: Sequence[Failure] = (), *, is_over: bool = False) -> None:
        """Before the next attempt: of what is entered nothing is tried again, however this process ends."""
        parts, self._held = tuple(self._held), []
        self._chunk = replace(self._chunk, parts=(*self._chunk.parts, *parts))
        enter_drawn(self._ledger, self._job.id, self._chunk.number, self._codes, parts, failures, is_over=is_over)

    def _failure(self, position: int, tried: int, reason: str) -> Failure:
        return Failure(position, tried, reason, self._trace)

    def _fare(self, reason: str | None) -> None:
        """Tells the circuits how an invoice fared in the end, and counts it."""
        tally.pages_fared(self._codes, reason)
        for code in self._codes:
            circuit = self._pages.circuits.of(code)
            circuit.succeeded() if reason is None else circuit.failed(reason)

    def _give_up(self, positions: Sequence[int]) -> bool:
        """Where so many failed in a row that the engine is broken, it is left alone for a while; if it still is, the
        rest of the chunk is not tried."""
        reason = self._why_not()
        if reason is None:
            return False
        words = f"Not tried. {reason}"
        self._enter([self._failure(place, self._tried.get(place, 0), words) for place in positions])
        for _ in positions:
            tally.pages_fared(self._codes, words)
        return True

    def _why_not(self) -> str | None:
        circuits = [self._pages.circuits.of(code) for code in self._codes]
        while True:
            try:
                for circuit in circuits:
                    circuit.guard()
            except CircuitOpen as error:
                if self._has_waited:
                    return str(error)
                self._has_waited = True
                self._pages.rest(error.seconds)
            else:
                return None
