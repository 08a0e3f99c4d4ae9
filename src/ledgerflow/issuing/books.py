"""The deed of making books: sales are simulated, issued and packed; register and report are laid beside the archive."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zipfile import ZipFile

from ledgerflow import __version__
from ledgerflow.billing.catalogue import Product
from ledgerflow.billing.errors import InputRefused
from ledgerflow.billing.invoice import Invoice
from ledgerflow.billing.tax import TaxStrategy
from ledgerflow.export.archive import MANIFEST, Member
from ledgerflow.export.format import Format
from ledgerflow.export.labels import LabelRow
from ledgerflow.export.register import CurrencyTotals, totals
from ledgerflow.issuing.allotting import require_numbers
from ledgerflow.issuing.anomalies import LABEL_FILES, lay_labels, rows_of
from ledgerflow.issuing.batch import enter_batch, generation_id
from ledgerflow.issuing.letters import unprintable_names
from ledgerflow.issuing.packing import pack_batch
from ledgerflow.issuing.ports import Ledger, Progress
from ledgerflow.issuing.records import Batch
from ledgerflow.issuing.staging import staged
from ledgerflow.issuing.tables import TABLE_FILES, lay_tables, require_kept
from ledgerflow.issuing.thinking import think
from ledgerflow.reporting.report import report
from ledgerflow.simulation.config import SimulationConfig
from ledgerflow.simulation.contradictions import contradictions

ARCHIVE = "invoices.zip"
REPORT = "report.html"


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for. `at` and `actor` are for the audit trail; nothing else of the clock goes in. `tables` asks for
    Parquet beside the archive."""

    config: SimulationConfig
    catalogue: Sequence[Product]
    formats: Sequence[Format]
    at: datetime
    actor: str
    tables: bool = False

    @property
    def files(self) -> tuple[str, ...]:
        """The names of what will lie in the folder, but for the registers, which the formats name."""
        labels = LABEL_FILES[: 2 if self.tables else 1] if self.config.anomalies.any else ()
        return (ARCHIVE, REPORT, *labels, *(TABLE_FILES if self.tables else ()))


@dataclass(frozen=True, slots=True)
class Books:
    """What was made, and where it lies."""

    batch: Batch
    archive: Path
    files: int
    report: Path
    registers: tuple[Path, ...]
    totals: tuple[CurrencyTotals, ...]
    invoices: Mapping[str, int]
    tables: tuple[Path, ...] = ()
    labels: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class LaidOut:
    """How many files the archive holds, and the names of those beside it."""

    files: int
    registers: tuple[str, ...]
    labels: tuple[str, ...]
    tables: tuple[str, ...]


def make_books(
    order: Order,
    laws: Mapping[str, TaxStrategy],
    folder: Path,
    ledger: Callable[[Path], AbstractContextManager[Ledger]],
    pool: ProcessPoolExecutor | None,
    progress: Progress,
    last: Callable[[str, str], int] = lambda _series, _period: 0,
) -> Books:
    """Makes books in `folder`. Whatever can be refused is refused before the ledger is opened or a file written, and
    what lies in `folder` is replaced when everything is made.

    `ledger` opens the ledger, and is told where one that belongs to these books alone is to be made; `last` says which
    number of a series was taken last.
    """
    _refuse_unprintable(order, laws)
    with staged(folder, order.files, earlier=(*LABEL_FILES, *TABLE_FILES)) as desk:
        assessed, labels = think(order.config, order.catalogue, laws, progress)
        require_numbers(assessed, last)
        if order.tables:
            require_kept(assessed)
        identity = generation_id(order.config, order.catalogue)
        with ledger(desk) as books:
            issued = enter_batch(assessed, books, identity, at=order.at, actor=order.actor, progress=progress)
            invoices = list(books.invoices(batch=issued.batch.number))
        truth = rows_of(labels, invoices, issued.unused)
        laid = lay_out(order, invoices, truth, identity, desk, pool=pool, progress=progress)
    return Books(
        batch=issued.batch,
        archive=folder / ARCHIVE,
        files=laid.files,
        report=folder / REPORT,
        registers=tuple(folder / name for name in laid.registers),
        totals=totals(invoices),
        invoices=_by_kind(invoices),
        tables=tuple(folder / name for name in laid.tables),
        labels=tuple(folder / name for name in laid.labels),
    )


def _refuse_unprintable(order: Order, laws: Mapping[str, TaxStrategy]) -> None:
    """Together with whatever else is wrong, so that a user hears everything at once."""
    found = unprintable_names(order.config, order.catalogue, laws, order.formats)
    if found:
        raise InputRefused([*contradictions(order.config, order.catalogue, laws), *found])


def lay_out(
    order: Order,
    invoices: Sequence[Invoice],
    truth: Sequence[LabelRow],
    identity: str,
    desk: Path,
    *,
    pool: ProcessPoolExecutor | None = None,
    progress: Progress,
    drawn: Mapping[str, Iterable[Member]] | None = None,
    missing: Sequence[str] = (),
) -> LaidOut:
    """Writes archive, registers, report and, where they are asked for, labels and tables. What is `drawn` already is
    taken as it is; the manifest names the invoices that are `missing` a file."""
    about: dict[str, object] = {
        "generator": f"LedgerFlow {__version__}",
        "generation_id": identity,
        "seed": order.config.seed,
        "business": order.config.business.name,
        "documents": len(invoices),
    }
    if missing:
        about["incomplete"] = list(missing)
    with (desk / ARCHIVE).open("wb") as target:
        manifest = pack_batch(invoices, order.formats, target, about, pool=pool, progress=progress, drawn=drawn)
    (desk / REPORT).write_bytes(report(invoices, title=order.config.business.name, about=about).encode())
    asked = order.config.anomalies.any
    return LaidOut(
        files=len(manifest.files) + 1,
        registers=_registers(desk),
        labels=lay_labels(desk, truth, about, tables=order.tables) if asked else (),
        tables=lay_tables(desk, invoices, order.config, about, progress) if order.tables else (),
    )


def _registers(desk: Path) -> tuple[str, ...]:
    """What stands at the top of the archive is over the whole batch; it lies beside the archive as well."""
    with ZipFile(desk / ARCHIVE) as archive:
        tops = [name for name in archive.namelist() if "/" not in name and name != MANIFEST]
        for name in tops:
            (desk / name).write_bytes(archive.read(name))
    return tuple(tops)


def _by_kind(invoices: Sequence[Invoice]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for invoice in invoices:
        counts[invoice.kind.value] = counts.get(invoice.kind.value, 0) + 1
    return counts
