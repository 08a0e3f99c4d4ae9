"""The register of a batch as files: CSV for programs, an Excel workbook with lines and totals for people.

The CSV is UTF-8 with a byte order mark, without which Excel garbles Arabic names. Text that a spreadsheet would take
for a formula is led by an apostrophe (CWE-1236).
"""

import csv as comma_separated
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Literal

from xlsxwriter import Workbook
from xlsxwriter.format import Format as CellFormat
from xlsxwriter.worksheet import Worksheet

from ledgerflow.billing.invoice import Invoice
from ledgerflow.export.register import Cell, CellKind, Column, Table, register, register_lines, register_totals

_EPOCH = datetime(1980, 1, 1)  # the workbook's date of creation: nothing of the clock
_ROWS_OF_A_SHEET = 1_000_000  # Excel ends at 1,048,576
_DIGITS_OF_A_NUMBER = 15  # Excel keeps binary doubles: beyond this a number would not be exact, and stands as text
_WIDTHS = {CellKind.TEXT: 18, CellKind.DAY: 11, CellKind.AMOUNT: 15, CellKind.NUMBER: 10}
_WIDE = {"Seller": 28, "Buyer": 28, "Description": 40, "Simulated": 10, "Currency": 9, "Price currency": 9, "Unit": 7}
_DAY = "yyyy-mm-dd"
_GROUPED_BY_LAKH = "[>=10000000]##\\,##\\,##\\,##0{0};[>=100000]##\\,##\\,##0{0};#,##0{0}"


class RegisterAsCsv:
    """`register.csv`: one row an invoice."""

    code = "csv"
    title = "Register as CSV"
    scope: Literal["batch"] = "batch"

    def lacking(self, letters: str) -> str:
        """A register lacks nothing; the reader's own program has the letters, or not."""
        return ""

    def files(self, invoices: Sequence[Invoice]) -> Iterator[tuple[str, bytes]]:
        """The one file."""
        table = register(invoices)
        text = StringIO(newline="")
        writer = comma_separated.writer(text)
        writer.writerow(column.title for column in table.columns)
        writer.writerows([_as_text(cell) for cell in row] for row in table.rows)
        yield "register.csv", text.getvalue().encode("utf-8-sig")


class RegisterAsWorkbook:
    """`register.xlsx`: sheets of invoices, lines and totals."""

    code = "xlsx"
    title = "Register as an Excel workbook"
    scope: Literal["batch"] = "batch"

    def lacking(self, letters: str) -> str:
        """A register lacks nothing; the reader's own program has the letters, or not."""
        return ""

    def files(self, invoices: Sequence[Invoice]) -> Iterator[tuple[str, bytes]]:
        """The one file."""
        content = BytesIO()
        with Workbook(content, {"in_memory": True}) as workbook:
            workbook.set_properties({"title": "Register", "keywords": "simulated", "created": _EPOCH})
            ink = _Ink(workbook)
            for table in (register(invoices), register_lines(invoices), register_totals(invoices)):
                for title, rows in _sheets(table):
                    _write(workbook.add_worksheet(title), table.columns, rows, ink)
        yield "register.xlsx", content.getvalue()


class _Ink:
    """The cell formats of a workbook, made once each."""

    def __init__(self, workbook: Workbook) -> None:
        self._workbook = workbook
        self._by_picture: dict[str, CellFormat] = {}
        self.heading = workbook.add_format({"bold": True, "bottom": 1, "valign": "vcenter", "text_wrap": True})

    def __getitem__(self, picture: str) -> CellFormat:
        if picture not in self._by_picture:
            self._by_picture[picture] = self._workbook.add_format({"num_format": picture})
        return self._by_picture[picture]


def _as_text(cell: Cell) -> str:
    if isinstance(cell, str):
        return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) else cell
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    return "" if cell is None else str(cell)


def _sheets(table: Table) -> Iterator[tuple[str, Sequence[tuple[Cell, ...]]]]:
    for turn, start in enumerate(range(0, max(1, len(table.rows)), _ROWS_OF_A_SHEET), 1):
        title = table.title if turn == 1 else f"{table.title} {turn}"
        yield title, table.rows[start : start + _ROWS_OF_A_SHEET]


def _write(sheet: Worksheet, columns: Sequence[Column], rows: Sequence[tuple[Cell, ...]], ink: _Ink) -> None:
    titles = [column.title for column in columns]
    currency = titles.index("Currency")
    for place, column in enumerate(columns):
        sheet.write_string(0, place, column.title, ink.heading)
        sheet.set_column(place, place, _WIDE.get(column.title, _WIDTHS[column.kind]))
    sheet.set_row(0, 30)
    sheet.freeze_panes(1, titles.index("Number") + 1 if "Number" in titles else 0)
    sheet.autofilter(0, 0, max(1, len(rows)), len(columns) - 1)
    for height, row in enumerate(rows, 1):
        for place, (cell, column) in enumerate(zip(row, columns, strict=True)):
            _write_cell(sheet, height, place, cell, ink[_picture(cell, column.kind, str(row[currency]))])


def _write_cell(sheet: Worksheet, row: int, column: int, cell: Cell, look: CellFormat) -> None:
    if isinstance(cell, str):
        sheet.write_string(row, column, cell)  # a string, never a formula or a link
    elif isinstance(cell, date):
        sheet.write_datetime(row, column, cell, look)
    elif isinstance(cell, Decimal) and len(cell.as_tuple().digits) > _DIGITS_OF_A_NUMBER:
        sheet.write_string(row, column, f"{cell:f}", look)
    elif cell is not None:
        sheet.write_number(row, column, cell, look)


def _picture(cell: Cell, kind: CellKind, currency: str) -> str:
    """Excel's number format: decimals as the amount has them, rupees in lakh and crore."""
    if isinstance(cell, date):
        return _DAY
    if kind is not CellKind.AMOUNT or not isinstance(cell, Decimal):
        return "General"
    exponent = cell.as_tuple().exponent
    decimals = f".{'0' * -exponent}" if isinstance(exponent, int) and exponent < 0 else ""
    return _GROUPED_BY_LAKH.format(decimals) if currency == "INR" else f"#,##0{decimals}"


csv = RegisterAsCsv()
xlsx = RegisterAsWorkbook()
