"""What a batch comes to, counted in the ways its reader asks: by day, month, rate, product, region and size.

A credit note takes back: its figures are subtracted, and it counts as no invoice.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from ledgerflow.billing.invoice import Invoice
from ledgerflow.billing.money import ZERO
from ledgerflow.billing.supply import Supply, SupplyLine
from ledgerflow.billing.tax import AssessedLine, Treatment
from ledgerflow.export.register import sign, treatment_words
from ledgerflow.rendering.terms import Terms
from ledgerflow.reporting.charts import Series

_WEEK = timedelta(days=7)
_DAYS_SHOWN_SINGLY = 31
_ROWS = 10


@dataclass(slots=True)
class RateRow:
    """All lines of one treatment and rate (and commodity, where asked) together."""

    commodity: str
    treatment: str
    rate: Decimal
    lines: int = 0
    value: Decimal = ZERO
    taxes: dict[str, Decimal] = field(default_factory=dict)


def by_currency(invoices: Iterable[Invoice]) -> dict[str, list[Invoice]]:
    """The invoices of each currency, in the order in which the currencies first appear."""
    books: dict[str, list[Invoice]] = {}
    for invoice in invoices:
        books.setdefault(invoice.supply.currency.code, []).append(invoice)
    return books


def over_time(invoices: Sequence[Invoice]) -> tuple[str, list[str], list[Decimal]]:
    """Invoices a day, or a week where the days are many: `day` or `week`, the labels, the counts, zeros included."""
    days = sorted(invoice.day for invoice in invoices if sign(invoice) > 0)
    if not days:
        return "day", [], []
    daily = (days[-1] - days[0]).days < _DAYS_SHOWN_SINGLY
    step = timedelta(days=1) if daily else _WEEK
    first = days[0] if daily else _monday(days[0])
    counts = Counter(day if daily else _monday(day) for day in days)
    starts = [first + step * turn for turn in range((days[-1] - first) // step + 1)]
    return ("day" if daily else "week"), [_short_day(day) for day in starts], [Decimal(counts[day]) for day in starts]


def by_month(invoices: Sequence[Invoice]) -> tuple[list[str], list[Series]]:
    """What each establishment billed a month, before tax."""
    months = _months(min(invoice.day for invoice in invoices), max(invoice.day for invoice in invoices))
    sums: dict[str, dict[date, Decimal]] = {}
    for invoice in invoices:
        row = sums.setdefault(_establishment(invoice), {})
        month = invoice.day.replace(day=1)
        row[month] = row.get(month, ZERO) + _net(invoice)
    labels = [f"{month:%b} {month.year}" for month in months]
    return labels, [Series(name, tuple(row.get(month, ZERO) for month in months)) for name, row in sums.items()]


def by_rate(invoices: Iterable[Invoice], *, commodities: bool = False) -> list[RateRow]:
    """Value and tax of the lines by treatment and rate, by commodity code too if asked; lowest rate first."""
    rows: dict[tuple[str, Decimal, str], RateRow] = {}
    for invoice, sold, line in _lines(invoices):
        commodity = sold.commodity_code if commodities else ""
        treatment = treatment_words(line.charge.treatment)
        key = (commodity, line.charge.rate, treatment)
        row = rows.setdefault(key, RateRow(commodity, treatment, line.charge.rate))
        row.lines += 1
        row.value += line.taxable_value * sign(invoice)
        for due in line.dues:
            row.taxes[due.tax] = row.taxes.get(due.tax, ZERO) + due.amount * sign(invoice)
    return [rows[key] for key in sorted(rows)]


def top_products(invoices: Iterable[Invoice]) -> list[tuple[str, Decimal]]:
    """The products that brought most, before tax."""
    return _most(
        _summed((sold.description, line.taxable_value * sign(invoice)) for invoice, sold, line in _lines(invoices))
    )


def by_region(invoices: Iterable[Invoice]) -> list[tuple[str, Decimal]]:
    """How many invoices went to each region at home and to each country abroad; the rest together at the end."""
    rows = _summed((_whereabouts(invoice.supply), Decimal(1)) for invoice in invoices if sign(invoice) > 0)
    shown = _most(rows)
    rest = sum(rows.values(), ZERO) - sum((count for _, count in shown), ZERO)
    return [*shown, ("Elsewhere", rest)] if rest else shown


def untaxed_value(invoices: Iterable[Invoice]) -> Decimal:
    """What was sold outside any tax law, part of the exempt value of the totals."""
    outside = (
        line.taxable_value * sign(invoice)
        for invoice, _, line in _lines(invoices)
        if line.charge.treatment is Treatment.UNTAXED
    )
    return sum(outside, ZERO)


def by_size(invoices: Iterable[Invoice], words: Callable[[Decimal], str]) -> tuple[list[str], list[Decimal]]:
    """How many invoices fall between the steps 1, 2, 5, 10, 20, 50 …"""
    counts = Counter(_step_below(invoice.tax.totals.grand_total) for invoice in invoices if sign(invoice) > 0)
    if not counts:
        return [], []
    steps, step = [], min(counts)
    while step <= max(counts):
        steps.append(step)
        step = _step_after(step)
    labels = [f"{words(step)}–{words(_step_after(step))}" for step in steps]
    return labels, [Decimal(counts[step]) for step in steps]


def _lines(invoices: Iterable[Invoice]) -> Iterator[tuple[Invoice, SupplyLine, AssessedLine]]:
    for invoice in invoices:
        for sold, line in zip(invoice.supply.lines, invoice.tax.lines, strict=True):
            yield invoice, sold, line


def _net(invoice: Invoice) -> Decimal:
    return (invoice.tax.totals.taxable_value + invoice.tax.totals.exempt_value) * sign(invoice)


def _whereabouts(supply: Supply) -> str:
    place = supply.buyer.place
    at_home = place.country == supply.seller.place.country
    return (place.region_name if at_home else "") or Terms("en")("countries", place.country).first


def _establishment(invoice: Invoice) -> str:
    seller = invoice.supply.seller
    return ", ".join(part for part in (seller.name, seller.place.city or seller.place.region_name) if part)


def _summed(pairs: Iterable[tuple[str, Decimal]]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for name, amount in pairs:
        sums[name] = sums.get(name, ZERO) + amount
    return sums


def _most(sums: dict[str, Decimal]) -> list[tuple[str, Decimal]]:
    return sorted(sums.items(), key=lambda row: (-row[1], row[0]))[:_ROWS]


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _short_day(day: date) -> str:
    return f"{day.day} {day:%b}"


def _months(first: date, last: date) -> list[date]:
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    return [
        date(first.year + (first.month - 1 + turn) // 12, (first.month - 1 + turn) % 12 + 1, 1) for turn in range(count)
    ]


def _step_below(amount: Decimal) -> Decimal:
    """The greatest of 1, 2, 5, 10, 20, 50 … that is not above the amount; 0 for less than one."""
    if amount < 1:
        return ZERO
    power = Decimal(1).scaleb(amount.adjusted())
    return max(power * factor for factor in (1, 2, 5) if power * factor <= amount)


def _step_after(step: Decimal) -> Decimal:
    if not step:
        return Decimal(1)
    digit = int(step.scaleb(-step.adjusted()))
    return step / 2 * 5 if digit == 2 else step * 2
