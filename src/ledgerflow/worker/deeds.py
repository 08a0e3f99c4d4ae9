"""What a bench does: the deeds of a job, from names and values that travel to another process."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from ledgerflow.assembly import Application
from ledgerflow.export.format import Format
from ledgerflow.issuing.batch import generation_id
from ledgerflow.issuing.commission import Commission, commissioned
from ledgerflow.issuing.delivering import Packing, pack_job
from ledgerflow.issuing.drawing import Place, Refusal, Spread, draw, in_words
from ledgerflow.issuing.entering import Issuing, issue_job, take_up
from ledgerflow.issuing.jobs import Job, Part, Stage
from ledgerflow.issuing.packing import is_drawn
from ledgerflow.issuing.ports import Journal
from ledgerflow.issuing.sheets import is_sheet, make_sheets
from ledgerflow.store.ledger import DatabaseLedger
from ledgerflow.store.shelf import open_shelf
from ledgerflow.worker.apprentice import Tell
from ledgerflow.worker.resilience import passing

ACTOR = "worker"
DEEDS = __name__


@dataclass(frozen=True, slots=True)
class Site:
    """Where a tenant's books and files are: the ledger, the Redis in reserve, the shelf, and a folder to work in."""

    database: str
    reserve: str
    shelf: str
    tenant: str
    folder: str

    def shelf_folder(self, id: str) -> str:
        return f"{self.tenant}/{id}"


@dataclass(frozen=True, slots=True)
class JobRun:
    """One run of a job, as it is told to a bench."""

    site: Site
    id: str
    run: int
    at: datetime


@dataclass(frozen=True, slots=True)
class IssuedJob:
    """What the drawing needs to know of a job that is issued: by `codes` its pages are drawn, by `sheets` what is over
    all of it. `kinds` counts its documents, `collisions` the numbers that were taken when one was to be given."""

    batch: int
    total: int
    codes: tuple[str, ...]
    sheets: tuple[str, ...]
    kinds: Mapping[str, int] = field(default_factory=dict)
    collisions: int = 0


@dataclass(frozen=True, slots=True)
class Refused:
    """An invoice that a format could not draw: why, and whether another attempt is worth making."""

    format: str
    position: int
    reason: str
    passing: bool


@dataclass(frozen=True, slots=True)
class DrawnPositions:
    """What became of positions."""

    parts: tuple[Part, ...]
    refused: tuple[Refused, ...]


def issue(tell: Tell, *, job: JobRun) -> IssuedJob:
    """Issues a job, or what is left of it."""
    application = Application(job.site.reserve)
    with application.read_ledger(job.site.database, job.site.tenant) as ledger:
        commission = commissioned(ledger, job.id)
        formats = _formats(application, commission)
        codes = tuple(format.code for format in formats if is_drawn(format))
        sheets = tuple(format.code for format in formats if is_sheet(format))
        issuing = Issuing(job.id, job.run, commission, job.at, ACTOR)
        identity = generation_id(commission.config, commission.catalogue)
        issued = issue_job(issuing, application.laws, ledger, identity, drawn=bool(codes), progress=tell.progress)
        assert issued.batch is not None  # it is issued
        kinds = ledger.figures.kinds(issued.batch) if issued.stage is Stage.ISSUING else {}
        return IssuedJob(issued.batch, issued.total, codes, sheets, kinds, ledger.collisions)


def draw_positions(tell: Tell, *, job: JobRun, batch: int, spreads: Sequence[Spread]) -> DrawnPositions:
    """Draws positions of a job that is issued."""
    application = Application(job.site.reserve)
    formats = [application.format(code) for code in {spread.format: None for spread in spreads}]
    with _at_work(application, job.site) as (ledger, desk):
        place = Place(desk, job.site.shelf_folder(job.id))
        drawn = draw(spreads, batch, ledger, formats, open_shelf(job.site.shelf), place, tell)
    return DrawnPositions(drawn.parts, tuple(_told(refusal) for refusal in drawn.refusals))


def make(tell: Tell, *, job: JobRun, batch: int, codes: Sequence[str]) -> tuple[Part, ...]:
    """Makes what some formats make over a whole job that is issued."""
    application = Application(job.site.reserve)
    with _at_work(application, job.site) as (ledger, desk):
        place = Place(desk, job.site.shelf_folder(job.id))
        return make_sheets(
            [application.format(code) for code in codes], batch, ledger, open_shelf(job.site.shelf), place
        )


def pack(tell: Tell, *, job: JobRun, sheets: Sequence[Part]) -> str:
    """Packs what was made, and says in which folder of the shelf it lies."""
    application = Application(job.site.reserve)
    with _at_work(application, job.site) as (ledger, desk):
        known = ledger.transact(lambda journal: _begin_packing(journal, job))
        commission = commissioned(ledger, job.id)
        formats = _formats(application, commission)
        place = Place(desk, job.site.shelf_folder(job.id))
        packing = Packing(known, commission, application.laws, formats, sheets, open_shelf(job.site.shelf), place)
        return pack_job(packing, ledger, at=job.at, actor=ACTOR, progress=tell.progress)


def _begin_packing(journal: Journal, job: JobRun) -> Job:
    known = replace(take_up(journal, job.id, job.run), stage=Stage.PACKING)
    journal.jobs.keep(known)
    return known


@contextmanager
def _at_work(application: Application, site: Site) -> Iterator[tuple[DatabaseLedger, Path]]:
    with tempfile.TemporaryDirectory(dir=site.folder) as desk:
        yield _kept.ledger(application, site), Path(desk)


class _Kept:
    """The ledger that this process used last stays open: chunk after chunk is of the same tenant."""

    def __init__(self) -> None:
        self._ledger: DatabaseLedger | None = None
        self._of = ("", "", "")

    def ledger(self, application: Application, site: Site) -> DatabaseLedger:
        of = (site.database, site.tenant, site.reserve)
        if self._ledger is None or of != self._of:
            if self._ledger is not None:
                self._ledger.close()
            self._ledger, self._of = application.read_ledger(site.database, site.tenant), of
        return self._ledger


_kept = _Kept()


def _formats(application: Application, commission: Commission) -> list[Format]:
    return [application.format(code) for code in commission.formats]


def _told(refusal: Refusal) -> Refused:
    return Refused(refusal.format, refusal.position, in_words(refusal.error), passing(refusal.error))
