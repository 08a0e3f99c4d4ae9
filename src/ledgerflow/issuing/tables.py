"""The deed of laying a batch's tables into a folder: invoices, lines, buyers and payments as Parquet."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from ledgerflow.billing.invoice import Invoice
from ledgerflow.export.parquet import write_parquet
from ledgerflow.export.tables import (
    BUYERS,
    INVOICES,
    LINES,
    PAYMENTS,
    TABLES,
    Columns,
    Row,
    buyer_rows,
    invoice_rows,
    line_rows,
    payment_rows,
)
from ledgerflow.issuing.packing import whole_file
from ledgerflow.issuing.ports import Progress
from ledgerflow.simulation.config import SimulationConfig
from ledgerflow.simulation.payments import are_simulated, payments_of

TABLE_FILES = tuple(f"{columns.title}.parquet" for columns in (INVOICES, LINES, BUYERS, PAYMENTS))


def lay_tables(
    folder: Path,
    invoices: Sequence[Invoice],
    config: SimulationConfig,
    about: Mapping[str, object],
    progress: Progress,
) -> tuple[Path, ...]:
    """Four files; that of the payments has no rows where payments are not simulated."""
    facts = {name: str(value) for name, value in about.items()}
    tables: list[tuple[Columns, Callable[[], Iterable[Row]]]] = [
        (INVOICES, lambda: invoice_rows(invoices)),
        (LINES, lambda: line_rows(invoices)),
        (BUYERS, lambda: buyer_rows(invoices)),
        (PAYMENTS, lambda: payment_rows(payments_of(invoices, config) if are_simulated(config) else ())),
    ]
    paths = []
    for done, (name, (columns, rows)) in enumerate(zip(TABLE_FILES, tables, strict=True), 1):
        paths.append(folder / name)
        with whole_file(paths[-1]) as target:
            write_parquet(target, columns, rows, facts)
        progress(TABLES, done, len(tables))
    return tuple(paths)
