"""The deed of making books: sales are simulated, issued and packed; register and report are laid beside the archive."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zipfile import ZipFile

from ledgerflow import __version__
from ledgerflow.billing.catalogue import Product
from ledgerflow.billing.invoice import Invoice
from ledgerflow.billing.tax import TaxStrategy
from ledgerflow.export.archive import MANIFEST
from ledgerflow.export.format import Format
from ledgerflow.export.register import CurrencyTotals, totals
from ledgerflow.issuing.anomalies import LABEL_FILES, lay_labels, rows_of, spoil_assessed
from ledgerflow.issuing.assessing import Assessed, assess_sales
from ledgerflow.issuing.batch import Issued, enter_batch, generation_id
from ledgerflow.issuing.packing import pack_batch, whole_file
from ledgerflow.issuing.ports import Batch, Ledger, Progress
from ledgerflow.issuing.tables import TABLE_FILES, lay_tables
from ledgerflow.reporting.report import report
from ledgerflow.simulation.anomalies.labels import Label
from ledgerflow.simulation.anomalies.planting import plant
from ledgerflow.simulation.config import SimulationConfig
from ledgerflow.simulation.simulate import simulate

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


def make_books(
    order: Order,
    laws: Mapping[str, TaxStrategy],
    folder: Path,
    ledger: Callable[[], AbstractContextManager[Ledger]],
    pool: ProcessPoolExecutor | None,
    progress: Progress,
) -> Books:
    """Makes books in `folder`. Whatever can be refused is refused before the ledger is opened or a file written."""
    assessed, labels = _assessed(order, laws, progress)
    with ledger() as books:
        folder.mkdir(parents=True, exist_ok=True)
        _clear(folder)
        identity = generation_id(order.config, order.catalogue)
        issued = enter_batch(assessed, books, identity, at=order.at, actor=order.actor, progress=progress)
        batch = issued.batch
        invoices = list(books.invoices(batch=batch.number))
    about = {
        "generator": f"LedgerFlow {__version__}",
        "generation_id": identity,
        "seed": order.config.seed,
        "business": order.config.business.name,
        "documents": len(invoices),
    }
    with whole_file(folder / ARCHIVE) as target:
        manifest = pack_batch(invoices, order.formats, target, about, pool=pool, progress=progress)
    return Books(
        batch=batch,
        archive=folder / ARCHIVE,
        files=len(manifest.files) + 1,
        report=_write(folder / REPORT, report(invoices, title=order.config.business.name, about=about).encode()),
        registers=tuple(_registers(folder)),
        totals=totals(invoices),
        invoices=_by_kind(invoices),
        labels=_labels(order, folder, labels, issued, invoices, about),
        tables=lay_tables(folder, invoices, order.config, about, progress) if order.tables else (),
    )


def _assessed(
    order: Order, laws: Mapping[str, TaxStrategy], progress: Progress
) -> tuple[Sequence[Assessed], tuple[Label, ...]]:
    """All thinking: the sales, what was asked to be put wrong with them, and their tax."""
    wanted = order.config.count
    sales = simulate(order.config, order.catalogue, laws, lambda done: progress("simulate", done, wanted or done))
    planted = plant(order.config, sales, laws)
    return spoil_assessed(order.config, assess_sales(order.config, planted.sales, laws, progress), planted)


def _clear(folder: Path) -> None:
    """Takes away the labels and tables of an earlier run, which would pass for those of this one."""
    for name in (*LABEL_FILES, *TABLE_FILES):
        (folder / name).unlink(missing_ok=True)


def _labels(
    order: Order,
    folder: Path,
    labels: Sequence[Label],
    issued: Issued,
    invoices: Sequence[Invoice],
    about: Mapping[str, object],
) -> tuple[Path, ...]:
    if not order.config.anomalies.any:
        return ()
    return lay_labels(folder, rows_of(labels, invoices, issued.unused), about, tables=order.tables)


def _registers(folder: Path) -> list[Path]:
    """What stands at the top of the archive is over the whole batch; it lies beside the archive as well."""
    with ZipFile(folder / ARCHIVE) as archive:
        tops = [name for name in archive.namelist() if "/" not in name and name != MANIFEST]
        return [_write(folder / name, archive.read(name)) for name in tops]


def _write(path: Path, content: bytes) -> Path:
    with whole_file(path) as file:
        file.write(content)
    return path


def _by_kind(invoices: Sequence[Invoice]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for invoice in invoices:
        counts[invoice.kind.value] = counts.get(invoice.kind.value, 0) + 1
    return counts
