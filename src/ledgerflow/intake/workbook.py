"""A workbook as plain values: sheets of typed cells, with merged areas and the cells that are formulas or errors."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from ledgerflow.billing.errors import Finding
from ledgerflow.intake import sheet_records, sheet_xml
from ledgerflow.intake.inspection import (
    FileKind,
    inspect,
    refuse,
    refuse_damaged,
    refuse_unreadable,
)
from ledgerflow.intake.marks import Position, SheetMarks

MAX_ROWS = 65_000
MAX_COLUMNS = 100
MAX_SHEETS = 30
MAX_CELLS = 5_000_000  # of all sheets together, empty ones in between counted

Cell = str | int | float | bool | date | time | datetime | timedelta
Area = tuple[Position, Position]  # top left and bottom right, both inside


@dataclass(frozen=True, slots=True)
class Sheet:
    """One worksheet. Rows and columns count from 0; an empty cell is an empty string.

    `formulas` says of each formula cell whether it was ever calculated; `errors` are cells such as #REF!.
    """

    name: str
    rows: tuple[tuple[Cell, ...], ...]
    merged: tuple[Area, ...] = ()
    formulas: Mapping[Position, bool] = field(default_factory=dict)
    errors: Set[Position] = frozenset()
    hidden: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether no cell holds anything."""
        return not any(cell != "" for row in self.rows for cell in row)


@dataclass(frozen=True, slots=True)
class Workbook:
    """The worksheets of a file, visible ones first, and what deserves a look."""

    sheets: tuple[Sheet, ...]
    warnings: tuple[Finding, ...] = ()


def read_workbook(content: bytes) -> Workbook:
    """Reads an .xlsx, .xls or CSV file; raises InputRefused with the one reason why it cannot be read."""
    inspection = inspect(content)
    if inspection.kind is FileKind.CSV:
        sheets = [_read_csv(content.decode("utf-8-sig"))]
    else:
        room = sheet_xml if inspection.kind is FileKind.XLSX else sheet_records
        sheets = _read_sheets(content, room.read_marks(content))
    if not sheets:
        refuse("workbook.no_sheet", "The workbook has no worksheet.", "Put the products on a worksheet.")
    filled = [sheet for sheet in sheets if not sheet.is_empty]
    if not filled:
        refuse("workbook.empty", "Every sheet is empty.", "Fill in a header row and one row for each product.")
    return Workbook(tuple(sorted(filled, key=lambda sheet: sheet.hidden)), inspection.warnings)


def _read_sheets(content: bytes, marks: Mapping[str, SheetMarks]) -> list[Sheet]:
    if len(marks) > MAX_SHEETS:
        refuse(
            "workbook.sheets",
            f"The workbook has {len(marks)} sheets; at most {MAX_SHEETS} are read.",
            "Keep only the sheet with the products.",
            sheets=str(len(marks)),
        )
    for name, sheet_marks in marks.items():
        _check_reach(name, sheet_marks.rows, sheet_marks.columns)
    cells = sum(sheet_marks.rows * sheet_marks.columns for sheet_marks in marks.values())
    if cells > MAX_CELLS:
        refuse(
            "workbook.cells",
            f"The sheets span {cells:,} cells; at most {MAX_CELLS:,} are read.",
            "Keep only the sheet with the products.",
            cells=str(cells),
        )
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as workbook:
            return list(_worksheets(workbook, marks))
    except CalamineError as fault:
        refuse_damaged(str(fault))
    except BaseException as fault:
        if type(fault).__name__ != "PanicException":  # the reader's own, and no Exception: it cannot be imported
            raise
        refuse_damaged(f"its reader gave up ({fault})")


def _worksheets(workbook: CalamineWorkbook, marks: Mapping[str, SheetMarks]) -> Iterator[Sheet]:
    for about in workbook.sheets_metadata:
        if about.typ == SheetTypeEnum.WorkSheet:
            hidden = about.visible != SheetVisibleEnum.Visible
            yield _worksheet(workbook.get_sheet_by_name(about.name), marks.get(about.name, SheetMarks()), hidden)


def _worksheet(sheet: CalamineSheet, marks: SheetMarks, hidden: bool) -> Sheet:
    bottom, right = sheet.end or (-1, -1)
    _check_reach(sheet.name, bottom + 1, right + 1)
    rows = tuple(map(tuple, sheet.to_python(skip_empty_area=False)))
    return Sheet(
        name=sheet.name,
        rows=rows,
        merged=tuple(sheet.merged_cell_ranges or ()),
        formulas={place: is_text or _is_filled(rows, place) for place, is_text in marks.formulas.items()},
        errors=marks.errors,
        hidden=hidden,
    )


def _is_filled(rows: Sequence[Sequence[Cell]], place: Position) -> bool:
    row, column = place
    return row < len(rows) and column < len(rows[row]) and rows[row][column] != ""


def _read_csv(text: str) -> Sheet:
    header = text.lstrip().partition("\n")[0]
    delimiter = max(",;\t", key=header.count)
    try:
        rows = tuple(map(tuple, csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)))
    except csv.Error:
        refuse_unreadable()
    _check_reach("CSV", len(rows), max(map(len, rows)))
    return Sheet("CSV", rows)


def _check_reach(sheet: str, rows: int, columns: int) -> None:
    if rows > MAX_ROWS:
        refuse(
            "workbook.rows",
            f"The sheet has {rows:,} rows; at most {MAX_ROWS:,} are read.",
            "Split the catalogue, or delete what lies far below the products.",
            place=f"sheet {sheet}",
            rows=str(rows),
        )
    if columns > MAX_COLUMNS:
        refuse(
            "workbook.columns",
            f"The sheet has {columns:,} columns; at most {MAX_COLUMNS} are read.",
            "Keep only the columns that describe a product.",
            place=f"sheet {sheet}",
            columns=str(columns),
        )
