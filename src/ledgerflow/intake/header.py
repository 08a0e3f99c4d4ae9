"""Which column holds what: the header row of a catalogue, found by the names people give to their columns."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ledgerflow.billing.errors import Finding
from ledgerflow.intake.workbook import Cell, Sheet

SEARCHED_ROWS = 20


class Column(StrEnum):
    """What a catalogue says of a product, under the names of our own template."""

    NAME = "Product Name"
    PRICE = "Base Price"
    SKU = "SKU"
    UNIT = "Unit"
    CODE = "HSN/SAC"
    CATEGORY = "Tax Category"
    RATE = "GST Rate"
    CESS = "Cess Rate"
    LOCAL_NAME = "Arabic Name"
    GROUP = "Group"


REQUIRED = (Column.NAME, Column.PRICE)

# The better name first: where a sheet has two of one row, the earlier one is taken.
_SYNONYMS: Mapping[Column, tuple[str, ...]] = {
    Column.NAME: (
        *("Product Name", "Product", "Item Name", "Item", "Name", "Article", "Particulars"),
        *("Item Description", "Product Description", "Description", "اسم المنتج", "المنتج", "الصنف"),
    ),
    Column.PRICE: (
        *("Base Price", "Price", "Unit Price", "Rate", "Unit Rate", "Selling Price", "Sale Price", "Sales Price"),
        *("List Price", "Basic Price", "MRP", "Price per Unit", "السعر", "سعر الوحدة"),
    ),
    Column.SKU: ("SKU", "SKU Code", "Item Code", "Product Code", "Article Code", "Code", "Item No", "رمز المنتج"),
    Column.UNIT: ("Unit", "UQC", "UOM", "Unit of Measure", "Unit of Measurement", "Units", "Unit Code", "الوحدة"),
    Column.CODE: ("HSN/SAC", "HSN", "SAC", "HSN Code", "SAC Code", "HSN/SAC Code", "HSN No", "Commodity Code"),
    Column.CATEGORY: ("Tax Category", "Tax Class", "Tax Type", "VAT Category", "Tax Treatment", "Taxability"),
    Column.RATE: (
        "GST Rate",
        "GST",
        "GST Percent",
        "GST Percentage",
        "Tax Rate",
        "IGST",
        "IGST Rate",
        "Tax",
        "Tax Percent",
    ),
    Column.CESS: ("Cess Rate", "Cess", "Cess Percent"),
    Column.LOCAL_NAME: ("Arabic Name", "Name Arabic", "Name in Arabic", "Product Name Arabic", "الاسم العربي", "الاسم"),
    Column.GROUP: ("Group", "Category", "Product Group", "Product Category", "Item Group", "Department", "الفئة"),
}


def _plain(title: str) -> str:
    """A column name without case, blanks, signs, and what stands in brackets: `Base_Price (INR)*` is `baseprice`."""
    title = re.sub(r"[(\[].*?[)\]]", "", unicodedata.normalize("NFKC", title).replace("%", ""))
    return "".join(letter for letter in title.casefold() if letter.isalnum())


_KNOWN = {_plain(title): (column, place) for column, titles in _SYNONYMS.items() for place, title in enumerate(titles)}


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
                f"Add it, or give it one of the names {', '.join(_SYNONYMS[column][:4])}; letter case does not matter.",
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
        (sheet, _read(number, row)) for sheet in sheets for number, row in enumerate(sheet.rows[:SEARCHED_ROWS])
    ]
    complete = next((found for found in candidates if not found[1].missing), None)
    return complete or max(candidates, key=lambda found: len(found[1].places))


def _read(number: int, row: Sequence[Cell]) -> Header:
    best: dict[Column, tuple[int, int]] = {}
    twice: list[str] = []
    for place, cell in enumerate(row):
        if not isinstance(cell, str) or _plain(cell) not in _KNOWN:
            continue
        column, rank = _KNOWN[_plain(cell)]
        if column in best and best[column][0] == rank:
            twice.append(_title(cell))
        best[column] = min(best.get(column, (rank, place)), (rank, place))
    places = {column: place for column, (_, place) in best.items()}
    return Header(number, places, {column: _title(str(row[place])) for column, place in places.items()}, tuple(twice))


def _title(cell: str) -> str:
    return " ".join(cell.split())
