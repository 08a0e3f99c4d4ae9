"""An import at one go: a file is scanned and read, or refused; and taken in, all of it or nothing."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn

from ledgerflow.billing.errors import BillingError, InputRefused, Severity
from ledgerflow.intake.delivery import Delivery, Reading, read_delivery
from ledgerflow.intake.scanning import Scanner, ScannerUnreachable, scan
from ledgerflow.issuing.ports import Journal, Ledger
from ledgerflow.issuing.restocking import Restocking, restock

_SEEN = 5  # codes of findings that the audit trail names


class UploadTooLarge(BillingError):
    """The file is larger than {limit} bytes. Remove pictures and unused sheets, or split the catalogue."""


@dataclass(frozen=True, slots=True)
class CutOff:
    """A file that was too large: what it is called, and how much of the request was taken before it was cut off."""

    name: str
    received: int
    sha256: str
    limit: int


@dataclass(frozen=True, slots=True)
class Handed:
    """A file as it came, and what its owner calls it."""

    name: str
    content: bytes

    @property
    def sha256(self) -> str:
        """By which it is known in the audit trail."""
        return hashlib.sha256(self.content).hexdigest()


def inspect_file(ledger: Ledger, handed: Handed, scanners: Sequence[Scanner], *, at: datetime, actor: str) -> Delivery:
    """Scans and reads a file. One that is refused is entered in the audit trail with its hash and the reason, and
    leaves nothing else. Raises InputRefused, ScannerUnreachable."""
    try:
        scan(handed.content, scanners)
        return read_delivery(handed.content)
    except InputRefused as refusal:
        _enter_refusal(ledger, handed, ", ".join(finding.code for finding in refusal.findings[:_SEEN]), at, actor)
        raise
    except ScannerUnreachable as silence:
        _enter_refusal(ledger, handed, str(silence), at, actor)
        raise


def refuse_cut_off(ledger: Ledger, cut: CutOff, *, at: datetime, actor: str) -> NoReturn:
    """Enters in the audit trail that a file was cut off, with the hash of what came of it. Raises UploadTooLarge."""
    details: dict[str, str | int] = {"file": cut.name, "received": cut.received, "received_sha256": cut.sha256}
    details["reason"] = "workbook.too_large"
    ledger.transact(lambda journal: journal.audit(at, actor, "refuse_upload", details))
    raise UploadTooLarge(limit=cut.limit)


def import_file(
    ledger: Ledger,
    handed: Handed,
    scanners: Sequence[Scanner],
    *,
    replacing: bool,
    trying: bool,
    at: datetime,
    actor: str,
) -> tuple[Delivery, Restocking]:
    """The whole road at once, for who has the file at hand; with `trying`, nothing is written."""
    delivery = inspect_file(ledger, handed, scanners, at=at, actor=actor)
    require_sound(delivery.reading)
    if trying:
        return delivery, restock(ledger.stock.all(), delivery, replacing=replacing, at=at)

    def take_in(journal: Journal) -> Restocking:
        restocking = restock(journal.stock.hold_all(), delivery, replacing=replacing, at=at)
        details = {"file": handed.name, "sha256": handed.sha256}
        take_over(journal, restocking, details, replacing=replacing, at=at, actor=actor)
        return restocking

    return delivery, ledger.transact(take_in)


def require_sound(reading: Reading) -> None:
    """Raises InputRefused with all errors, where there are any."""
    errors = [finding for finding in reading.findings if finding.severity is Severity.ERROR]
    if errors:
        raise InputRefused(errors)


def take_over(
    journal: Journal, made: Restocking, details: Mapping[str, str | int], *, replacing: bool, at: datetime, actor: str
) -> None:
    """Writes what an import does, and that it was done."""
    journal.stock.remove([one.id for one in made.removed])
    journal.stock.put(made.written)
    counts = {"new": len(made.new), "changed": len(made.changed), "removed": len(made.removed)}
    mode = "replace" if replacing else "merge"
    journal.audit(at, actor, "import_catalogue", {**details, "mode": mode, **counts, "unchanged": made.unchanged})


def known_by(handed: Handed) -> dict[str, str | int]:
    """How the audit trail names a file."""
    return {"file": handed.name, "bytes": len(handed.content), "sha256": handed.sha256}


def _enter_refusal(ledger: Ledger, handed: Handed, reason: str, at: datetime, actor: str) -> None:
    details = known_by(handed) | {"reason": reason}
    ledger.transact(lambda journal: journal.audit(at, actor, "refuse_upload", details))
