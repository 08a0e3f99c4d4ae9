"""Sums that the database makes are those that come of reading every document."""

from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal

from ledgerflow.billing.tax import TaxStrategy
from ledgerflow.export.register import sign
from ledgerflow.issuing.batch import issue_batch
from ledgerflow.issuing.cancellation import cancel_invoice
from ledgerflow.issuing.figures import Span
from ledgerflow.simulation.config import SimulationConfig
from ledgerflow.simulation.simulate import Sale
from ledgerflow.store.ledger import DatabaseLedger

AT = datetime(2026, 11, 1, tzinfo=UTC)
SPANS = [Span(), Span(date(2026, 5, 10)), Span(date(2026, 5, 10), date(2026, 6, 3)), Span(last_day=date(2020, 1, 1))]


def test_sums_of_every_kind_are_those_of_the_documents(
    ledger: DatabaseLedger,
    laws: dict[str, TaxStrategy],
    make_config: Callable[..., SimulationConfig],
    make_sales: Callable[..., list[Sale]],
) -> None:
    issue_batch(make_config("tithe"), make_sales(120), laws, ledger, "0", at=AT, actor="Asha")
    for number in ("INV/26-27/000005", "INV/26-27/000090"):
        cancel_invoice(ledger, number, laws, at=AT, reason="returned", actor="Asha", day=date(2026, 6, 30))
    for span in SPANS:
        _holds(ledger, span)


def _holds(ledger: DatabaseLedger, span: Span) -> None:
    issued = list(ledger.invoices(first_day=span.first_day, last_day=span.last_day))
    figures = ledger.figures
    ways = (
        (figures.totals(span), lambda one: ""),
        (figures.by_month(span), lambda one: f"{one.day:%Y-%m}"),
        (figures.by_day(span), lambda one: str(one.day)),
        (figures.by_buyer(span, 10_000), lambda one: one.supply.buyer.name),
    )
    for found, named in ways:
        sums: dict[tuple[str, str], list[Decimal]] = defaultdict(lambda: [Decimal(0)] * 5)
        for one in issued:
            back, totals = sign(one) < 0, one.tax.totals
            amounts = (totals.taxable_value, totals.tax, totals.payable)
            added = (Decimal(not back), Decimal(back), *(sign(one) * amount for amount in amounts))
            key = named(one), one.supply.currency.code
            sums[key] = [before + more for before, more in zip(sums[key], added, strict=True)]
        told = {
            (one.name, one.currency): [one.invoices, one.credit_notes, one.taxable_value, one.tax, one.payable]
            for one in found
        }
        assert told == sums
    names = [one.name for one in figures.by_day(span)]
    assert names == sorted(names)
    latest = sorted(issued, key=lambda one: (one.day, one.number), reverse=True)
    assert list(figures.latest(span, 7)) == latest[:7]
    most = [one.payable for one in figures.by_buyer(span, 3)]
    assert most == sorted(most, reverse=True)
    assert len(most) <= 3
