"""The deed of exporting: what a batch made is taken from the shelf, or read there, each file under its hash."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ledgerflow.billing.errors import BillingError
from ledgerflow.issuing.jobs import Job
from ledgerflow.issuing.ports import Ledger, Progress
from ledgerflow.issuing.shelf import Shelf
from ledgerflow.issuing.staging import staged

SUMS = "SHA256SUMS"


class ArchiveMissing(BillingError):
    """The batch {id} is {status} and has no archive: {advice}"""


class FileMissing(BillingError):
    """The batch {id} has no file {file!r}: it made {known}."""


@dataclass(frozen=True, slots=True)
class Made:
    """What a batch made: the folder on the shelf, and the SHA-256 of each file by its name."""

    job: Job
    folder: str
    hashes: Mapping[str, str]

    def place(self, file: str) -> str:
        """Where a file lies on the shelf; raises FileMissing."""
        if file not in self.hashes:
            raise FileMissing(id=self.job.id, file=file, known=", ".join(sorted(self.hashes)))
        return f"{self.folder}/{file}"


def what_was_made(ledger: Ledger, shelf: Shelf, id: str) -> Made:
    """Raises BatchUnknown, ArchiveMissing, NotOnShelf, ShelfUnreachable."""
    job = _finished(ledger, id)
    with shelf.open(f"{job.archive}/{SUMS}") as file:
        return Made(job, job.archive, _listed(file.read().decode("utf-8")))


def export_batch(ledger: Ledger, shelf: Shelf, id: str, folder: Path, progress: Progress) -> tuple[Path, ...]:
    """Copies what a batch made into a folder, each file checked against its hash. Raises ArchiveMissing, NotOnShelf."""
    job = _finished(ledger, id)
    with staged(folder, ()) as desk:
        sums = desk / SUMS
        shelf.take(f"{job.archive}/{SUMS}", sums)
        listed = _listed(sums.read_text("utf-8"))
        for done, (name, digest) in enumerate(listed.items(), 1):
            shelf.take(f"{job.archive}/{name}", desk / name, digest)
            progress("export", done, len(listed))
    return tuple(folder / name for name in (*listed, SUMS))


def _finished(ledger: Ledger, id: str) -> Job:
    job = ledger.jobs.find(id)
    if not job.archive:
        advice = {
            True: "it is not finished; `ledgerflow batch watch` shows how far it is.",
            False: "nothing was packed, or its archive was cleared away.",
        }[job.status.is_open]
        raise ArchiveMissing(id=id, status=job.status, advice=advice)
    return job


def _listed(sums: str) -> Mapping[str, str]:
    pairs = (line.split("  ", 1) for line in sums.splitlines())
    return {name: digest for digest, name in pairs}
