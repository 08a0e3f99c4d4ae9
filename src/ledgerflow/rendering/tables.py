"""The two tables of a document: its lines, and the tax summary (by HSN in India, by category and rate elsewhere)."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ledgerflow.billing.money import ZERO
from ledgerflow.billing.supply import SupplyLine
from ledgerflow.billing.tax import CESS, AssessedLine, SummaryRow
from ledgerflow.rendering.draft import Draft
from ledgerflow.rendering.page import Cell, Column, Label, Table

_DASH = "–"


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


def line_table(draft: Draft) -> Table:
    """The lines, with only the columns that say something on this paper."""
    entries = [
        _Entry(place, sold, assessed)
        for place, (sold, assessed) in enumerate(zip(draft.supply.lines, draft.tax.lines, strict=True), 1)
    ]
    fields = tuple(_fields(draft, entries))
    rows = tuple(tuple(field.cell(entry) for field in fields) for entry in entries)
    columns = tuple(
        Column(field.head, 0 if field.widest else width(field.head, cells), field.figures, field.code)
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
        yield _Field(label("columns", "discount"), lambda entry: (figures.amount(entry.assessed.discount),))
    if any(entry.assessed.surcharge for entry in entries):
        yield _Field(label("columns", "charge"), lambda entry: (figures.amount(entry.assessed.surcharge),))


def _tax_fields(draft: Draft) -> Iterator[_Field]:
    figures, label = draft.figures, draft.label
    total = _Field(label("columns", "line_total"), lambda entry: (figures.amount(entry.assessed.total),))
    if not draft.is_taxed:
        yield _Field(label("columns", "gross"), lambda entry: (figures.amount(entry.assessed.total),))
        return
    rate = _Field(label("columns", _rate_head(draft)), lambda entry: _rate(draft, entry.assessed))
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


def _rate(draft: Draft, line: AssessedLine) -> Cell:
    if not line.charge.levies:
        return (_DASH,)
    figures = draft.figures
    cess = [levy for levy in line.charge.levies if levy.tax == CESS]
    beneath = [f"+{figures.percent(levy.rate)}" for levy in cess if levy.rate]
    beneath += [f"+{figures.price(levy.per_unit)}/u" for levy in cess if levy.per_unit]
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
    foot = tuple(("",) if place >= 2 and place % 2 == 0 and place < len(heads) - 1 else cell for place, cell in enumerate(sums))
    return _table(draft.label("summary", "by_hsn"), heads, rows, foot, code_first=True)


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
    lines = [line for line in draft.tax.lines if line.charge.code == row.code and line.charge.treatment is row.treatment]
    category = draft.label("summary", row.treatment.value)
    reason = draft.statement(lines[0].charge.reason)
    tax = _sum(row.taxes.values())
    rate = figures.percent(_sum(rate for _, rate in row.rates)) if row.rates else _DASH
    names = tuple(text for text in (category.first, category.second, reason.first, reason.second) if text)
    collected = _sum(line.total for line in lines if _rates(line) == row.rates)
    return (names, (rate,), (figures.amount(row.taxable_value),), (figures.amount(tax),), (figures.amount(collected),))


def _rates(line: AssessedLine) -> tuple[tuple[str, Decimal], ...]:
    return tuple((levy.tax, levy.rate) for levy in line.charge.levies)


def _table(
    title: Label, heads: Sequence[Label], rows: Sequence[tuple[Cell, ...]], foot: tuple[Cell, ...], code_first: bool = False
) -> Table:
    columns = tuple(
        Column(head, width(head, cells) if place else 0, figures=place > 0, code=code_first and not place)
        for place, (head, cells) in enumerate(zip(heads, zip(*rows, foot, strict=True), strict=True))
    )
    return Table(title, columns, tuple(rows), foot)


def width(head: Label, cells: Iterable[Cell]) -> float:
    """Millimetres that a column needs: its widest figure, or the longest word of its head. Fixed widths draw fast."""
    words = [word for text in (head.first, head.second) for word in text.split()]
    figure = max((_length(text) for cell in cells for text in cell[:1]), default=0.0)
    return round(max(figure * 1.62, max((_length(word) * 1.5 for word in words), default=0.0)) + 2.8, 1)


def _length(text: str) -> float:
    """The length of a text in digits' widths: points and commas are narrow, a percent sign is wide."""
    return sum(0.5 if letter in ".,٬٫-" else 1.5 if letter in "%٪MW" else 1.0 for letter in text)


def _in_currency(label: Label, code: str) -> Label:
    return Label(f"{label.first} {code}", label.second)


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, ZERO)
