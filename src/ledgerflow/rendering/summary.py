"""The tax summary beneath the lines: by HSN and rate in India, by category and rate elsewhere."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from ledgerflow.billing.money import ZERO
from ledgerflow.billing.tax import AssessedLine, SummaryRow
from ledgerflow.rendering.columns import PAPER, heights, width
from ledgerflow.rendering.draft import Draft
from ledgerflow.rendering.page import Cell, Column, Label, Table

_DASH: Final = "–"
_CODE: Final = 24.0  # millimetres for a commodity code


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
    heads = [draft.label("columns", "hsn"), draft.label("columns", draft.value_head)]
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
    table = _table(draft.label("summary", "by_rate"), [draft.label("columns", name) for name in names], rows, foot)
    return _paired(table) if draft.terms.right_to_left else table


def _paired(table: Table) -> Table:
    """Where a page speaks two languages, a category and its reason each stand beside their English."""
    drawn = [(tuple(" · ".join(pair) for pair in _pairs(words)), *figures) for words, *figures in table.rows]
    return replace(table, heights=heights(table.columns, drawn))


def _pairs(words: Cell) -> list[Cell]:
    return [words[start : start + 2] for start in range(0, len(words), 2)]


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
    first, *others = (Column(head, figures=place > 0) for place, head in enumerate(heads))
    _, *cells = zip(*rows, foot, strict=True)
    sized = (replace(column, width=width(column, each, roomy=True)) for column, each in zip(others, cells, strict=True))
    columns = (first, *sized)
    return Table(title, columns, tuple(rows), foot, heights(columns, rows))


def _spread(table: Table) -> Table:
    """The columns in proportion to their needs, so that a code and its figures stand near each other."""
    first = replace(table.columns[0], width=_CODE, code=True)
    stretch = (PAPER - _CODE) / sum(column.width for column in table.columns)
    others = tuple(replace(column, width=round(column.width * stretch, 2)) for column in table.columns[1:])
    columns = (first, *others)
    return replace(table, columns=columns, heights=heights(columns, table.rows))


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, ZERO)
