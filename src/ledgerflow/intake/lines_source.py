"""A file of invoice lines as a table of raw columns: CSV and workbooks as text, Parquet as it is typed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from python_calamine import CalamineError, CalamineWorkbook

from ledgerflow.billing.errors import Finding, InputRefused
from ledgerflow.intake.lines_header import LinesHeader, match
from ledgerflow.intake.workbook import Cell

if TYPE_CHECKING:  # polars takes longer to load than all else, and only those who read lines need it
    import polars as pl

_PARQUET = b"PAR1"
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


@dataclass(frozen=True, slots=True)
class LinesSource:
    """The known columns under our names. `rows` says which row of the file each line stood in, counted from 1."""

    frame: "pl.DataFrame"
    rows: "pl.Series"
    header: LinesHeader


def open_source(path: Path) -> LinesSource:
    """Reads a file; raises InputRefused where nothing in it can be read."""
    try:
        with path.open("rb") as file:
            start = file.read(4096)
    except OSError as fault:
        _refuse(path, f"The lines cannot be read: {fault.strerror or fault}.", "Check the path.")
    if not start:
        _refuse(path, "The file is empty.", "Write a header row and one row for each invoice line.")
    if start.startswith(_PARQUET):
        return _known(_read_parquet(path), 1)
    if start.startswith(_WORKBOOKS):
        return _known(_read_workbook(path), 2)
    if b"\0" in start:
        _refuse(path, "This is no CSV text, no Parquet and no workbook.", "Save the lines as one of these.")
    return _known(_read_csv(path, start), 2)


def _known(frame: "pl.DataFrame", first_row: int) -> LinesSource:
    """The columns that we know, without rows that are empty in all of them."""
    import polars as pl

    header = match(frame.columns)
    known = frame.select(pl.col(title).alias(column) for column, title in header.titles.items())
    rows = pl.int_range(first_row, frame.height + first_row, eager=True)
    if not known.width:
        return LinesSource(known, rows, header)
    filled = known.select(pl.any_horizontal(pl.all().is_not_null())).to_series()
    return LinesSource(known.filter(filled), rows.filter(filled), header)


def _read_csv(path: Path, start: bytes) -> "pl.DataFrame":
    import polars as pl

    header = start.decode("utf-8-sig", "replace").partition("\n")[0]
    try:
        return pl.read_csv(
            path,
            separator=max(",;\t", key=header.count),
            infer_schema=False,
            encoding="utf8-lossy",
            truncate_ragged_lines=True,
            raise_if_empty=False,
        )
    except pl.exceptions.PolarsError as fault:
        _refuse(path, f"The CSV text is damaged: {_first_line(fault)}.", "Check its quotation marks.")


def _read_parquet(path: Path) -> "pl.DataFrame":
    import polars as pl

    try:
        titles = list(pl.read_parquet_schema(path))
        return pl.read_parquet(path, columns=list(match(titles).titles.values())) if titles else pl.DataFrame()
    except (pl.exceptions.PolarsError, OSError) as fault:
        _refuse(path, f"The Parquet file is damaged: {_first_line(fault)}.", "Write it again.")


def _read_workbook(path: Path) -> "pl.DataFrame":
    """The sheet whose first row knows most of our columns."""
    import polars as pl

    try:
        with CalamineWorkbook.from_path(str(path)) as workbook:
            sheets = [workbook.get_sheet_by_name(name).to_python() for name in workbook.sheet_names]
    except CalamineError as fault:
        _refuse(path, f"The workbook is damaged: {_first_line(fault)}.", "Save it again, or save the lines as CSV.")
    except BaseException as fault:
        if type(fault).__name__ != "PanicException":  # the reader's own, and no Exception: it cannot be imported
            raise
        _refuse(path, f"The workbook is damaged: {_first_line(fault)}.", "Save it again, or save the lines as CSV.")
    filled = [rows for rows in sheets if rows]
    if not filled:
        _refuse(path, "Every sheet is empty.", "Write a header row and one row for each invoice line.")
    titles, *rows = max(filled, key=lambda rows: len(match(_words(rows[0])).titles))
    columns = list(zip(*rows, strict=False)) if rows else [()] * len(titles)
    named = {title: column for title, column in zip(_words(titles), columns, strict=False) if title}
    return pl.DataFrame({title: [_text(cell) for cell in column] for title, column in named.items()})


def _words(cells: Sequence[Cell]) -> list[str]:
    return [_text(cell) or "" for cell in cells]


def _text(cell: Cell) -> str | None:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, date | datetime):
        return cell.isoformat(" ") if isinstance(cell, datetime) else cell.isoformat()
    return str(cell) if cell != "" else None


def _first_line(fault: BaseException) -> str:
    return (str(fault).splitlines() or [type(fault).__name__])[0].rstrip(".")


def _refuse(path: Path, message: str, advice: str) -> NoReturn:
    raise InputRefused([Finding("lines.unreadable", str(path), message, advice, {"path": str(path)})])
