"""What the ordered batches of a tenant come to, counted where they are kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from ledgerflow.issuing.jobs import JobStatus
from ledgerflow.issuing.standing import Queue


@dataclass(frozen=True, slots=True)
class Durations:
    """How long batches of one size and status took, from the order to the end: how many there are, how
    long they took together, and how many took no longer than each of the bounds that were asked for."""

    size: str
    status: JobStatus
    count: int
    together: timedelta
    within: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class JobTally:
    """`unissued` are invoices of batches that failed before these were in the ledger; `undrawn` those that are in it
    and lack a file."""

    by_status: Mapping[JobStatus, int]
    durations: Sequence[Durations]
    queue: Queue
    unissued: int
    undrawn: int
