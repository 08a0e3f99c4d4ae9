"""The deeds of an upload: received, read as its owner says, looked at, taken in or thrown away.

Meanwhile it lies on the shelf under its tenant, with its products beside it as they were read.
"""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from pydantic import TypeAdapter

from ledgerflow.billing.catalogue import Product
from ledgerflow.intake.delivery import Delivery, Reading, read_delivery
from ledgerflow.intake.proposal import Choice
from ledgerflow.intake.scanning import Scanner
from ledgerflow.issuing.importing import Handed, inspect_file, known_by, require_sound, take_over
from ledgerflow.issuing.ports import Journal, Ledger
from ledgerflow.issuing.restocking import Restocking, restock
from ledgerflow.issuing.shelf import Shelf
from ledgerflow.issuing.uploads import PreviewOutdated, TooManyUploads, Upload, UploadOver, UploadStatus

MOST_OPEN = 20
_LATER = 600  # seconds, by which some will be taken in
_PRODUCTS = TypeAdapter(tuple[Product, ...])
_READING = TypeAdapter(Reading)


@dataclass(frozen=True, slots=True)
class Counter:
    """Where files are handed in: for whose books, the shelf on which they wait, the scanners that look at them, and a
    folder in which a file is written before it is laid there."""

    tenant: str
    shelf: Shelf
    scanners: Sequence[Scanner]
    scratch: Path


def receive_upload(ledger: Ledger, counter: Counter, handed: Handed, *, at: datetime, actor: str) -> Upload:
    """Takes a file onto the shelf, scanned and read as it is likely meant. Raises what `inspect_file` does,
    TooManyUploads, and what the shelf does."""
    delivery = inspect_file(ledger, handed, counter.scanners, at=at, actor=actor)
    id = hashlib.sha256(f"{handed.sha256} {actor} {at.isoformat()}".encode()).hexdigest()[:32]
    upload = Upload(id, handed.name, handed.sha256, UploadStatus.OPEN, delivery.reading, actor, at)

    def enter(journal: Journal) -> None:
        waiting = journal.uploads.count_open()
        if waiting >= MOST_OPEN:
            raise TooManyUploads(open=waiting, limit=MOST_OPEN, seconds=_LATER)
        journal.uploads.enter(upload)
        journal.audit(at, actor, "receive_upload", {"upload": id, **known_by(handed)})

    with _nothing_left_if_refused(counter, id):
        _lay(counter, id, "file", handed.content)
        _lay(counter, id, _named(delivery.reading), _PRODUCTS.dump_json(delivery.products))
        ledger.transact(enter)
    return upload


def choose_columns(ledger: Ledger, counter: Counter, id: str, choice: Choice, *, at: datetime, actor: str) -> Upload:
    """Reads an upload as its owner says. Raises UploadUnknown, UploadOver, and InputRefused where the choice names what
    is not there."""
    _require_open(ledger.uploads.find(id))
    delivery = read_delivery(_fetch(counter, id, "file"), choice)
    _lay(counter, id, _named(delivery.reading), _PRODUCTS.dump_json(delivery.products))

    def choose(journal: Journal) -> Upload:
        chosen = replace(_require_open(journal.uploads.hold(id)), reading=delivery.reading)
        journal.uploads.keep(chosen)
        journal.audit(at, actor, "choose_columns", {"upload": id, "wrong": delivery.reading.wrong})
        return chosen

    return ledger.transact(choose)


def preview_upload(ledger: Ledger, counter: Counter, id: str, *, replacing: bool, at: datetime) -> Restocking:
    """What taking it in would do. Raises UploadUnknown, UploadOver, and InputRefused where something is wrong."""
    delivery = _delivery(counter, _require_open(ledger.uploads.find(id)))
    return restock(ledger.stock.all(), delivery, replacing=replacing, at=at)


def take_in_upload(
    ledger: Ledger, counter: Counter, id: str, *, replacing: bool, at: datetime, actor: str, seen: str = ""
) -> Restocking:
    """Takes an upload in, all of it or nothing. `seen` is the version of the preview its owner looked at. Raises
    UploadUnknown, UploadOver, PreviewOutdated, and InputRefused where something is wrong."""
    delivery = _delivery(counter, _require_open(ledger.uploads.find(id)))

    def take_in(journal: Journal) -> Restocking:
        upload = _require_open(journal.uploads.hold(id))
        if upload.reading != delivery.reading:
            raise PreviewOutdated(id=id)
        restocking = restock(journal.stock.hold_all(), delivery, replacing=replacing, at=at)
        if seen and restocking.version != seen:
            raise PreviewOutdated(id=id)
        details = {"upload": id, "file": upload.name, "sha256": upload.sha256}
        take_over(journal, restocking, details, replacing=replacing, at=at, actor=actor)
        journal.uploads.keep(replace(upload, status=UploadStatus.TAKEN))
        return restocking

    done = ledger.transact(take_in)
    counter.shelf.clear(_folder(counter.tenant, id))
    return done


def throw_away_upload(ledger: Ledger, counter: Counter, id: str, *, at: datetime, actor: str) -> None:
    """Nothing stays of an upload but what the audit trail says. Raises UploadUnknown."""

    def throw_away(journal: Journal) -> None:
        upload = journal.uploads.hold(id)
        journal.uploads.remove(id)
        journal.audit(at, actor, "throw_away_upload", {"upload": id, "sha256": upload.sha256})

    ledger.transact(throw_away)
    counter.shelf.clear(_folder(counter.tenant, id))


def expire_uploads(ledger: Ledger, shelf: Shelf, tenant: str, *, before: datetime) -> int:
    """Throws away what came before then, taken in or not; says how many. It may be done twice."""
    old = ledger.uploads.before(before)
    for id in old:
        shelf.clear(_folder(tenant, id))

    def forget(journal: Journal) -> None:
        for id in old:
            journal.uploads.remove(id)

    if old:
        ledger.transact(forget)
    return len(old)


def _folder(tenant: str, id: str) -> str:
    return f"{tenant}/upload-{id}"


@contextmanager
def _nothing_left_if_refused(counter: Counter, id: str) -> Iterator[None]:
    try:
        yield
    except BaseException:
        counter.shelf.clear(_folder(counter.tenant, id))
        raise


def _lay(counter: Counter, id: str, name: str, content: bytes) -> None:
    path = counter.scratch / f"{id}-{name}"
    try:
        path.write_bytes(content)
        counter.shelf.lay(f"{_folder(counter.tenant, id)}/{name}", path)
    finally:
        path.unlink(missing_ok=True)


def _fetch(counter: Counter, id: str, name: str) -> bytes:
    with counter.shelf.open(f"{_folder(counter.tenant, id)}/{name}") as file:
        return file.read()


def _named(reading: Reading) -> str:
    """Another choice leads to another file, so that products and reading never part."""
    return f"products-{hashlib.sha256(_READING.dump_json(reading)).hexdigest()[:24]}"


def _delivery(counter: Counter, upload: Upload) -> Delivery:
    require_sound(upload.reading)
    products = _PRODUCTS.validate_json(_fetch(counter, upload.id, _named(upload.reading)))
    return Delivery(upload.reading, products)


def _require_open(upload: Upload) -> Upload:
    if upload.status is not UploadStatus.OPEN:
        raise UploadOver(id=upload.id)
    return upload
