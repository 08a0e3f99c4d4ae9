"""The deed of laying a batch's tables into a folder: invoices, lines, buyers and payments as Parquet."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from ledgerflow.billing.invoice import Invoice
from ledgerflow.export.parquet import exactly, write_parquet
from ledgerflow.export.tables import (
    BUYERS,
    INVOICES,
    LINES,
    PAYMENTS,
    TABLES,
    Columns,
    Kind,
    Row,
    buyer_rows,
    invoice_rows,
    line_rows,
    payment_rows,
)
from ledgerflow.issuing.assessing import Assessed
from ledgerflow.issuing.ports import Progress
from ledgerflow.simulation.config import SimulationConfig
from ledgerflow.simulation.payments import are_simulated, payments_of

TABLE_FILES = tuple(f"{columns.title}.parquet" for columns in (INVOICES, LINES, BUYERS, PAYMENTS))


def require_kept(assessed: Iterable[Assessed]) -> None:
    """Raises NumberTooFine where a price, a quantity or an amount does not fit its column, before a number is taken."""
    for one in assessed:
        for sold, line in zip(one.supply.lines, one.tax.lines, strict=True):
            for number in (sold.unit_price, sold.quantity, sold.discount_percent):
                exactly("number", Kind.NUMBER, number)
            for amount in (line.gross, line.total):
                exactly("amount", Kind.AMOUNT, amount)
        exactly("amount", Kind.AMOUNT, one.tax.totals.total)
        exactly("amount", Kind.AMOUNT, one.tax.totals.grand_total)


def lay_tables(
    folder: Path,
    invoices: Sequence[Invoice],
    config: SimulationConfig,
    about: Mapping[str, object],
    progress: Progress,
) -> tuple[str, ...]:
    """Four files, by their names; that of the payments has no rows where payments are not simulated."""
    facts = {name: str(value) for name, value in about.items()}
    tables: list[tuple[Columns, Callable[[], Iterable[Row]]]] = [
        (INVOICES, lambda: invoice_rows(invoices)),
        (LINES, lambda: line_rows(invoices)),
        (BUYERS, lambda: buyer_rows(invoices)),
        (PAYMENTS, lambda: payment_rows(payments_of(invoices, config) if are_simulated(config) else ())),
    ]
    for done, (name, (columns, rows)) in enumerate(zip(TABLE_FILES, tables, strict=True), 1):
        with (folder / name).open("wb") as target:
            write_parquet(target, columns, rows, facts)
        progress(TABLES, done, len(tables))
    return TABLE_FILES
