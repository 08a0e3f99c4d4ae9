"""A search finds what one would find by looking at every invoice, on both databases, and nothing of another tenant."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledgerflow.billing.invoice import Invoice
from ledgerflow.billing.money import currency
from ledgerflow.billing.tax import TaxStrategy
from ledgerflow.issuing.batch import issue_batch
from ledgerflow.issuing.records import InvoiceFilter
from ledgerflow.simulation.config import SimulationConfig
from ledgerflow.simulation.simulate import Sale
from ledgerflow.store.ledger import DatabaseLedger
from ledgerflow.store.opening import open_ledger

AT = datetime(2026, 11, 1, tzinfo=UTC)
BUYERS = ("Noor Traders", "NOOR trading", "noor", "Straße 7", "STRASSE 7", "नूर", "شركة النور", "A%", "a_b", "Zed")
DAYS = [date(2026, 5, 1) + timedelta(place) for place in range(9)]
AMOUNTS = [Decimal(text) for text in ("-1", "0", "13.58", "13.585", "27.17", "40.7550", "95.1", "1E+30")]


@pytest.fixture
def books(
    url: str,
    laws: dict[str, TaxStrategy],
    make_config: Callable[..., SimulationConfig],
    make_sales: Callable[..., list[Sale]],
) -> Iterator[DatabaseLedger]:
    """Sixty invoices of many buyers in two currencies and two series, beside those of another tenant."""
    sales = [
        _sold_to(one, BUYERS[place * 7 % len(BUYERS)], "BHD" if place % 3 == 1 else "INR")
        for place, one in enumerate(make_sales(50, step=timedelta(hours=4)))
    ]
    with open_ledger(url, "other") as other:
        issue_batch(make_config("tithe"), sales, laws, other, "0", at=AT, actor="Bina")
    with open_ledger(url) as ledger:
        issue_batch(make_config("tithe"), sales, laws, ledger, "0", at=AT, actor="Asha")
        issue_batch(make_config("tithe", invoice="SHOP-{n:03}"), sales[:10], laws, ledger, "0", at=AT, actor="Asha")
        yield ledger


def _sold_to(sale: Sale, name: str, code: str) -> Sale:
    supply = replace(sale.supply, buyer=replace(sale.supply.buyer, name=name), currency=currency(code))
    return replace(sale, supply=supply)


questions = st.builds(
    InvoiceFilter,
    number=st.sampled_from(["", "", "INV/26-27/", "INV/26-27/00001", "inv", "INV/26-27/000050", "S", "SHOP-01", "%"]),
    buyer=st.sampled_from(["", "", "noor", "NOOR T", "strasse", "ß", "न", "شركة", "a", "a%", "_", "z", "zed!"]),
    first_day=st.none() | st.sampled_from(DAYS),
    last_day=st.none() | st.sampled_from(DAYS),
)
amounts = st.none() | st.sampled_from(AMOUNTS)
priced = st.builds(replace, questions, currency=st.sampled_from(["INR", "BHD", "XXX"]), least=amounts, most=amounts)


def fits(invoice: Invoice, wanted: InvoiceFilter) -> bool:
    payable = invoice.tax.totals.payable
    return (
        invoice.number.startswith(wanted.number)
        and invoice.supply.buyer.name.casefold().startswith(wanted.buyer.casefold())
        and (wanted.first_day or date.min) <= invoice.day <= (wanted.last_day or date.max)
        and wanted.currency in ("", invoice.supply.currency.code)
        and (wanted.least is None or payable >= wanted.least)
        and (wanted.most is None or payable <= wanted.most)
    )


def test_a_search_finds_the_latest_of_what_fits(books: DatabaseLedger) -> None:
    everything = sorted(books.invoices(), key=lambda one: (one.day, one.number), reverse=True)
    assert len(everything) == 60

    @settings(max_examples=150, deadline=None)
    @given(questions | priced, st.sampled_from([1, 3, 50, 1000]))
    def holds(wanted: InvoiceFilter, limit: int) -> None:
        expected = [
            (one.number, one.day, one.kind, one.supply.buyer.name, one.supply.currency.code, one.tax.totals.payable)
            for one in everything
            if fits(one, wanted)
        ]
        found = [
            (one.number, one.day, one.kind, one.buyer, one.currency, one.payable) for one in books.search(wanted, limit)
        ]
        assert found == expected[:limit]
        after = [one.number for one in books.search(wanted, limit, (everything[30].day, everything[30].number))]
        later = {one.number for one in everything[31:]}
        assert after == [one[0] for one in expected if one[0] in later][:limit]

    holds()


@pytest.mark.parametrize("extra", [0, 1])
def test_what_is_rare_and_old_is_found_behind_thousands_that_do_not_fit(
    url: str,
    laws: dict[str, TaxStrategy],
    make_config: Callable[..., SimulationConfig],
    make_sales: Callable[..., list[Sale]],
    extra: int,
) -> None:
    """More than are looked through first, by a few; with `extra`, one that fits is among the latest too."""
    sales = make_sales(5070, step=timedelta(minutes=5))
    for place in (0, 1, 5069)[: 2 + extra]:
        sales[place] = _sold_to(sales[place], "Rare & Old", "INR")
    with open_ledger(url) as ledger:
        issue_batch(make_config("tithe"), sales, laws, ledger, "0", at=AT, actor="Asha")
        found = [one.number for one in ledger.search(InvoiceFilter(buyer="rare"))]
        assert found == ["INV/26-27/005070", "INV/26-27/000002", "INV/26-27/000001"][1 - extra :]
        assert len(ledger.search(InvoiceFilter(buyer="buyer"))) == 50
