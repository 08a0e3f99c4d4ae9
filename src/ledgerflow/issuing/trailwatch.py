"""An audit trail looked at again and again: what was found sound up to an entry need not be read each time."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ledgerflow.issuing.audit import AuditEntry, Head, head_of, verify_trail
from ledgerflow.issuing.documents import Document
from ledgerflow.issuing.ports import Journal, Ledger

_NAME: Final = "audit-checked"
_TOLD: Final = 10  # faults


@dataclass(frozen=True, slots=True)
class Checked:
    """Where the trail ended when it was looked at, and what was found wrong with it, in words."""

    head: Head
    faults: tuple[str, ...] = ()


def check_trail(ledger: Ledger, tenant: str, *, whole: bool, at: datetime, actor: str) -> Checked:
    """Whether the trail of a tenant goes on from where it was found sound; `whole` reads it from its beginning, in
    which alone a change of older entries shows. So does one that was found broken, until it is mended."""
    kept = _kept(ledger, tenant)
    found = None
    if kept and not kept.faults and not whole:
        found = _goes_on(ledger.audit_trail(max(0, kept.head.sequence - 1)), kept.head)
    if found is None:
        seen = _Seen()
        faults = verify_trail(seen.watch(ledger.audit_trail()), kept.head if kept else None)
        words = tuple(str(fault) for fault in faults[:_TOLD])
        found = Checked(kept.head if kept and words else head_of(tenant, seen.last), words)
    if found != kept:
        _keep(ledger, found, at, actor)
    return found


class _Seen:
    """What went by while a trail was read once."""

    def __init__(self) -> None:
        self.last: AuditEntry | None = None

    def watch(self, trail: Iterable[AuditEntry]) -> Iterator[AuditEntry]:
        for entry in trail:
            self.last = entry
            yield entry


def _goes_on(entries: Iterable[AuditEntry], kept: Head) -> Checked | None:
    """None where the entries, the last that was known first, do not go on from it."""
    last: AuditEntry | None = None
    for entry in entries:
        if last is None and kept.sequence:
            follows = entry.sequence == kept.sequence and entry.hash == kept.hash
        else:
            number, previous = (last.sequence + 1, last.hash) if last else (1, "")
            follows = entry.sequence == number and entry.previous == previous
        if not follows or not entry.fits(entry.sequence):
            return None
        last = entry
    if last is None:
        return None if kept.sequence else Checked(kept)
    return Checked(head_of(kept.tenant, last))


def _kept(ledger: Ledger, tenant: str) -> Checked | None:
    document = ledger.documents.find(_NAME)
    if document is None:
        return None
    said = json.loads(document.text)
    return Checked(Head(tenant, said["sequence"], said["hash"], said["at"]), tuple(said["faults"]))


def _keep(ledger: Ledger, checked: Checked, at: datetime, actor: str) -> None:
    head = checked.head
    faults: Sequence[str] = checked.faults
    text = json.dumps({"sequence": head.sequence, "hash": head.hash, "at": head.at, "faults": faults})

    def keep(journal: Journal) -> None:
        held = journal.documents.hold(_NAME)
        journal.documents.put(Document(_NAME, held.version + 1 if held else 1, text, actor, at))

    ledger.transact(keep)
