"""Earlier books are carried over whole: every amount, every number but the doubles, every switch."""

from collections import Counter
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from importlib.metadata import entry_points

import pytest
from tests.store.migrations.conftest import AT, Carried, Shelf
from tests.store.migrations.earlier_books import DOUBLES, INVOICES, SHAPES, TENANTS, Book, query

from ledgerflow.billing.invoice import Invoice, from_json, to_json
from ledgerflow.billing.numbering import NumberingRule, NumberSeries
from ledgerflow.issuing.audit import verify_trail
from ledgerflow.issuing.batch import issue_batch
from ledgerflow.simulation.config import SimulationConfig
from ledgerflow.simulation.simulate import Sale
from ledgerflow.store.opening import open_ledger
from ledgerflow.store.schema import HEAD, current, drift, upgrade

ANY = NumberingRule(".+")
pytestmark = pytest.mark.requirement("MIG-1")


def test_nothing_is_lost(carried: Carried, book: Book) -> None:
    """Each old row is found again under its id, and with its amounts, to the digit that its currency has."""
    assert (carried.said.before, carried.said.after, current(carried.url)) == ("0000", HEAD, HEAD)
    renumbered = {(one.tenant, one.id): one.after for one in carried.said.changes if one.what == "number"}
    found: dict[tuple[str, str], Invoice] = {}
    for tenant in TENANTS:
        with open_ledger(carried.url, tenant) as ledger:
            found |= {(tenant, invoice.number): invoice for invoice in ledger.invoices()}
    assert len(found) == INVOICES
    for row in book["invoices"]:
        own, whose, _, number, day, buyer, money, *amounts = row
        invoice = found.pop((str(whose), renumbered.get((str(whose), str(own)), str(number))))
        supply, totals = invoice.supply, invoice.tax.totals
        assert (str(invoice.day), supply.buyer.name, supply.currency.code) == (day, buyer, money)
        carried_over = [totals.taxable_value + totals.exempt_value, totals.tax, totals.payable]
        unit = supply.currency.unit
        assert carried_over == [Decimal(repr(one)).quantize(unit, ROUND_HALF_UP) for one in amounts]
    assert not found


def test_documents_are_of_the_form_that_the_house_writes(carried: Carried) -> None:
    documents = [str(document) for (document,) in query(carried.url, "SELECT document FROM invoices")]
    assert all(to_json(from_json(document)).decode() == document for document in documents)


def test_each_double_but_the_oldest_is_renumbered_in_report_and_audit_trail(carried: Carried, book: Book) -> None:
    old = {str(row[0]): (row[1], row[3]) for row in book["invoices"]}
    first: dict[object, str] = {}
    for own, key in old.items():
        first.setdefault(key, own)
    told = {one.id: (one.tenant, one.before, one.after) for one in carried.said.changes if one.what == "number"}
    assert len(told) == DOUBLES
    assert told.keys() == old.keys() - set(first.values()), "the oldest keeps its number"
    assert {own: (tenant, before) for own, (tenant, before, _) in told.items()} == {own: old[own] for own in told}
    entered = {}
    for tenant in TENANTS:
        with open_ledger(carried.url, tenant) as ledger:
            trail = list(ledger.audit_trail())
        assert not verify_trail(trail)
        for entry in trail:
            assert (entry.actor, entry.deed, entry.at) == ("db upgrade", "renumber", AT.isoformat())
            entered[tenant, entry.details] = entry
    said = {
        (tenant, f'{{"from": "{before}", "invoice": {own}, "to": "{after}"}}')
        for own, (tenant, before, after) in told.items()
    }
    assert entered.keys() == said


def test_no_number_is_double_and_fresh_ones_follow_on(carried: Carried, book: Book) -> None:
    numbers = Counter(query(carried.url, "SELECT tenant, number FROM invoices"))
    assert max(numbers.values()) == 1
    highest = {tenant: max(_count(row[3]) for row in book["invoices"] if row[1] == tenant) for tenant in TENANTS[:3]}
    for tenant, last in highest.items():
        fresh = [one for one in carried.said.changes if (one.tenant, one.what) == (tenant, "number")]
        counts = [_count(one.after) for one in sorted(fresh, key=lambda one: int(one.id))]
        assert counts == list(range(last + 1, last + 1 + len(fresh)))
        assert all(one.after == SHAPES[tenant].format(n=_count(one.after)) for one in fresh)


def _count(number: object) -> int:
    return int(str(number)[-4:])


