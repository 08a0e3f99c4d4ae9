"""The audit trail: who did what and when, each entry sealed over the one before, so that no change goes unnoticed."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One deed. `at` is ISO 8601 in UTC and `details` is JSON, both kept as the text that the seal covers."""

    sequence: int
    at: str
    actor: str
    deed: str
    details: str
    previous: str
    hash: str


def seal(
    sequence: int, previous: str, *, at: datetime, actor: str, deed: str, details: Mapping[str, str | int]
) -> AuditEntry:
    """The entry that follows the one whose hash is `previous` (empty for the first); `at` knows its time zone."""
    if at.tzinfo is None:
        raise ValueError("An audit entry needs a time with its zone.")
    moment = at.astimezone(UTC).isoformat()
    text = json.dumps(details, sort_keys=True, ensure_ascii=False)
    return AuditEntry(
        sequence, moment, actor, deed, text, previous, _hash(sequence, moment, actor, deed, text, previous)
    )


def first_fault(entries: Iterable[AuditEntry]) -> int | None:
    """The sequence at which the trail stops being what was written: an entry changed, missing or put in between."""
    previous = ""
    for expected, entry in enumerate(entries, 1):
        content = (entry.sequence, entry.at, entry.actor, entry.deed, entry.details, entry.previous)
        if (entry.sequence, entry.previous, entry.hash) != (expected, previous, _hash(*content)):
            return expected
        previous = entry.hash
    return None


def _hash(*content: str | int) -> str:
    return sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()
