"""The end of a job: what it made becomes an archive on the shelf, from which whoever ordered it takes it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from ledgerflow.billing.invoice import Invoice
from ledgerflow.billing.tax import TaxStrategy
from ledgerflow.export.format import Format
from ledgerflow.export.labels import LabelRow
from ledgerflow.issuing.anomalies import rows_of
from ledgerflow.issuing.books import Order, lay_out
from ledgerflow.issuing.commission import Commission
from ledgerflow.issuing.commissioning import release_numbers
from ledgerflow.issuing.drawing import PARTS, Place, part_members, positions_lacking
from ledgerflow.issuing.entering import take_up
from ledgerflow.issuing.exporting import SUMS
from ledgerflow.issuing.jobs import BatchUnknown, Chunk, Job, JobStatus, Part, Stage, Wish
from ledgerflow.issuing.packing import is_drawn
from ledgerflow.issuing.ports import Journal, Ledger, Progress
from ledgerflow.issuing.shelf import Shelf
from ledgerflow.issuing.thinking import think

ARCHIVES = "archive"


@dataclass(frozen=True, slots=True)
class Packing:
    """What is packed: a job, what it was ordered with, by which laws and formats, the sheets that are made already, and
    where."""

    job: Job
    commission: Commission
    laws: Mapping[str, TaxStrategy]
    formats: Sequence[Format]
    sheets: Sequence[Part]
    shelf: Shelf
    place: Place


def pack_job(packing: Packing, ledger: Ledger, *, at: datetime, actor: str, progress: Progress) -> str:
    """Packs what is in the ledger and what was drawn, and lays it all on the shelf; gives the folder where it lies.

    The bytes follow from the job alone. The manifest names the invoices that lack a file.
    """
    job, commission = packing.job, packing.commission
    chunks = ledger.jobs.chunks(job.id)
    _require_room(packing, chunks)
    invoices = list(ledger.invoices(batch=job.batch)) if job.batch is not None else []
    truth = _truth(packing, invoices, progress)
    codes = [format.code for format in packing.formats if is_drawn(format)]
    lacks = [place for chunk in chunks for place in positions_lacking(chunk, codes)]
    order = Order(commission.config, commission.catalogue, packing.formats, at, actor, commission.tables)
    by_code: dict[str, list[Part]] = {code: [] for code in codes}
    for part in (*packing.sheets, *(part for chunk in chunks for part in chunk.parts)):
        by_code.setdefault(part.format, []).append(part)
    drawn = {code: part_members(parts, packing.shelf, packing.place) for code, parts in by_code.items()}
    made = packing.place.desk / "made"
    made.mkdir()
    lay_out(
        order,
        invoices,
        truth,
        job.generation_id,
        made,
        progress=progress,
        drawn=drawn,
        missing=[invoices[place].number for place in lacks],
    )
    return _lay_on_shelf(made, packing)


def finish_job(ledger: Ledger, id: str, run: int, *, archive: str, at: datetime, actor: str) -> Job:
    """Everything that could be made is made: the job succeeded if nothing lacks, and failed if nothing was made."""

    def finish(journal: Journal) -> Job:
        job = take_up(journal, id, run)
        status = JobStatus.SUCCEEDED if not job.failed else JobStatus.PARTLY_FAILED
        if job.failed and job.failed == job.total:
            status = JobStatus.FAILED
        error = job.last_error if job.failed else ""
        return _end(journal, replace(job, archive=archive, last_error=error), status, at, actor)

    return ledger.transact(finish)


def fail_job(ledger: Ledger, id: str, run: int, *, reason: str, at: datetime, actor: str) -> Job:
    """The whole run could not go on. What is in the ledger stays, and so do the numbers reserved, for a retry."""

    def fail(journal: Journal) -> Job:
        job = take_up(journal, id, run)
        missing = job.total - job.issued
        failed = replace(job, last_error=reason, failed=max(job.failed, missing, job.total - job.drawn))
        return _end(journal, failed, JobStatus.FAILED, at, actor)

    return ledger.transact(fail)


def halt_job(ledger: Ledger, id: str, run: int, *, at: datetime, actor: str) -> Job:
    """Ends a run as its owner wished: paused, to go on later, or cancelled for good."""

    def halt(journal: Journal) -> Job:
        job = journal.jobs.hold(id)
        if job.run != run or job.wish is Wish.NONE or not job.status.is_open:
            return job
        if job.wish is Wish.CANCEL:
            release_numbers(journal, job)
        status = JobStatus.CANCELLED if job.wish is Wish.CANCEL else JobStatus.PAUSED
        return _end(journal, replace(job, wish=Wish.NONE), status, at, actor)

    return ledger.transact(halt)


def forget_archive(ledger: Ledger, id: str) -> None:
    """What a job had made was cleared away from the shelf: the archive, and the parts; a retry draws all anew."""
    chunks = [Chunk(chunk.number, chunk.first, chunk.last) for chunk in ledger.jobs.chunks(id)]

    def forget(journal: Journal) -> None:
        try:
            job = journal.jobs.hold(id)
        except BatchUnknown:
            return
        if not job.status.is_open:
            journal.jobs.cut(id, chunks)
            drawn = job.drawn if job.status is JobStatus.SUCCEEDED else 0
            journal.jobs.keep(replace(job, archive="", drawn=drawn))

    ledger.transact(forget)


def _end(journal: Journal, job: Job, status: JobStatus, at: datetime, actor: str) -> Job:
    ended = None if status is JobStatus.PAUSED else at
    job = replace(job, status=status, stage=Stage.NONE, ended_at=ended)
    journal.jobs.keep(job)
    facts: dict[str, str | int] = {"job": job.id, "run": job.run, "status": status.value, "failed": job.failed}
    journal.audit(at, actor, "end_run", facts)
    return job


def _require_room(packing: Packing, chunks: Sequence[Chunk]) -> None:
    """Asks for room before anything is written, by the size of what was drawn."""
    sizes = {laid.name: laid.bytes for laid in packing.shelf.files(f"{packing.place.folder}/{PARTS}")}
    drawn = sum(sizes.get(part.name, 0) for chunk in chunks for part in chunk.parts)
    packing.shelf.require_room(drawn * 3 // 2)  # the archive, and what lies beside it


def _truth(packing: Packing, invoices: Sequence[Invoice], progress: Progress) -> list[LabelRow]:
    """The labels of what was put wrong on purpose; they follow from the commission, so they are made again."""
    config = packing.commission.config
    if not config.anomalies.any:
        return []
    _, labels = think(config, packing.commission.catalogue, packing.laws, progress)
    unused = {int(place): tuple(numbers) for place, numbers in json.loads(packing.job.unused).items()}
    return rows_of(labels, invoices, unused)


def _lay_on_shelf(made: Path, packing: Packing) -> str:
    folder = f"{packing.place.folder}/{ARCHIVES}"
    laid = [packing.shelf.lay(f"{folder}/{path.name}", path) for path in sorted(made.iterdir())]
    sums = packing.place.desk / SUMS
    lines = (f"{one.sha256}  {one.name.rsplit('/', 1)[-1]}\n" for one in laid)
    sums.write_text("".join(lines), "utf-8", newline="\n")
    packing.shelf.lay(f"{folder}/{SUMS}", sums)
    return folder
