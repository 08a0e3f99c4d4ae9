"""How a sheet is likely meant: which sheet, which row is its header, which column says what, and how sure that is."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from ledgerflow.billing.errors import Finding, InputRefused
from ledgerflow.intake.cells import read_price
from ledgerflow.intake.findings import Spot
from ledgerflow.intake.header import SEARCHED_ROWS, Header, find_header, title_of
from ledgerflow.intake.titles import COLUMNS, FIELDS, KNOWN, REQUIRED, Column, plain
from ledgerflow.intake.workbook import Cell, Sheet

SURE = 80
"""From this confidence on, in per cent, nobody need confirm what a column says."""
_ALIKE = 0.75  # of two titles, as difflib measures it
_GUESSED = 50
_SAMPLES = 3
_LOOKED_AT = 50  # rows by which the content of a column is judged
_LONGEST_SAMPLE = 80


@dataclass(frozen=True, slots=True)
class Choice:
    """How a sheet is read. Rows and columns count from 1, as a spreadsheet shows them; `header_row` 0 is no header.
    `columns` says for each field of a product in which column it stands."""

    sheet: str
    header_row: int
    columns: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class ProposedColumn:
    """A column with its first values. `field` is empty where it is not read; `confidence` is in per cent."""

    column: int
    title: str
    field: str
    confidence: int
    samples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """How a file is read, or would be; `sheets` are all that could be chosen."""

    sheets: tuple[str, ...]
    sheet: str
    header_row: int
    rows: int
    columns: tuple[ProposedColumn, ...]

    @property
    def choice(self) -> Choice:
        """The same as a choice."""
        return Choice(self.sheet, self.header_row, {one.field: one.column for one in self.columns if one.field})

    @property
    def is_sure(self) -> bool:
        """Whether name and price are known well enough to be taken without a question."""
        sure = {one.field for one in self.columns if one.confidence >= SURE}
        return all(FIELDS[column] in sure for column in REQUIRED)


def propose(sheets: Sequence[Sheet]) -> Proposal:
    """By the columns' titles; where those do not tell, by likeness to known ones and by what stands below."""
    sheet, header = find_header(sheets)
    row = header.row + 1 if header.places else _first_titles(sheet)
    found = {place: (column, _by_title(sheet, header.row, place)) for column, place in header.places.items()}
    _add_alike(sheet, row, found)
    _add_guessed(sheet, row, found)
    return _proposal(sheets, sheet, row, found)


def proposed_as(sheets: Sequence[Sheet], choice: Choice) -> Proposal:
    """What a choice makes of the file; raises InputRefused where it names what is not there."""
    sheet = next((one for one in sheets if one.name == choice.sheet), None)
    findings = list(_faults(sheet, choice))
    if sheet is None or findings:
        raise InputRefused(findings)
    found = {place - 1: (COLUMNS[field], 100) for field, place in choice.columns.items()}
    return _proposal(sheets, sheet, choice.header_row, found)


def header_of(sheet: Sheet, proposal: Proposal) -> Header:
    """The header by which rows are read."""
    chosen = {COLUMNS[one.field]: one for one in proposal.columns if one.field}
    places = {column: one.column - 1 for column, one in chosen.items()}
    return Header(proposal.header_row - 1, places, {column: one.title for column, one in chosen.items()})


def _faults(sheet: Sheet | None, choice: Choice) -> Iterator[Finding]:
    if sheet is None:
        yield Finding("mapping.sheet", "/sheet", f"There is no sheet {choice.sheet!r}.", "Name one that is there.")
        return
    if choice.header_row > len(sheet.rows):
        yield Finding("mapping.header_row", "/header_row", "The sheet ends before that row.", "Name an earlier one.")
    width = _width(sheet)
    for field, place in choice.columns.items():
        if place > width:
            message = f"There is no column {place}; the last is {width}."
            yield Finding("mapping.column", f"/columns/{field}", message, "Name one that is there.", {"field": field})
    for column in REQUIRED:
        if FIELDS[column] not in choice.columns:
            message = f"No column is named for {column}."
            yield Finding("column.missing", f"/columns/{FIELDS[column]}", message, "Name one.", {"column": column})
    if len(set(choice.columns.values())) < len(choice.columns):
        yield Finding("mapping.twice", "/columns", "One column is named for two fields.", "Name another for one.")


