"""The report of a batch: one HTML file without network or script, for the eye, for a screen reader and for paper."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import partial
from html import escape

from ledgerflow.billing.invoice import Invoice
from ledgerflow.billing.money import ZERO, Currency, plain
from ledgerflow.export.register import CurrencyTotals, sign, totals
from ledgerflow.habits.lines import Lines
from ledgerflow.likeness.billed import lines_of
from ledgerflow.likeness.portrait import Portrait, portrait
from ledgerflow.likeness.words import ENOUGH
from ledgerflow.reporting import charts
from ledgerflow.reporting.amounts import counted, grouped, short
from ledgerflow.reporting.charts import Series
from ledgerflow.reporting.figures import (
    RateRow,
    by_currency,
    by_month,
    by_rate,
    by_region,
    by_size,
    over_time,
    top_products,
    untaxed_value,
)
from ledgerflow.reporting.markup import definitions, figure, page, table
from ledgerflow.reporting.pictures import Side, pictures

SPECIMEN = "Specimen – simulated"
_COLUMNS_AT_MOST = 40


def report(invoices: Sequence[Invoice], title: str, about: Mapping[str, object], reference: Lines | None = None) -> str:
    """The whole page. `about` is shown under the title, name by name: the period, the seed, the generation.

    The pictures of how real the batch looks stand beside those of `reference`, where there is one.
    """
    beside = portrait(reference) if reference is not None else None
    sections = "".join(
        _section(books, foot, beside)
        for books, foot in zip(by_currency(invoices).values(), totals(invoices), strict=True)
    )
    return page(
        title,
        f'<p class="specimen">{SPECIMEN}</p><h1 dir="auto">{escape(title)}</h1>'
        f'<p class="muted">{_in_words(invoices)}</p>{_about(about)}',
        sections or "<p>There are no invoices in this batch.</p>",
        f"<p>{SPECIMEN}. No document of this batch is a tax document; buyers and tax numbers are invented.</p>",
    )


def _about(about: Mapping[str, object]) -> str:
    """What the batch says of itself, `generation_id` written as people write it."""
    return definitions("about", ((name.replace("_", " ").capitalize(), value) for name, value in about.items()))


def _in_words(invoices: Sequence[Invoice]) -> str:
    notes = sum(sign(invoice) < 0 for invoice in invoices)
    words = counted(len(invoices) - notes, "invoice")
    if notes:
        words += f" and {counted(notes, 'credit note')}"
    if invoices:
        days = [invoice.day for invoice in invoices]
        words += f", {min(days).isoformat()} to {max(days).isoformat()}"
    return words


def _section(invoices: Sequence[Invoice], foot: CurrencyTotals, reference: Portrait | None) -> str:
    """All about one currency."""
    code = foot.currency.code
    name = partial(short, currency=code)
    figures = [
        _over_time(invoices),
        _by_month(invoices, code),
        _bars("Tax by rate", "Rate", f"Tax on the lines of each rate, {code}", _tax_by_rate(invoices), code),
        _bars("Where buyers are", "Region", "Invoices by the buyer's region", by_region(invoices), ""),
        _bars("Top products", "Product", f"Before tax, {code}", top_products(invoices), code),
        _counted("Size of invoices", "Grand total", f"Invoices by grand total, {code}", *by_size(invoices, name)),
    ]
    return (
        f"<section><h2>{escape(code)}</h2>{_headline(foot, untaxed_value(invoices))}"
        f'<div class="charts">{"".join(figures)}</div>{_summaries(invoices, foot)}'
        f"{_realism(invoices, reference)}</section>"
    )


def _realism(invoices: Sequence[Invoice], reference: Portrait | None) -> str:
    """How the batch is spread, beside how real books are."""
    ours = portrait(lines_of(invoices))
    if ours is None:
        return ""
    sides = [Side("This batch", ours), *([Side("Reference", reference)] if reference else [])]
    few = f" With fewer than {ENOUGH:,} invoices much of it is chance." if ours.facts.invoices < ENOUGH else ""
    words = "When was sold, how much, to whom and at which prices, before discounts and tax."
    return f'<div class="lead"><h3>How real it looks</h3><p class="muted">{words}{few}</p></div>{pictures(*sides)}'


def _headline(foot: CurrencyTotals, untaxed: Decimal) -> str:
    code = foot.currency.code
    exempt = foot.exempt_value - untaxed
    shown = [
        (f"Grand total, {code}", foot.grand_total),
        *([("Taxable value", foot.taxable_value)] if foot.taxable_value or not untaxed else []),
        *([("Exempt value", exempt)] if exempt else []),
        *([("Untaxed value", untaxed)] if untaxed else []),
        *foot.taxes.items(),
        *([("Of it reverse charge", foot.reverse_charge)] if foot.reverse_charge else []),
    ]
    cards = [(name, grouped(amount, code)) for name, amount in shown]
    cards.insert(1, ("Documents", f"{foot.documents:,}"))
    return definitions("headline", cards).replace("<div>", '<div class="first">', 1)


def _over_time(invoices: Sequence[Invoice]) -> str:
    step, labels, counts = over_time(invoices)
    note = "Each day" if step == "day" else "Each week, named by its Monday"
    return _counted(f"Invoices a {step}", step.capitalize(), note, labels, counts)


def _counted(title: str, head: str, note: str, labels: Sequence[str], counts: Sequence[Decimal]) -> str:
    if len(labels) > _COLUMNS_AT_MOST:
        chart = charts.line(title, labels, counts, short)
    else:
        chart = charts.columns(title, labels, [Series("", tuple(counts))], short)
    rows = [(label, f"{count:f}") for label, count in zip(labels, counts, strict=True)]
    return figure(title, note, chart, (head, "Invoices"), rows)


def _by_month(invoices: Sequence[Invoice], code: str) -> str:
    title = "Revenue a month"
    labels, series = by_month(invoices)
    chart = charts.columns(title, labels, series, partial(short, currency=code))
    rows = [(label, *(grouped(one.values[place], code) for one in series)) for place, label in enumerate(labels)]
    names = [one.name for one in series]
    if len(names) == 1:
        return figure(title, f"Before tax, {code}: {names[0]}", chart, ("Month", code), rows)
    return figure(title, f"Before tax, {code}, by establishment", chart, ("Month", *names), rows, names)


def _bars(title: str, head: str, note: str, rows: Sequence[tuple[str, Decimal]], code: str) -> str:
    chart = charts.bars(title, rows, partial(short, currency=code))
    shown = [(name, grouped(value, code) if code else f"{value:f}") for name, value in rows]
    return figure(title, note, chart, (head, code or "Invoices"), shown)


def _percent(rate: Decimal) -> str:
    return f"{plain(rate)} %"


def _tax_by_rate(invoices: Sequence[Invoice]) -> list[tuple[str, Decimal]]:
    sums = [(row, sum(row.taxes.values(), ZERO)) for row in by_rate(invoices)]
    return [(f"{_percent(row.rate)} {row.treatment.lower()}", tax) for row, tax in sums if tax]


def _summaries(invoices: Sequence[Invoice], foot: CurrencyTotals) -> str:
    money, names = foot.currency, list(foot.taxes)
    heads = ("Rate", "Treatment", "Lines", "Value", *names)
    rates = by_rate(invoices)
    commodities = by_rate(invoices, commodities=True)
    rows = [(_percent(row.rate), row.treatment, *_sums([row], names, money)) for row in rates]
    detailed = [
        (row.commodity or "none", _percent(row.rate), row.treatment, *_sums([row], names, money)) for row in commodities
    ]
    by_rates = table(f"Tax by rate, {money.code}", heads, rows, ("Total", "", *_sums(rates, names, money)), 2)
    by_code = table("", ("HSN or SAC", *heads), detailed, ("Total", "", "", *_sums(commodities, names, money)), 3)
    return f'<div class="sheet">{by_rates}<details><summary>By HSN or SAC</summary>{by_code}</details></div>'


def _sums(rows: Sequence[RateRow], names: Sequence[str], money: Currency) -> list[str]:
    value = sum(row.value for row in rows)
    taxes = [sum(row.taxes.get(name, ZERO) for row in rows) for name in names]
    amounts = (grouped(money.round(Decimal(amount)), money.code) for amount in (value, *taxes))
    return [f"{sum(row.lines for row in rows):,}", *amounts]
