"""Tables of invoice lines, read and written: CSV, Parquet or a workbook becomes Lines, or one refusal that names all
that is wrong with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ledgerflow.billing.errors import Finding, InputRefused
from ledgerflow.habits.lines import UNNAMED, Codes, Figures, Lines, Marks
from ledgerflow.intake.findings import readable
from ledgerflow.intake.lines_cells import LinesCells, LinesFaults
from ledgerflow.intake.lines_source import open_source


@dataclass(frozen=True, slots=True)
class Names:
    """What the codes of a table stand for."""

    inv: Sequence[str]
    cust: Sequence[str]
    prod: Sequence[str]


def read_lines(path: Path) -> Lines:
    """Reads the columns inv, ts, cust, prod, qty, price, and total, credit, currency where they are there.

    Without `total` it is quantity times price, without `credit` what has a negative quantity is credited. Raises
    InputRefused with all findings.
    """
    source = open_source(path)
    findings = list(source.header.missing())
    cells = LinesCells(source.frame, dict(source.header.titles), LinesFaults(source.rows))
    if not len(source.rows):
        findings.append(_nothing("lines.none", "There is no line below the header."))
    lines = _lines(cells, complete=not findings)
    findings += cells.faults.found
    if not findings and lines.credit.all():
        findings.append(_nothing("lines.no_sale", "Every line is of a credit note; there is no sale."))
    if findings:
        raise InputRefused(readable(findings))
    return lines


def _lines(cells: LinesCells, *, complete: bool) -> Lines:
    """Reads every column that is there, so that all faults are found; the result is sound only where none was."""
    rows = len(cells.faults.rows)
    inv = cells.names("inv")[0] if "inv" in cells else _none(rows)
    ts = cells.moments("ts") if "ts" in cells else np.zeros(rows, "datetime64[s]")
    cust = cells.names("cust", may_be_empty=True)[0] if "cust" in cells else _none(rows)
    prod, products = cells.names("prod") if "prod" in cells else (_none(rows), ())
    qty = cells.numbers("qty") if "qty" in cells else np.ones(rows)
    price = cells.numbers("price") if "price" in cells else np.ones(rows)
    credit = cells.marks("credit") if "credit" in cells else qty < 0
    total = cells.numbers("total") if "total" in cells else np.round(qty * price, 2)
    _check_signs(cells, qty, price, total, credit)
    _check_currency(cells)
    return Lines(inv, ts, cust, prod, qty, price, total, credit, products if complete else ())


def _check_signs(cells: LinesCells, qty: Figures, price: Figures, total: Figures, credit: Marks) -> None:
    if "price" in cells:
        advice = "Take lines out that are no sale (write-offs, adjustments, gifts)."
        cells.wrong("lines.price", "price", price <= 0, "{count} line(s) have a price of 0 or less.", advice)
    if "qty" in cells:
        advice = "A sale has a positive quantity, a line of a credit note a negative one and true in column credit."
        wrong = np.where(credit, qty >= 0, qty <= 0)
        words = "{count} line(s) have a quantity of the wrong sign."
        cells.wrong("lines.quantity_sign", "qty", wrong, words, advice)
    if "total" in cells:
        advice = "The total of a sale is positive, that of a line of a credit note negative."
        wrong = np.where(credit, total > 0, total < 0)
        cells.wrong("lines.total_sign", "total", wrong, "{count} line(s) have a total of the wrong sign.", advice)


def _check_currency(cells: LinesCells) -> None:
    if "currency" not in cells:
        return
    codes, currencies = cells.names("currency", may_be_empty=True)
    if len(currencies) > 1:
        first = int(codes[codes != UNNAMED][0])
        words = f"There are {len(currencies)} currencies: {', '.join(currencies[:8])}."
        advice = "Measure each currency in a file of its own."
        others = (codes != UNNAMED) & (codes != first)
        cells.wrong("lines.currencies", "currency", others, words, advice)


def _none(rows: int) -> Codes:
    return np.full(rows, UNNAMED)


def _nothing(code: str, words: str) -> Finding:
    return Finding(code, "file", words, "Write one row for each line of each invoice.")


def write_lines(path: Path, lines: Lines, names: Names) -> None:
    """Writes Parquet with the columns inv, ts, cust, prod, qty, price, total and credit; an unnamed buyer is null."""
    import polars as pl

    customers = pl.Series("cust", names.cust, pl.String)
    frame = pl.DataFrame(
        {
            "inv": pl.Series(names.inv, dtype=pl.String).gather(lines.inv),
            "ts": pl.Series(lines.ts.astype("datetime64[us]")),
            "cust": customers.gather(pl.Series(lines.cust).set(pl.Series(lines.cust == UNNAMED), None)),
            "prod": pl.Series(names.prod, dtype=pl.String).gather(lines.prod),
            "qty": lines.qty,
            "price": lines.price,
            "total": lines.total,
            "credit": lines.credit,
        }
    )
    frame.write_parquet(path)
