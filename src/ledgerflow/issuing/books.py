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
from ledgerflow.billing.errors import InputRefused
from ledgerflow.billing.invoice import Invoice
from ledgerflow.billing.tax import TaxStrategy
from ledgerflow.export.archive import MANIFEST
from ledgerflow.export.format import Format
from ledgerflow.export.register import CurrencyTotals, totals
from ledgerflow.issuing.batch import Assessed, assess_sales, enter_batch, generation_id, require_numbers
from ledgerflow.issuing.letters import unprintable_names
from ledgerflow.issuing.packing import pack_batch
from ledgerflow.issuing.ports import Batch, Ledger, Progress
from ledgerflow.issuing.staging import staged
from ledgerflow.reporting.report import report
from ledgerflow.simulation.config import SimulationConfig
from ledgerflow.simulation.contradictions import contradictions
from ledgerflow.simulation.simulate import simulate

ARCHIVE = "invoices.zip"
REPORT = "report.html"


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for. `at` and `actor` are for the audit trail; nothing else of the clock goes in."""

    config: SimulationConfig
    catalogue: Sequence[Product]
    formats: Sequence[Format]
    at: datetime
    actor: str


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
    with staged(folder, (ARCHIVE, REPORT)) as desk:
        assessed = _assessed(order, laws, progress)
        require_numbers(assessed, last)
        identity = generation_id(order.config, order.catalogue)
        with ledger(desk) as books:
            batch = enter_batch(assessed, books, identity, at=order.at, actor=order.actor, progress=progress)
            invoices = list(books.invoices(batch=batch.number))
        files, registers = _lay_out(order, invoices, identity, desk, pool, progress)
    return Books(
        batch=batch,
        archive=folder / ARCHIVE,
        files=files,
        report=folder / REPORT,
        registers=tuple(folder / name for name in registers),
        totals=totals(invoices),
        invoices=_by_kind(invoices),
    )


def _refuse_unprintable(order: Order, laws: Mapping[str, TaxStrategy]) -> None:
    """Together with whatever else is wrong, so that a user hears everything at once."""
    found = unprintable_names(order.config, order.catalogue, laws, order.formats)
    if found:
        raise InputRefused([*contradictions(order.config, order.catalogue, laws), *found])


def _assessed(order: Order, laws: Mapping[str, TaxStrategy], progress: Progress) -> list[Assessed]:
    wanted = order.config.count
    sales = simulate(order.config, order.catalogue, laws, lambda done: progress("simulate", done, wanted or done))
    return assess_sales(order.config, sales, laws, progress)


def _lay_out(
    order: Order,
    invoices: Sequence[Invoice],
    identity: str,
    desk: Path,
    pool: ProcessPoolExecutor | None,
    progress: Progress,
) -> tuple[int, list[str]]:
    """Writes archive, registers and report; says how many files the archive holds, and the registers' names."""
    about = {
        "generator": f"LedgerFlow {__version__}",
        "generation_id": identity,
        "seed": order.config.seed,
        "business": order.config.business.name,
        "documents": len(invoices),
    }
    with (desk / ARCHIVE).open("wb") as target:
        manifest = pack_batch(invoices, order.formats, target, about, pool=pool, progress=progress)
    (desk / REPORT).write_bytes(report(invoices, title=order.config.business.name, about=about).encode())
    return len(manifest.files) + 1, _registers(desk)


def _registers(desk: Path) -> list[str]:
    """What stands at the top of the archive is over the whole batch; it lies beside the archive as well."""
    with ZipFile(desk / ARCHIVE) as archive:
        tops = [name for name in archive.namelist() if "/" not in name and name != MANIFEST]
        for name in tops:
            (desk / name).write_bytes(archive.read(name))
    return tops


def _by_kind(invoices: Sequence[Invoice]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for invoice in invoices:
        counts[invoice.kind.value] = counts.get(invoice.kind.value, 0) + 1
    return counts
