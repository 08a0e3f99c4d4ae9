"""What an owner does with batches: orders one, has it pause or end, has it go on, and has again what failed.

A running job is not touched here: it is told what is wished, and hears it before its next piece of work.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from ledgerflow.billing.catalogue import Catalogue
from ledgerflow.billing.errors import BillingError, Finding, InputRefused
from ledgerflow.billing.tax import TaxStrategy
from ledgerflow.export.format import Format
from ledgerflow.issuing.batch import generation_id
from ledgerflow.issuing.commission import Commission, shelved
from ledgerflow.issuing.documents import Document
from ledgerflow.issuing.jobs import (
    BatchUnknown,
    Job,
    JobBook,
    JobStatus,
    KeyUsedOtherwise,
    Stage,
    TooManyBatches,
    Wish,
)
from ledgerflow.issuing.letters import unprintable_names
from ledgerflow.issuing.ports import Journal, Ledger
from ledgerflow.simulation.contradictions import contradictions

FIRST, USUAL, LAST = 1, 5, 9
"""Priorities: the least number goes first."""

_CANCELLED = "The batch was cancelled before it was used"
_ON_THE_WAY = 10  # seconds after which it is worth asking again whether a batch has ended


class NotNow(BillingError):
    """The batch {id} is {status}: {advice}"""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many jobs of a tenant may be queued or running, and how many invoices one may have."""

    open_jobs: int
    invoices: int


@dataclass(frozen=True, slots=True)
class Request:
    """An order as it comes in at a door. `key` makes it the same order each time; without one every order is new."""

    commission: Commission
    trace_id: str
    at: datetime
    actor: str
    key: str = ""
    priority: int = USUAL


def require_possible(
    commission: Commission, laws: Mapping[str, TaxStrategy], formats: Sequence[Format], bounds: Bounds
) -> None:
    """Raises InputRefused with all that is wrong with an order, as far as can be seen before any work."""
    config, goods = commission.config, commission.catalogue
    found = [*contradictions(config, goods, laws), *unprintable_names(config, goods, laws, formats)]
    found += _too_large(commission, bounds)
    if found:
        raise InputRefused(found)


def order_batch(ledger: Ledger, request: Request, bounds: Bounds) -> Job:
    """Enters an order; a worker will take it up. The same key gives the same job, whatever became of it.

    Raises TooManyBatches where the tenant has as many open as it may, InputRefused where the batch is larger than one
    may be, and KeyUsedOtherwise.
    """
    content = request.commission.referring()
    identity = _identity(request)

    def enter(journal: Journal) -> Job:
        open_jobs = journal.jobs.count_open()
        known = _known(journal.jobs, identity)
        if known:
            return known
        if found := _too_large(request.commission, bounds):
            raise InputRefused(found)
        _require_room(open_jobs, bounds)
        job = _new(identity, request)
        _shelve(journal, request)
        journal.jobs.enter(job, content)
        facts: dict[str, str | int] = {"job": job.id, "generation_id": job.generation_id, "trace_id": job.trace_id}
        journal.audit(request.at, request.actor, "order_batch", facts)
        return job

    job = ledger.transact(enter)
    if request.key and ledger.jobs.commission(identity) not in _ways(content, request.commission):
        raise KeyUsedOtherwise(key=request.key, id=identity)
    return job


def pause_batch(ledger: Ledger, id: str, *, at: datetime, actor: str) -> Job:
    """A queued job pauses at once, a running one before its next piece of work. Raises NotNow."""

    def wished(job: Job) -> Job:
        if job.status is JobStatus.QUEUED:
            return replace(job, status=JobStatus.PAUSED)
        if job.status is JobStatus.RUNNING:
            return replace(job, wish=Wish.PAUSE)
        raise NotNow(id=id, status=job.status, advice="only one that is queued or running can be paused.")

    return _changed(ledger, id, "pause_batch", wished, at, actor)


def cancel_batch(ledger: Ledger, id: str, *, at: datetime, actor: str) -> Job:
    """Ends a job for good. Its invoices that are in the ledger stay; its numbers that are not used become void."""

    def cancel(journal: Journal) -> Job:
        job = journal.jobs.hold(id)
        if job.status is JobStatus.RUNNING:
            job = replace(job, wish=Wish.CANCEL)
        elif job.status in (JobStatus.CANCELLED, JobStatus.SUCCEEDED):
            raise NotNow(id=id, status=job.status, advice="there is nothing left to cancel.")
        else:
            release_numbers(journal, job)
            job = replace(job, status=JobStatus.CANCELLED, stage=Stage.NONE, ended_at=at)
        journal.jobs.keep(job)
        journal.audit(at, actor, "cancel_batch", {"job": id})
        return job

    return ledger.transact(cancel)


