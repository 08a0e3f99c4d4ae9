"""The rows below a catalogue's header, each read to a Product or to findings that say why it is none.

What a sheet need not say has a default: the unit is NOS, the category standard, a SKU is counted (P0001). A product
without HSN keeps none, for an invented code would be a false statement on every invoice; under GST it is taxed at its
own GST Rate or else at 18 per cent (the residual schedule of Notification 9/2025-CT(R)), and 0 where its category is
not taxed. A seller up to 5 crore turnover may leave the HSN off invoices to consumers (Notification 78/2020-CT).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TypeVar

from ledgerflow.billing.catalogue import Product, TaxCategory
from ledgerflow.billing.errors import Finding
from ledgerflow.billing.money import ZERO
from ledgerflow.intake.cells import (
    read_category,
    read_cess,
    read_commodity_code,
    read_name,
    read_price,
    read_rate,
    read_sku,
    read_unit,
)
from ledgerflow.intake.findings import MOST_FINDINGS, Spot
from ledgerflow.intake.header import Header
from ledgerflow.intake.titles import Column
from ledgerflow.intake.workbook import Cell, Sheet

DEFAULT_UNIT = "NOS"
DEFAULT_RATE = Decimal(18)

DEFAULTS: Mapping[Column, str] = {
    Column.UNIT: f"unit {DEFAULT_UNIT}",
    Column.CODE: f"no HSN (taxed at its GST Rate, or else at {DEFAULT_RATE} %)",
    Column.CATEGORY: f"tax category {TaxCategory.STANDARD}",
}

T = TypeVar("T")


def read_products(sheet: Sheet, header: Header) -> tuple[tuple[Product, ...], list[Finding]]:
    """The products below the header and all that was found; a row that cannot be a product leaves findings instead."""
    products, findings = read_rows(sheet, header)
    return tuple(with_skus(map(with_rate, products))), findings


def read_rows(sheet: Sheet, header: Header) -> tuple[tuple[Product, ...], list[Finding]]:
    """The same, where a product has neither a SKU nor a rate that the sheet does not say."""
    reading = _Reading(sheet, header)
    products = tuple(reading.products())
    return products, reading.findings


class _Reading:
    """One pass over the rows, which gathers findings and what must not come twice."""

    def __init__(self, sheet: Sheet, header: Header) -> None:
        self.findings: list[Finding] = []
        self._sheet = sheet
        self._header = header
        self._seen: dict[tuple[Column, str], int] = {}
        self._columns = {place: column for column, place in header.places.items()}
        self._covered = self._merged_cells()

    def products(self) -> Iterator[Product]:
        self._check_formulas()
        for number, row in enumerate(self._sheet.rows[self._header.row + 1 :], self._header.row + 1):
            if any(map(_says_something, row)):
                product = self._product(number, row)
                if product:
                    yield product

    def _product(self, number: int, row: Sequence[Cell]) -> Product | None:
        name = self._read(number, row, Column.NAME, read_name, "", required=True)
        price = self._read(number, row, Column.PRICE, read_price, None, required=True)
        sku = self._read(number, row, Column.SKU, read_sku, "")
        unit = self._read(number, row, Column.UNIT, read_unit, DEFAULT_UNIT)
        code = self._read(number, row, Column.CODE, read_commodity_code, "")
        category = self._read(number, row, Column.CATEGORY, read_category, TaxCategory.STANDARD)
        rate = self._read(number, row, Column.RATE, read_rate, None)
        cess = self._read(number, row, Column.CESS, read_cess, ZERO)
        local_name = self._read(number, row, Column.LOCAL_NAME, read_name, "")
        group = self._read(number, row, Column.GROUP, read_name, "")
        self._check_unique(number, Column.NAME, name, "name.duplicate")
        self._check_unique(number, Column.SKU, sku, "sku.duplicate")
        if not name or price is None:
            return None
        return Product(sku, name, price, unit, code, category, local_name, group, rate, cess)

    def _read(
        self,
        number: int,
        row: Sequence[Cell],
        column: Column,
        read: Callable[[Cell, Spot], T],
        default: T,
        *,
        required: bool = False,
    ) -> T:
        place = self._header.places.get(column)
        if place is None or (number, place) in self._covered:
            return default
        spot = Spot(number + 1, self._header.titles[column], self.findings)
        cell = row[place] if place < len(row) else ""
        if (number, place) in self._sheet.errors:
            spot.error("cell.error", "The cell shows an error.", "Mend its formula, or write the value itself.")
        elif not _says_something(cell):
            self._empty(spot, column, required, self._sheet.formulas.get((number, place), True))
        else:
            return read(cell, spot)
        return default

    def _empty(self, spot: Spot, column: Column, required: bool, is_calculated: bool) -> None:
        if not is_calculated:
            spot.error(
                "cell.formula_without_value",
                "The cell is a formula that was never calculated.",
                "Open the workbook in a spreadsheet program and save it, or write the value itself.",
            )
        elif required:
            spot.error("cell.missing", f"There is no {column}.", "Fill in the cell, or remove the row.")
        elif column in DEFAULTS:
            spot.warning(
                "cell.default",
                f"The cell is empty and counts as {DEFAULTS[column]}.",
                "Fill it in if that is not meant.",
            )

    def _check_unique(self, number: int, column: Column, text: str, code: str) -> None:
        if not text:
            return
        first = self._seen.setdefault((column, text.casefold()), number)
        if first != number:
            Spot(number + 1, self._header.titles[column], self.findings).error(
                code,
                f"{text!r} already stands in row {first + 1}.",
                "Remove one of the two rows, or tell them apart.",
                value=text,
                first=str(first + 1),
            )

    def _check_formulas(self) -> None:
        for (row, place), is_calculated in self._sheet.formulas.items():
            if row > self._header.row and place in self._columns and is_calculated:
                Spot(row + 1, self._header.titles[self._columns[place]], self.findings).warning(
                    "cell.formula",
                    "The cell is a formula; the value that was last saved with it is taken.",
                    "Nothing need be done if the workbook was saved by a spreadsheet program.",
                )

    def _merged_cells(self) -> frozenset[tuple[int, int]]:
        """Reports merged areas among the products; returns the cells they cover, whose values are not theirs."""
        covered: set[tuple[int, int]] = set()
        for (top, left), (bottom, right) in self._sheet.merged:
            places = [place for place in self._columns if left <= place <= right]
            if bottom <= self._header.row or not places:
                continue
            if len(self.findings) > MOST_FINDINGS:
                break
            titles = ", ".join(self._header.titles[self._columns[place]] for place in places)
            self.findings.append(
                Finding(
                    "cells.merged",
                    f"rows {top + 1} to {bottom + 1}, column {titles}",
                    "The cells are merged, so that it is unclear which product has the value.",
                    "Unmerge them and fill in each row.",
                    {"row": str(top + 1), "last_row": str(bottom + 1), "column": titles},
                )
            )
            last = min(bottom, len(self._sheet.rows) - 1)
            covered.update((row, place) for row in range(top, last + 1) for place in places)
        return frozenset(covered)


def _says_something(cell: Cell) -> bool:
    return not (isinstance(cell, str) and (not cell or cell.isspace()))


def with_rate(product: Product) -> Product:
    """Without a rate of its own a product needs a code, from which the rate follows; where there is neither, it has the
    rate of its category."""
    if product.tax_rate is not None or product.commodity_code:
        return product
    is_taxed = product.tax_category in (TaxCategory.STANDARD, TaxCategory.REVERSE_CHARGE)
    return replace(product, tax_rate=DEFAULT_RATE if is_taxed else ZERO)


def with_skus(products: Iterable[Product], others: Iterable[str] = (), after: int = 0) -> Iterator[Product]:
    """Gives each product without SKU the count of its place, past any that the sheet itself or `others` have taken.

    Places are counted on from `after`, the last place before them."""
    products = list(products)
    taken = {product.sku.casefold() for product in products} | {sku.casefold() for sku in others}
    number = after
    for product in products:
        number += 1
        while not product.sku and f"p{number:04}" in taken:
            number += 1
        yield product if product.sku else replace(product, sku=f"P{number:04}")