def test_fresh_numbers_grow_wider_where_the_digits_are_exhausted(carried: Carried) -> None:
    fresh = {one.before: one.after for one in carried.said.changes if (one.tenant, one.what) == ("delta", "number")}
    assert all(len(before) == 4 and len(after) == 5 for before, after in fresh.items())


def test_three_switches_are_one_profile(carried: Carried, book: Book) -> None:
    held = query(
        carried.url, "SELECT tenant, name, realism_profile, created_at FROM configurations ORDER BY created_at"
    )
    expected = []
    for _, tenant, name, *switches, created_at in book["simulation_configs"]:
        on = sum(bool(switch) for switch in switches)
        expected.append((tenant, name, {0: "basic", 3: "advanced"}.get(on, "realistic"), created_at))
    assert [(tenant, profile, at) for tenant, _, profile, at in held] == [(t, p, a) for t, _, p, a in expected]
    renamed = {(one.tenant, one.before, one.after) for one in carried.said.changes if one.what == "name"}
    assert {name for _, name, _, _ in held} == {"plan 0", "plan 0 (2)", "plan 1", "plan 1 (2)"}
    assert renamed == {(tenant, f"plan {n}", f"plan {n} (2)") for tenant in TENANTS[:4] for n in (0, 1)}
    later = {str(1 + place) for place in range(len(held)) if place // 4 % 2}
    assert {one.id for one in carried.said.changes if one.what == "name"} == later, "the older keeps its name"
    switches_told = [one for one in carried.said.changes if one.what == "switches"]
    assert len(switches_told) == len(book["simulation_configs"])


def test_an_amount_more_exact_than_its_currency_is_in_the_report(carried: Carried, book: Book) -> None:
    told = {(one.id, one.what.partition(" ")[2]): one.before for one in carried.said.changes if "amount" in one.what}
    places = {"INR": 2, "BHD": 3, "JPY": 0, "AED": 2}
    inexact = {
        (str(row[0]), name): f"{Decimal(repr(amount)):f}"
        for row in book["invoices"]
        for name, amount in zip(("subtotal", "tax", "total"), row[7:], strict=True)
        if Decimal(repr(amount)) != round(Decimal(repr(amount)), places[str(row[6])])
    }
    assert told == inexact


def test_a_tenant_whom_nobody_entered_is_entered(carried: Carried) -> None:
    assert [one.tenant for one in carried.said.changes if one.what == "tenant"] == ["ghost"]
    assert query(carried.url, "SELECT count(*) FROM tenants")[0][0] == len(TENANTS)


def test_the_schema_has_not_drifted(shelf: Shelf, carried: Carried) -> None:
    assert drift(carried.url) == []
    if not shelf.server:
        assert query(carried.url, "PRAGMA foreign_key_check") == []


def test_every_number_of_the_earlier_series_is_accounted_for(carried: Carried) -> None:
    for tenant in TENANTS:
        with open_ledger(carried.url, tenant) as ledger:
            accounts = ledger.accounts()
            assert accounts
            assert all(account.missing == () for account in accounts)
            void = ledger.void_numbers()
            assert {one.reason for one in void} <= {"Not in the earlier books"}
            assert all(NumberSeries(one.series, ANY).text(one.count, one.period) == one.number for one in void)


def test_books_carried_over_go_on(
    shelf: Shelf,
    carried: Carried,
    make_config: Callable[..., SimulationConfig],
    make_sales: Callable[..., list[Sale]],
) -> None:
    """Numbers, batches and the audit trail are counted on from where the earlier books ended."""
    url = shelf.copy(carried.url)
    laws = {"none": entry_points(group="ledgerflow.tax_strategies")["none"].load()}
    for tenant, series, day in (("asha", "INV-{n:06}", 2026), ("birla", "INV/{fy}/{n:04}", 2024)):
        with open_ledger(url, tenant) as ledger:
            last = max(invoice.number for invoice in ledger.invoices())
            sales = make_sales(3, first=AT.replace(year=day, tzinfo=None))
            issue_batch(make_config(invoice=series), sales, laws, ledger, "0", at=AT, actor="Asha")
            new = [invoice.number for invoice in ledger.invoices(batch=2)]
            assert new == [SHAPES[tenant].format(n=int(last[-4:]) + place) for place in (1, 2, 3)]
            assert not verify_trail(ledger.audit_trail())
            assert [account.missing for account in ledger.accounts()] == [()]


def test_who_comes_after_finds_it_done(carried: Carried) -> None:
    again = upgrade(carried.url, at=AT)
    assert (again.before, again.after, again.changes) == (HEAD, HEAD, ())
