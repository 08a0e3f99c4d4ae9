"""The lines of a document as a table, with the columns that its kind of paper asks for."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from ledgerflow.billing.money import ZERO
from ledgerflow.billing.supply import SupplyLine
from ledgerflow.billing.tax import CESS, AssessedLine
from ledgerflow.rendering.columns import PAPER, breakable, heights, longest, rooms, width
from ledgerflow.rendering.draft import Draft
from ledgerflow.rendering.page import Cell, Column, Label, Table

_DASH: Final = "–"
_LEAST: Final = 42.0  # millimetres that a description should have
_MOST: Final = 70.0  # beyond which a longer one may wrap


@dataclass(frozen=True, slots=True)
class _Entry:
    """A line twice: as it was sold and as it was assessed, with its place on the paper."""

    place: int
    sold: SupplyLine
    assessed: AssessedLine

    @property
    def tax(self) -> Decimal:
        return sum((due.amount for due in self.assessed.dues), ZERO)


@dataclass(frozen=True, slots=True)
class _Field:
    """A column before its width is known: its head and what it prints of a line."""

    head: Label
    cell: Callable[[_Entry], Cell]
    figures: bool = True
    code: bool = False
    widest: bool = False
    optional: bool = False

    @property
    def column(self) -> Column:
        return Column(self.head, 0, self.figures, self.code)


def line_table(draft: Draft) -> Table:
    """The lines, with only the columns that say something on this paper, and those only that leave room for names."""
    entries = [
        _Entry(place, sold, assessed)
        for place, (sold, assessed) in enumerate(zip(draft.supply.lines, draft.tax.lines, strict=True), 1)
    ]
    fields = tuple(_fields(draft, entries))
    needed = tuple(field for field in fields if not field.optional)
    names = next(field for field in fields if field.widest)
    wanted = min(longest(names.column, map(names.cell, entries)), _MOST)
    for roomy, room in ((True, max(wanted, _LEAST)), (False, _LEAST)):
        table = _set(fields, entries, roomy)
        if PAPER - sum(column.width for column in table.columns) >= room:
            return table
    return _set(needed, entries, roomy=False)


def _set(fields: Sequence[_Field], entries: Sequence[_Entry], roomy: bool) -> Table:
    rows = [tuple(field.cell(entry) for field in fields) for entry in entries]
    columns = tuple(
        replace(field.column, width=0 if field.widest else width(field.column, cells, roomy))
        for field, cells in zip(fields, zip(*rows, strict=True), strict=True)
    )
    high = heights(columns, rows)
    whole = (row if lines else _breakable(columns, row) for row, lines in zip(rows, high, strict=True))
    return Table(Label(""), columns, tuple(whole), heights=high)


def _breakable(columns: Sequence[Column], row: Sequence[Cell]) -> tuple[Cell, ...]:
    """The row with its words ready to wrap; figures are never taken apart."""
    return tuple(
        cell if column.figures else tuple(breakable(text, room) for text in cell)
        for column, cell, room in zip(columns, row, rooms(columns), strict=True)
    )


def _fields(draft: Draft, entries: Sequence[_Entry]) -> Iterator[_Field]:
    figures, label = draft.figures, draft.label
    yield _Field(label("columns", "row"), lambda entry: (figures.count(entry.place),))
    yield _Field(label("columns", "description"), lambda entry: _description(draft, entry), figures=False, widest=True)
    if draft.is_indian and any(entry.sold.commodity_code for entry in entries):
        yield _Field(label("columns", "hsn"), lambda entry: (entry.sold.commodity_code,), figures=False, code=True)
    yield _Field(label("columns", "quantity"), lambda entry: (figures.plain(entry.sold.quantity),))
    yield _Field(label("columns", "unit"), lambda entry: _words(draft.unit(entry.sold.unit)), figures=False)
    yield from _price_fields(draft, entries)
    yield from _tax_fields(draft)


def _price_fields(draft: Draft, entries: Sequence[_Entry]) -> Iterator[_Field]:
    figures, label, quoted = draft.figures, draft.label, draft.supply.quoted
    if quoted:
        money = quoted.currency
        price = label("columns", "price").in_currency(money.code)
        amount = label("columns", "quoted_amount").in_currency(money.code)
        yield _Field(price, lambda entry: (figures.price(entry.sold.unit_price, money),))
        yield _Field(amount, lambda entry: (figures.amount(entry.assessed.quoted or ZERO, money),))
    else:
        name = "price_with_tax" if draft.supply.prices_include_tax and draft.is_taxed else "unit_price"
        yield _Field(label("columns", name), lambda entry: (figures.price(entry.sold.unit_price),))
    if any(entry.assessed.discount for entry in entries):
        yield _Field(label("columns", "discount"), lambda entry: _or_dash(draft, entry.assessed.discount))
    if any(entry.assessed.surcharge for entry in entries):
        yield _Field(label("columns", "charge"), lambda entry: _or_dash(draft, entry.assessed.surcharge))


def _or_dash(draft: Draft, amount: Decimal) -> Cell:
    return (draft.figures.amount(amount) if amount else _DASH,)


def _tax_fields(draft: Draft) -> Iterator[_Field]:
    figures, label = draft.figures, draft.label
    total = _Field(
        label("columns", "line_total"),
        lambda entry: (figures.amount(entry.assessed.total),),
        optional=not draft.is_memo,
    )
    if not draft.is_taxed:
        yield _Field(label("columns", "gross"), lambda entry: (figures.amount(entry.assessed.total),))
        return
    rate = _Field(label("columns", _rate_head(draft)), lambda entry: _rate(draft, entry.assessed, entry.sold.unit))
    if draft.is_memo:
        yield rate
        yield total
        return
    value = label("columns", draft.value_head)
    yield _Field(value, lambda entry: (figures.amount(entry.assessed.taxable_value),))
    yield rate
    yield _Field(label("columns", "tax_amount"), lambda entry: (figures.amount(entry.tax),))
    if not draft.supply.quoted:
        yield total


def _rate_head(draft: Draft) -> str:
    if draft.is_indian:
        return "gst_rate"
    return "vat_rate" if draft.taxes == ("VAT",) else "tax_rate"


def _rate(draft: Draft, line: AssessedLine, unit: str) -> Cell:
    if not line.charge.levies:
        return (draft.label("untaxed", line.charge.treatment.value).first,)
    figures = draft.figures
    cess = [levy for levy in line.charge.levies if levy.tax == CESS]
    beneath = [f"+{figures.percent(levy.rate)}" for levy in cess if levy.rate]
    beneath += [f"+{figures.price(levy.per_unit)}/{unit}" for levy in cess if levy.per_unit]
    return (figures.percent(line.charge.rate), *beneath)


def _description(draft: Draft, entry: _Entry) -> Cell:
    label = draft.terms.both(entry.sold.description, entry.sold.description_local)
    names = _words(label)
    if entry.sold.retail_price is None:
        return names
    return (*names, f"{draft.label('columns', 'retail_price').first} {draft.figures.money(entry.sold.retail_price)}")


def _words(label: Label) -> Cell:
    return (label.first, label.second) if label.second else (label.first,)
