"""Which column holds what: the header row of a catalogue, found by the names people give to their columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ledgerflow.billing.errors import Finding
from ledgerflow.intake.titles import KNOWN, REQUIRED, SYNONYMS, Column, plain
from ledgerflow.intake.workbook import Cell, Sheet

SEARCHED_ROWS = 20


@dataclass(frozen=True, slots=True)
class Header:
    """The header row of a sheet. `titles` are the columns' names as the user wrote them."""

    row: int
    places: Mapping[Column, int]
    titles: Mapping[Column, str]
    twice: tuple[str, ...] = ()

    @property
    def missing(self) -> tuple[Column, ...]:
        """The required columns that the row does not have."""
        return tuple(column for column in REQUIRED if column not in self.places)

    def findings(self) -> tuple[Finding, ...]:
        """What keeps this header from being used."""
        place = f"row {self.row + 1}"
        missing = (
            Finding(
                "column.missing",
                f"{place}, column {column}",
                f"There is no column {column}.",
                f"Add it, or give it one of the names {', '.join(SYNONYMS[column][:4])}; letter case does not matter.",
                {"row": str(self.row + 1), "column": column.value},
            )
            for column in self.missing
        )
        twice = (
            Finding(
                "column.twice",
                f"{place}, column {title}",
                f"There are two columns {title}.",
                "Keep one of them, or rename the other.",
                {"row": str(self.row + 1), "column": title},
            )
            for title in self.twice
        )
        return (*missing, *twice)


def find_header(sheets: Sequence[Sheet]) -> tuple[Sheet, Header]:
    """The first sheet and row with both required columns; failing that, the row with most known names."""
    candidates = [
        (sheet, read_header(number, row)) for sheet in sheets for number, row in enumerate(sheet.rows[:SEARCHED_ROWS])
    ]
    complete = next((found for found in candidates if not found[1].missing), None)
    return complete or max(candidates, key=lambda found: len(found[1].places))


def read_header(number: int, row: Sequence[Cell]) -> Header:
    """What a row says if it is a header."""
    best: dict[Column, tuple[int, int]] = {}
    twice: list[str] = []
    for place, cell in enumerate(row):
        if not isinstance(cell, str) or plain(cell) not in KNOWN:
            continue
        column, rank = KNOWN[plain(cell)]
        if column in best and best[column][0] == rank:
            twice.append(title_of(cell))
        best[column] = min(best.get(column, (rank, place)), (rank, place))
    places = {column: place for column, (_, place) in best.items()}
    return Header(number, places, {column: title_of(str(row[place])) for column, place in places.items()}, tuple(twice))


def title_of(cell: str) -> str:
    """A column's name in one line."""
    return " ".join(cell.split())
