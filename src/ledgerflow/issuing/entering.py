"""The deed of issuing what was ordered: numbers for the whole batch first, then its invoices, some at a time.

It can be stopped anywhere and done again: it finds its numbers by its name, and what is in the ledger stays.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ledgerflow.billing.errors import BillingError, InvoiceNumberCollisionException
from ledgerflow.billing.numbering import NumberSeries
from ledgerflow.billing.tax import TaxStrategy
from ledgerflow.issuing.allotting import Allotment, Giving, allot, entry
from ledgerflow.issuing.assessing import Assessed
from ledgerflow.issuing.commission import Commission
from ledgerflow.issuing.jobs import Chunk, Job, JobStatus, Stage, Wish
from ledgerflow.issuing.ports import Journal, Ledger, Progress
from ledgerflow.issuing.records import Batch, Block, Entry
from ledgerflow.issuing.thinking import think

TOGETHER = 1000  # invoices in a transaction: a fifth of a second
DRAWN_TOGETHER = 50  # invoices in a chunk: one to two seconds of drawing
_GIVEN_UP = "Reserved for a batch that had to take other numbers"
_RESERVED = timedelta(days=7)  # a job that pauses for longer gets new numbers


class Halted(BillingError):
    """The batch was to {wish}, and did."""

    def __init__(self, wish: Wish) -> None:
        super().__init__(wish=wish.value)
        self.wish = wish


class Overtaken(BillingError):
    """The batch {id} is in its run {now}: run {run} is over."""


class MadeOtherwise(BillingError):
    """The batch was ordered from another version of LedgerFlow, whose invoices would differ. Order it again."""


class _NumbersGone(Exception):
    """The blocks were reclaimed: the numbers of what is not in the ledger yet are void, and others are needed."""


@dataclass(frozen=True, slots=True)
class Issuing:
    """One run of a job at work: which, from what, in whose name and when."""

    id: str
    run: int
    commission: Commission
    at: datetime
    actor: str


def take_up(journal: Journal, id: str, run: int) -> Job:
    """The job, held for a piece of its work; raises Halted where its owner wished so, and Overtaken."""
    job = journal.jobs.hold(id)
    if job.run != run or not job.status.is_open:
        raise Overtaken(id=id, now=job.run, run=run)
    if job.wish is not Wish.NONE:
        raise Halted(job.wish)
    return job


def begin_run(ledger: Ledger, id: str, run: int, at: datetime) -> Job:
    """A worker has it now."""

    def begin(journal: Journal) -> Job:
        job = take_up(journal, id, run)
        is_left = job.is_issued and job.stage is not Stage.ISSUING
        stage = Stage.DRAWING if is_left else Stage.ISSUING
        job = replace(job, status=JobStatus.RUNNING, stage=stage, started_at=job.started_at or at, last_error="")
        job = replace(
            job, failed=journal.jobs.count_failed(id)
        )  # what an earlier run could not begin has not failed yet
        journal.jobs.keep(job)
        return job

    return ledger.transact(begin)


def issue_job(
    issuing: Issuing, laws: Mapping[str, TaxStrategy], ledger: Ledger, identity: str, *, drawn: bool, progress: Progress
) -> Job:
    """Issues whatever of the batch is not in the ledger. `identity` is the generation that the commission gives by this
    version; `drawn` says whether files will be drawn, so that the positions are cut into chunks.

    Raises InputRefused, Halted, Overtaken, MadeOtherwise, and what the ledger raises.
    """
    job = ledger.jobs.find(issuing.id)
    if job.is_issued:
        return job
    if job.generation_id != identity:
        raise MadeOtherwise()
    commission = issuing.commission
    assessed, _ = think(commission.config, commission.catalogue, laws, progress)
    while True:
        work = _Entering(issuing, assessed, ledger, drawn)
        try:
            return work.enter_all(progress)
        except _NumbersGone:
            continue
        except InvoiceNumberCollisionException:  # whoever tries again is to have other numbers
            ledger.transact(lambda journal: _release(journal, journal.blocks_of(issuing.id)))
            raise


@dataclass(slots=True)
class _Entering:
    issuing: Issuing
    assessed: Sequence[Assessed]
    ledger: Ledger
    drawn: bool

    def enter_all(self, progress: Progress) -> Job:
        total = len(self.assessed)
        if any(one.series.gapless for one in self.assessed):
            return self.ledger.transact(self._enter_whole)
        job, allotment = self.ledger.transact(self._plan)
        numbers = self._numbers(job, allotment)
        while not job.is_issued:
            job = self.ledger.transact(lambda journal: self._enter_some(journal, allotment, numbers))
            progress("issue", job.issued, total)
        return job

    def _enter_whole(self, journal: Journal) -> Job:
        """A gapless series gives numbers only to the deed that uses them: all in one transaction."""
        job = take_up(journal, self.issuing.id, self.issuing.run)
        if job.is_issued:
            return job
        allotment = allot(self.assessed, journal.reserve)
        batch = self._open_batch(journal, job)
        job = self._planned(job, batch.number, allotment)
        journal.enter(batch, list(self._entries(job, allotment, allotment.numbers, 0, job.total)), job.trace_id)
        return self._close(journal, job, allotment)

    def _plan(self, journal: Journal) -> tuple[Job, Allotment]:
        """Numbers for all that is not in the ledger: those that are reserved, or new ones."""
        job = take_up(journal, self.issuing.id, self.issuing.run)
        held = journal.blocks_of(job.id)
        if held or job.is_issued:
            try:
                return job, allot(self.assessed, _finding(held), after=job.planned_from if held else job.total)
            except _NumbersGone:
                _release(journal, held)
        until = self.issuing.at + _RESERVED
        allotment = allot(
            self.assessed,
            lambda series, period, wanted: journal.reserve_block(series, period, wanted, until, job.id),
            after=job.issued,
        )
        batch = job.batch or self._open_batch(journal, job).number
        job = self._planned(replace(job, planned_from=job.issued), batch, allotment)
        journal.jobs.keep(job)
        facts: dict[str, str | int] = {"job": job.id, "batch": batch, "numbers": ", ".join(allotment.words)}
        journal.audit(self.issuing.at, self.issuing.actor, "reserve_numbers", facts)
        return job, allotment

    def _open_batch(self, journal: Journal, job: Job) -> Batch:
        return journal.open_batch(job.generation_id, self.issuing.at, len(self.assessed))

    def _planned(self, job: Job, batch: int, allotment: Allotment) -> Job:
        unused = json.loads(job.unused)
        unused |= {str(place): [one.number for one in void] for place, void in allotment.unused.items()}
        return replace(job, batch=batch, total=len(self.assessed), unused=json.dumps(unused))

    def _numbers(self, job: Job, allotment: Allotment) -> Mapping[int, str]:
        if not job.planned_from:
            return allotment.numbers
        earlier = self.ledger.invoices(batch=job.batch, positions=(0, job.planned_from - 1))
        return {invoice.position: invoice.number for invoice in earlier} | allotment.numbers

    def _enter_some(self, journal: Journal, allotment: Allotment, numbers: Mapping[int, str]) -> Job:
        job = take_up(journal, self.issuing.id, self.issuing.run)
        if job.is_issued:
            return job
        held = journal.blocks_of(job.id)
        if len(held) != len({(block.series.template, block.period) for block, _ in allotment.places.values()}):
            raise _NumbersGone
        assert job.batch is not None  # it was planned
        batch = Batch(job.batch, job.generation_id, self.issuing.at, job.total)
        last = min(job.issued + TOGETHER, job.total)
        journal.enter(batch, list(self._entries(job, allotment, numbers, job.issued, last)), job.trace_id)
        if last == job.total:
            for block in held:
                journal.use(block)
            return self._close(journal, job, allotment)
        job = replace(job, issued=last)
        journal.jobs.keep(job)
        return job

    def _entries(
        self, job: Job, allotment: Allotment, numbers: Mapping[int, str], first: int, last: int
    ) -> Iterator[Entry]:
        for position in range(first, last):
            place = allotment.places[position]
            yield entry(self.assessed[position], position, place, numbers, job.generation_id)

    def _close(self, journal: Journal, job: Job, allotment: Allotment) -> Job:
        """Everything is in the ledger: what was left out on purpose is void, and the batch is in the audit trail."""
        if allotment.unused:
            journal.void(allotment.void)
        assert job.batch is not None  # it was planned
        facts: dict[str, str | int] = {"job": job.id, "batch": job.batch, "invoices": job.total}
        facts |= {"generation_id": job.generation_id, "numbers": ", ".join(allotment.words)}
        journal.audit(self.issuing.at, self.issuing.actor, "issue_batch", facts)
        if self.drawn:
            journal.jobs.cut(job.id, _chunks(job.total))
        job = replace(job, issued=job.total, drawn=job.drawn if self.drawn else job.total)
        journal.jobs.keep(job)
        return job


def _release(journal: Journal, blocks: Sequence[Block]) -> None:
    for block in blocks:
        journal.release(block, _GIVEN_UP)


def _chunks(total: int) -> list[Chunk]:
    starts = range(0, total, DRAWN_TOGETHER)
    return [Chunk(number, first, min(first + DRAWN_TOGETHER, total) - 1) for number, first in enumerate(starts)]


def _finding(held: Sequence[Block]) -> Giving:
    """Gives blocks that were reserved before: of the series itself, or of its numbers in reserve."""
    known = {(block.series.template, block.period): block for block in held}

    def give(series: NumberSeries, period: str, wanted: int) -> Block:
        for template in (series.template, *((series.reserve.template,) if series.reserve else ())):
            block = known.get((template, period))
            if block is not None and block.size == wanted:
                return replace(block, series=series if template == series.template else series.reserve or series)
        raise _NumbersGone

    return give