def _proposal(sheets: Sequence[Sheet], sheet: Sheet, row: int, found: Mapping[int, tuple[Column, int]]) -> Proposal:
    columns = []
    for place in range(_width(sheet)):
        column, confidence = found.get(place, (None, 0))
        field = FIELDS[column] if column else ""
        samples = tuple(_samples(sheet, row, place))
        columns.append(ProposedColumn(place + 1, _title(sheet, row, place), field, confidence, samples))
    names = tuple(one.name for one in sheets)
    return Proposal(names, sheet.name, row, len(sheet.rows) - row, tuple(columns))


def _by_title(sheet: Sheet, row: int, place: int) -> int:
    """The first name of each column is ours; the later ones say less plainly what is meant."""
    _, rank = KNOWN[plain(str(sheet.rows[row][place]))]
    return 100 if not rank else 95


def _add_alike(sheet: Sheet, row: int, found: dict[int, tuple[Column, int]]) -> None:
    """Titles that are nearly a known one: a slip, a plural, a word more."""
    if not row:
        return
    taken = {column for column, _ in found.values()}
    likely = []
    for place, cell in enumerate(sheet.rows[row - 1]):
        title = plain(cell) if isinstance(cell, str) and place not in found else ""
        for known, (column, _) in KNOWN.items() if title else ():
            alike = SequenceMatcher(None, title, known).ratio()
            if alike >= _ALIKE and column not in taken:
                likely.append((alike, -place, column))
    for alike, place, column in sorted(likely, reverse=True):
        if column not in taken and -place not in found:
            found[-place] = (column, int(alike * 90))
            taken.add(column)


def _add_guessed(sheet: Sheet, row: int, found: dict[int, tuple[Column, int]]) -> None:
    """Prices are numbers above zero, names are words that differ."""
    taken = {column for column, _ in found.values()}
    for column, fits in ((Column.NAME, _are_names), (Column.PRICE, _are_prices)):
        if column in taken:
            continue
        free = (place for place in range(_width(sheet)) if place not in found)
        place = next((place for place in free if fits(_cells(sheet, row, place, _LOOKED_AT))), None)
        if place is not None:
            found[place] = (column, _GUESSED)


def _are_prices(cells: Sequence[Cell]) -> bool:
    return bool(cells) and all(read_price(cell, Spot(1, "", [])) is not None for cell in cells)


def _are_names(cells: Sequence[Cell]) -> bool:
    words = {cell for cell in cells if isinstance(cell, str) and any(map(str.isalpha, cell))}
    return bool(cells) and len(words) == len(cells) and any(len(cell) > 3 for cell in words)


def _first_titles(sheet: Sheet) -> int:
    """The row, from 1, of the first that holds nothing but words, at least two; 0 where products begin at once."""
    for number, row in enumerate(sheet.rows[:SEARCHED_ROWS], 1):
        filled = [cell for cell in row if cell != ""]
        if len(filled) >= 2:
            return number if all(isinstance(cell, str) and not _are_prices([cell]) for cell in filled) else 0
    return 0


def _title(sheet: Sheet, row: int, place: int) -> str:
    cell = sheet.rows[row - 1][place] if row and place < len(sheet.rows[row - 1]) else ""
    return title_of(str(cell))[:_LONGEST_SAMPLE] or f"column {place + 1}"


def _samples(sheet: Sheet, row: int, place: int) -> Iterator[str]:
    yield from (title_of(str(cell))[:_LONGEST_SAMPLE] for cell in _cells(sheet, row, place, _SAMPLES))


def _cells(sheet: Sheet, row: int, place: int, most: int) -> list[Cell]:
    filled = (one[place] for one in sheet.rows[row:] if place < len(one) and one[place] != "")
    return [cell for _, cell in zip(range(most), filled, strict=False)]


def _width(sheet: Sheet) -> int:
    return max(map(len, sheet.rows), default=0)
