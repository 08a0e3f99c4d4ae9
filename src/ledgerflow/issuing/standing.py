"""How the whole installation stands at a moment, over all tenants, naming none: queues, workers, chains, failures."""

from dataclasses import dataclass
from datetime import datetime, timedelta

BUDGETED = timedelta(days=30)
"""The time over which failures are counted against the service level."""


@dataclass(frozen=True, slots=True)
class Queue:
    """Batches that wait and that are at work; `oldest` is when the one that waits longest was ordered. One that was
    taken up again does not count for that: nobody wrote down since when it waits."""

    queued: int = 0
    running: int = 0
    oldest: datetime | None = None

    def age(self, at: datetime) -> timedelta:
        """How long the oldest has waited; no time where none does."""
        return max(timedelta(), at - self.oldest) if self.oldest else timedelta()


@dataclass(frozen=True, slots=True)
class Budget:
    """Invoices of the last thirty days: so many were attempted, and so many of them failed."""

    attempted: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """What the books say, at a moment. `heads_at` is the last export of audit heads that went well, or else the first
    start; `broken` counts the tenants whose chain did not hold when it was last looked at."""

    at: datetime
    queue: Queue
    budget: Budget
    workers: int
    heads_at: datetime
    broken: int
