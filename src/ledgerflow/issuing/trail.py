"""What is asked of the audit trail, and a page of what it answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ledgerflow.issuing.seals import AuditEntry


@dataclass(frozen=True, slots=True)
class TrailFilter:
    """What is looked for in the audit trail; each condition that is given narrows it down. Days are those of UTC."""

    deed: str = ""
    actor: str = ""
    first_day: date | None = None
    last_day: date | None = None


@dataclass(frozen=True, slots=True)
class TrailPage:
    """Entries, newest first. What is before the sequence `next` was not looked at; there is nothing where it is 1."""

    entries: Sequence[AuditEntry]
    next: int
