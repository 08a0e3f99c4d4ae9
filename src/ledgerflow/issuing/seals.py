"""An entry of the audit trail and its seal: a hash over all that the entry says and over the hash of the one before."""

import json
from collections.abc import Mapping
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

    def fits(self, sequence: int) -> bool:
        """Whether the entry was sealed with this content under this sequence."""
        return self.hash == _hash(sequence, self.at, self.actor, self.deed, self.details, self.previous)


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


def _hash(*content: str | int) -> str:
    """A forger may have put into a text column what is no text; it is hashed as it looks, and fits nothing."""
    return sha256(json.dumps(content, ensure_ascii=False, default=repr).encode(errors="replace")).hexdigest()