def resume_batch(ledger: Ledger, id: str, bounds: Bounds, *, at: datetime, actor: str) -> Job:
    """A paused job goes on where it stopped; one that was only about to pause goes on as if nothing had been said."""

    def resumed(job: Job) -> Job:
        if job.status is JobStatus.RUNNING and job.wish is Wish.PAUSE:
            return replace(job, wish=Wish.NONE)
        if job.status is not JobStatus.PAUSED:
            raise NotNow(id=id, status=job.status, advice="only one that is paused can be resumed.")
        return _queued_again(job)

    return _changed(ledger, id, "resume_batch", resumed, at, actor, bounds)


def retry_batch(ledger: Ledger, id: str, bounds: Bounds, *, at: datetime, actor: str) -> Job:
    """What failed is tried again, and nothing else."""

    def tried_again(job: Job) -> Job:
        if job.status not in (JobStatus.FAILED, JobStatus.PARTLY_FAILED):
            raise NotNow(id=id, status=job.status, advice="only one that failed, or partly, can be retried.")
        return _queued_again(job)

    return _changed(ledger, id, "retry_batch", tried_again, at, actor, bounds)


def release_numbers(journal: Journal, job: Job) -> None:
    """The numbers that were reserved for a job and that no invoice bears become void."""
    for block in journal.blocks_of(job.id):
        journal.release(block, _CANCELLED)


def _changed(
    ledger: Ledger,
    id: str,
    deed: str,
    change: Callable[[Job], Job],
    at: datetime,
    actor: str,
    bounds: Bounds | None = None,
) -> Job:
    def enact(journal: Journal) -> Job:
        open_jobs = journal.jobs.count_open() if bounds else 0
        before = journal.jobs.hold(id)
        after = change(before)
        if bounds and after.status is JobStatus.QUEUED:
            _require_room(open_jobs, bounds)
        journal.jobs.keep(after)
        journal.audit(at, actor, deed, {"job": id})
        return after

    return ledger.transact(enact)


def _queued_again(job: Job) -> Job:
    return replace(job, status=JobStatus.QUEUED, stage=Stage.NONE, wish=Wish.NONE, run=job.run + 1, ended_at=None)


def _too_large(commission: Commission, bounds: Bounds) -> list[Finding]:
    count = commission.config.count
    if not count or count <= bounds.invoices:
        return []
    message = f"A batch of {count} invoices is more than the {bounds.invoices} that one may have."
    return [Finding("batch.too_large", "/count", message, "Order several, each of a seed of its own.")]


def _require_room(open_jobs: int, bounds: Bounds) -> None:
    if open_jobs >= bounds.open_jobs:
        raise TooManyBatches(open=open_jobs, limit=bounds.open_jobs, seconds=_ON_THE_WAY)


def _known(jobs: JobBook, identity: str) -> Job | None:
    try:
        return jobs.hold(identity)
    except BatchUnknown:
        return None


def _shelve(journal: Journal, request: Request) -> None:
    """Keeps the catalogue once, however often something is ordered of it: whoever orders waits at the count."""
    goods = Catalogue.of(request.commission.catalogue)
    name = shelved(goods.digest)
    if not journal.documents.has(name):
        journal.documents.put(Document(name, 1, goods.text, request.actor, request.at))


def _ways(content: str, commission: Commission) -> Iterator[str]:
    """How the same order can be written: as it is now, and with the whole catalogue, as it was once."""
    yield content
    yield commission.to_json()


def _identity(request: Request) -> str:
    """Follows from the key, so that the same key finds the same job; else from the trace and the moment, in which no
    two orders are alike."""
    alone = f"trace {request.trace_id} at {request.at.isoformat()}"
    return sha256((f"key {request.key}" if request.key else alone).encode()).hexdigest()[:16]


def _new(identity: str, request: Request) -> Job:
    commission = request.commission
    return Job(
        id=identity,
        key=request.key,
        status=JobStatus.QUEUED,
        stage=Stage.NONE,
        wish=Wish.NONE,
        run=1,
        priority=request.priority,
        generation_id=generation_id(commission.config, commission.catalogue),
        batch=None,
        planned_from=0,
        total=commission.config.count or 0,
        issued=0,
        drawn=0,
        failed=0,
        last_error="",
        archive="",
        trace_id=request.trace_id,
        created_at=request.at,
    )
