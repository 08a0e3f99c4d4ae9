"""The two tables of a document: its lines, and the tax summary (by HSN in India, by category and rate elsewhere)."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from ledgerflow.billing.money import ZERO
from ledgerflow.billing.supply import SupplyLine
from ledgerflow.billing.tax import CESS, AssessedLine, SummaryRow
from ledgerflow.rendering.draft import Draft
from ledgerflow.rendering.page import Cell, Column, Label, Table

_DASH: Final = "–"
_PAPER: Final = 178.0  # millimetres between the margins
_CODE: Final = 24.0  # millimetres for a commodity code
_SHORT: Final = 14  # letters of a head that may stand on one line
_NAMES: Final = 42.0  # millimetres that a description should have


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


def line_table(draft: Draft) -> Table:
    """The lines, with only the columns that say something on this paper, and those only that leave room for names."""
    entries = [
        _Entry(place, sold, assessed)
        for place, (sold, assessed) in enumerate(zip(draft.supply.lines, draft.tax.lines, strict=True), 1)
    ]
    fields = tuple(_fields(draft, entries))
    needed = tuple(field for field in fields if not field.optional)
    for chosen, roomy in ((fields, True), (fields, False), (needed, False)):
        table = _set(chosen, entries, roomy)
        if _PAPER - sum(column.width for column in table.columns) >= _NAMES:
            break
    return table


def _set(fields: Sequence[_Field], entries: Sequence[_Entry], roomy: bool) -> Table:
    rows = tuple(tuple(field.cell(entry) for field in fields) for entry in entries)
    columns = tuple(
        Column(field.head, 0 if field.widest else width(field.head, cells, roomy), field.figures, field.code)
        for field, cells in zip(fields, zip(*rows, strict=True), strict=True)
    )
    return Table(Label(""), columns, rows)


def _fields(draft: Draft, entries: Sequence[_Entry]) -> Iterator[_Field]:
    figures, label = draft.figures, draft.label
    yield _Field(label("columns", "row"), lambda entry: (figures.count(entry.place),))
    yield _Field(label("columns", "description"), lambda entry: _description(draft, entry), figures=False, widest=True)
    if draft.is_indian and any(entry.sold.commodity_code for entry in entries):
        yield _Field(label("columns", "hsn"), lambda entry: (entry.sold.commodity_code,), figures=False, code=True)
    yield _Field(label("columns", "quantity"), lambda entry: (figures.plain(entry.sold.quantity),))
    yield _Field(label("columns", "unit"), lambda entry: (entry.sold.unit,), figures=False)
    yield from _price_fields(draft, entries)
    yield from _tax_fields(draft)


def _price_fields(draft: Draft, entries: Sequence[_Entry]) -> Iterator[_Field]:
    figures, label, quoted = draft.figures, draft.label, draft.supply.quoted
    if quoted:
        money = quoted.currency
        price = _in_currency(label("columns", "price"), money.code)
        amount = _in_currency(label("columns", "quoted_amount"), money.code)
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
    value = label("columns", "taxable" if draft.is_indian else "net")
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
        return (_DASH,)
    figures = draft.figures
    cess = [levy for levy in line.charge.levies if levy.tax == CESS]
    beneath = [f"+{figures.percent(levy.rate)}" for levy in cess if levy.rate]
    beneath += [f"+{figures.price(levy.per_unit)}/{unit}" for levy in cess if levy.per_unit]
    return (figures.percent(line.charge.rate), *beneath)


def _description(draft: Draft, entry: _Entry) -> Cell:
    label = draft.terms.both(entry.sold.description, entry.sold.description_local)
    names = (label.first, label.second) if label.second else (label.first,)
    if entry.sold.retail_price is None:
        return names
    return (*names, f"{draft.label('columns', 'retail_price').first} {draft.figures.money(entry.sold.retail_price)}")


def tax_summary(draft: Draft) -> Table | None:
    """By HSN and rate on Indian paper, by category and rate elsewhere; nothing where nothing is taxed or to explain."""
    if draft.is_outside_tax or (draft.is_indian and not draft.is_taxed):
        return None
    return _by_hsn(draft) if draft.is_indian else _by_rate(draft)


def has_category_summary(draft: Draft) -> bool:
    """Whether the summary tells the reasons of zero-rated and exempt lines."""
    return not draft.is_outside_tax and not draft.is_indian


def _by_hsn(draft: Draft) -> Table:
    """One row an HSN code and set of rates, as Indian users expect it under the lines."""
    together: dict[tuple[str, object], list[AssessedLine]] = {}
    for sold, assessed in zip(draft.supply.lines, draft.tax.lines, strict=True):
        key = (sold.commodity_code, (assessed.charge.treatment, assessed.charge.levies))
        together.setdefault(key, []).append(assessed)
    groups = [(code, lines) for (code, _), lines in together.items()]
    heads = [draft.label("columns", "hsn"), draft.label("columns", "taxable")]
    for tax in draft.taxes:
        heads += [Label(f"{draft.tax_label(tax).first} %"), draft.tax_label(tax)]
    heads.append(draft.label("columns", "total_tax"))
    rows = [_hsn_row(draft, code, lines) for code, lines in groups]
    sums = _hsn_row(draft, draft.label("totals", "total").first, draft.tax.lines)
    foot = tuple(
        ("",) if place >= 2 and place % 2 == 0 and place < len(heads) - 1 else cell for place, cell in enumerate(sums)
    )
    return _spread(_table(draft.label("summary", "by_hsn"), heads, rows, foot))


def _hsn_row(draft: Draft, code: str, lines: Sequence[AssessedLine]) -> tuple[Cell, ...]:
    figures, charge = draft.figures, lines[0].charge
    cells: list[Cell] = [(code or _DASH,), (figures.amount(_sum(line.taxable_value for line in lines)),)]
    for tax in draft.taxes:
        rates = [figures.percent(levy.rate) for levy in charge.levies if levy.tax == tax]
        amount = _sum(due.amount for line in lines for due in line.dues if due.tax == tax)
        cells += [(rates[0] if rates else _DASH,), (figures.amount(amount),)]
    cells.append((figures.amount(_sum(due.amount for line in lines for due in line.dues)),))
    return tuple(cells)


def _by_rate(draft: Draft) -> Table:
    """One row a category and rate, with the reason where no tax is charged."""
    names = ("category", "vat_rate", "net", "vat_amount", "line_total")
    if draft.taxes not in ((), ("VAT",)):
        names = ("category", "tax_rate", "net", "tax_amount", "line_total")
    rows = [_rate_row(draft, row) for row in draft.tax.summary]
    figures, totals = draft.figures, draft.tax.totals
    total = draft.label("totals", "total").first
    value = totals.taxable_value + totals.exempt_value
    foot = ((total,), ("",), (figures.amount(value),), (figures.amount(totals.tax),), (figures.amount(totals.total),))
    return _table(draft.label("summary", "by_rate"), [draft.label("columns", name) for name in names], rows, foot)


def _rate_row(draft: Draft, row: SummaryRow) -> tuple[Cell, ...]:
    figures = draft.figures
    lines = [
        line for line in draft.tax.lines if line.charge.code == row.code and line.charge.treatment is row.treatment
    ]
    category = draft.label("summary", row.treatment.value)
    reason = draft.statement(lines[0].charge.reason)
    tax = _sum(row.taxes.values())
    rate = figures.percent(_sum(rate for _, rate in row.rates)) if row.rates else _DASH
    names = tuple(text for text in (category.first, category.second, reason.first, reason.second) if text)
    collected = _sum(line.total for line in lines if _rates(line) == row.rates)
    return (names, (rate,), (figures.amount(row.taxable_value),), (figures.amount(tax),), (figures.amount(collected),))


def _rates(line: AssessedLine) -> tuple[tuple[str, Decimal], ...]:
    return tuple((levy.tax, levy.rate) for levy in line.charge.levies)


def _table(title: Label, heads: Sequence[Label], rows: Sequence[tuple[Cell, ...]], foot: tuple[Cell, ...]) -> Table:
    """A table as wide as the paper: the first column is words and takes what the figures leave."""
    columns = tuple(
        Column(head, width(head, cells, roomy=True) if place else 0, figures=place > 0)
        for place, (head, cells) in enumerate(zip(heads, zip(*rows, foot, strict=True), strict=True))
    )
    return Table(title, columns, tuple(rows), foot)


def _spread(table: Table) -> Table:
    """The columns in proportion to their needs, so that a code and its figures stand near each other."""
    first = replace(table.columns[0], width=_CODE, code=True)
    stretch = (_PAPER - _CODE) / sum(column.width for column in table.columns)
    others = tuple(replace(column, width=round(column.width * stretch, 2)) for column in table.columns[1:])
    return replace(table, columns=(first, *others))


def width(head: Label, cells: Iterable[Cell], roomy: bool = False) -> float:
    """Millimetres that a column needs: its widest figure, or its head's longest word (roomy: a short head on one line).

    Fixed widths draw faster than those that Typst finds out.
    """
    texts = [text for text in (head.first, head.second) if text]
    heads = [part for text in texts for part in ([text] if roomy and len(text) <= _SHORT else text.split())]
    lines = [(_length(text) * (1.42 if beneath else 1.62)) for cell in cells for beneath, text in enumerate(cell)]
    return round(max([*lines, *(_length(part) * 1.4 for part in heads)]) + 2.8, 1)


def _length(text: str) -> float:
    """The length of a text in digits' widths."""
    return sum(_letter(letter) for letter in text)


def _letter(letter: str) -> float:
    if letter in ".,٬٫-":
        return 0.5
    if letter in "%٪MW":
        return 1.5
    return 0.8 if letter.isalpha() and letter > "\u0600" else 1.2 if letter.isupper() else 1.0


def _in_currency(label: Label, code: str) -> Label:
    return Label(f"{label.first} {code}", label.second)


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, ZERO)
