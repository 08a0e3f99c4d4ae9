"""A job: a batch that was ordered, and how far it has come. What any worker needs to take it up is kept in the books.

Invoices, numbers and failures are told by position, from 0, which no worker and no crash changes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from ledgerflow.billing.errors import BillingError


class BatchUnknown(BillingError):
    """There is no batch {id}. `ledgerflow batch list` shows those there are."""


class KeyUsedOtherwise(BillingError):
    """The key {key!r} was given with another order before, for the batch {id}. Give a new key."""


class TooManyBatches(BillingError):
    """{open} batches are waiting or at work, and {limit} may be. Come back in {seconds} seconds."""


class JobStatus(StrEnum):
    """Where a job stands. The last three are ends; whatever is over can be taken up again by `resume` or `retry`."""

    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    CANCELLED = "cancelled"
    SUCCEEDED = "succeeded"
    PARTLY_FAILED = "partly failed"
    FAILED = "failed"

    @property
    def is_open(self) -> bool:
        """Whether a worker has it, or will have it."""
        return self in (JobStatus.QUEUED, JobStatus.RUNNING)


class Stage(StrEnum):
    """What a running job is at."""

    NONE = ""
    ISSUING = "issuing"
    DRAWING = "drawing"
    PACKING = "packing"


class Wish(StrEnum):
    """What its owner asked of a running job; heard before the next piece of work."""

    NONE = ""
    PAUSE = "pause"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class Job:
    """A batch that was ordered.

    `run` counts how often it was taken up, from 1. `batch` is its number in the ledger, once numbers are reserved for
    it; `planned_from` the position from which on those numbers are, for the earlier ones were in the ledger by then.
    `issued` invoices are in the ledger, always the first ones; `drawn` have all their files; `failed` are not in the
    ledger or lack a file, as far as is known. `archive` is the folder on the shelf, empty before it is there and after
    it was cleared away. `unused` are numbers left out on purpose, by the position of the invoice after them.
    """

    id: str
    key: str
    status: JobStatus
    stage: Stage
    wish: Wish
    run: int
    priority: int
    generation_id: str
    batch: int | None
    planned_from: int
    total: int
    issued: int
    drawn: int
    failed: int
    last_error: str
    archive: str
    trace_id: str
    created_at: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None
    unused: str = "{}"

    @property
    def is_issued(self) -> bool:
        """Whether the whole batch is in the ledger."""
        return self.batch is not None and self.issued == self.total


@dataclass(frozen=True, slots=True)
class Part:
    """Drawn files of consecutive positions, as one file on the shelf; `sha256` is of that file."""

    name: str
    format: str
    first: int
    last: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Chunk:
    """Positions that one worker draws together, both ends included. `begun` is set before they are drawn and taken away
    when they are: who finds it set knows that a worker ended in the midst of them, and draws them one at a time."""

    number: int
    first: int
    last: int
    begun: bool = False
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Failure:
    """An invoice that lacks a file, or is not in the ledger, and why. `attempts` were made alone. `is_final` once there
    will be no more of them until the job is retried."""

    position: int
    attempts: int
    reason: str
    trace_id: str
    is_final: bool = True
    number: str = ""


class JobBook(Protocol):
    """What a deed may write of jobs, in its transaction."""

    def enter(self, job: Job, commission: str) -> None:
        """Enters a new job and what was ordered."""

    def count_open(self) -> int:
        """How many jobs of the tenant are queued or running; nobody enters another until the deed ends."""

    def hold(self, id: str) -> Job:
        """The job, which nobody else changes until the deed ends; raises BatchUnknown."""

    def keep(self, job: Job) -> None:
        """Writes a job that was held, as it is now."""

    def cut(self, id: str, chunks: Sequence[Chunk]) -> None:
        """Enters the chunks of a job; those of the same numbers are replaced."""

    def hold_chunk(self, id: str, number: int) -> Chunk:
        """The chunk, which nobody else changes until the deed ends."""

    def keep_chunk(self, id: str, chunk: Chunk) -> None:
        """Writes a chunk that was held, as it is now."""

    def fail(self, id: str, failures: Sequence[Failure]) -> None:
        """Enters failures; an earlier one at the same position is replaced."""

    def forgive(self, id: str, positions: Sequence[int]) -> None:
        """Takes the failures at these positions away."""

    def count_failed(self, id: str) -> int:
        """How many invoices of the job failed for good, until it is retried."""


class Jobs(Protocol):
    """The jobs of a tenant, to be read."""

    def find(self, id: str) -> Job:
        """Raises BatchUnknown."""

    def commission(self, id: str) -> str:
        """What was ordered, as JSON; raises BatchUnknown."""

    def latest(self, limit: int = 50) -> Sequence[Job]:
        """The latest jobs, newest first."""

    def page(
        self, limit: int, after: tuple[datetime, str] | None = None, status: JobStatus | None = None
    ) -> Sequence[Job]:
        """So many jobs at most, newest first, those that come `after` the one of a time and id; of one status."""

    def chunks(self, id: str) -> Sequence[Chunk]:
        """All chunks of a job, in order."""

    def failures(self, id: str, limit: int | None = None, after: int = -1) -> Sequence[Failure]:
        """The failures of a job by position, with the numbers of those that are in the ledger; those `after` one."""
