"""How a tenant's batches stand: what waits, what was attempted and failed, what was made lately, what went wrong."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Waiting:
    """Batches that wait and that are at work; `oldest` is when the one that waits longest was ordered."""

    queued: int = 0
    running: int = 0
    oldest: datetime | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """Batches ordered since a moment: how many, the invoices issued of them, and of those attempted how many failed."""

    batches: int = 0
    issued: int = 0
    attempted: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Trouble:
    """A batch of which something failed: by its trace id the log tells more."""

    tenant: str
    batch: str
    status: str
    at: datetime
    reason: str
    failed: int
    trace_id: str


class Workload(Protocol):
    """Each is one question."""

    def waiting(self) -> Waiting:
        """What is queued and running."""

    def since(self, moment: datetime) -> Tally:
        """Of the batches ordered since then."""

    def troubles(self, moment: datetime, limit: int) -> Sequence[Trouble]:
        """The latest batches ordered since then of which something failed, newest first."""
