"""What buyers pay: never more than they owe, late as often as asked, the same again for the same seed."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.simulation.town import books, law_of, sell, shop

from ledgerflow.billing.invoice import Invoice
from ledgerflow.billing.money import currency
from ledgerflow.billing.party import Party, Place, Registration
from ledgerflow.billing.payment import Payment, PaymentKind
from ledgerflow.billing.supply import Correction, NoteKind, Supply
from ledgerflow.billing.tax import TaxContext
from ledgerflow.simulation.config import SimulationConfig
from ledgerflow.simulation.payers import due_day
from ledgerflow.simulation.payments import are_simulated, payments_of

MIX = {"business": 0.8, "walk_in": 0.1}


def wholesale(payments: Mapping[str, object] | None = None, **fields: object) -> SimulationConfig:
    habits = {"simulate": True, **(payments or {})}
    more = {"count": 400, "style": "wholesale", "payments": habits} | fields
    return books(shop(buyers=MIX), **more)  # type: ignore[arg-type]  # fields of a configuration


def documents(config: SimulationConfig) -> list[Invoice]:
    """The sales of a configuration as invoices, numbered by their place."""
    made = []
    for place, sale in enumerate(sell(config)):
        supply, law = sale.supply, law_of(config, sale.establishment)
        note = supply.correction
        if note is not None:
            supply = replace(supply, correction=replace(note, number=f"T{note.position}"))
        made.append(Invoice(f"T{place}", "T{n:06}", law.code, place, "g", supply, law.assess(TaxContext(supply))))
    return made


def by_number(payments: Sequence[Payment]) -> dict[str, list[Payment]]:
    found = defaultdict(list)
    for payment in payments:
        found[payment.number].append(payment)
    return found


def settled(payments: Sequence[Payment]) -> Decimal:
    return sum((-one.amount if one.kind is PaymentKind.REFUND else one.amount for one in payments), Decimal(0))


@settings(max_examples=12, deadline=None)
@given(
    st.integers(0, 10**6),
    st.sampled_from([0.0, 0.3, 1.0]),
    st.sampled_from([0.0, 0.5, 1.0]),
    st.sampled_from([0.0, 0.12, 1.0]),
    st.sampled_from([0.0, 0.4, 0.8]),
)
def test_what_is_paid_is_what_is_owed(seed: int, late: float, lost: float, part: float, notes: float) -> None:
    """To the last fils: payments less refunds plus losses are the invoice less its credit notes."""
    habits = {"simulate": True, "late_share": late, "write_off_share": lost, "part_share": part}
    config = wholesale(seed=seed, count=40, credit_note_rate=notes, payments=habits)
    invoices = documents(config)
    entries = by_number(list(payments_of(invoices, config)))
    taken_back: dict[str, Decimal] = defaultdict(Decimal)
    for invoice in invoices:
        if invoice.supply.correction:
            taken_back[invoice.supply.correction.number] += invoice.tax.totals.payable
    for invoice in invoices:
        if invoice.supply.correction:
            assert invoice.number not in entries
            continue
        mine = entries[invoice.number]
        assert settled(mine) == invoice.tax.totals.payable - taken_back[invoice.number]
        assert all(one.amount > 0 and one.day >= invoice.day for one in mine)
        assert [one.day for one in mine] == sorted(one.day for one in mine)
        running = Decimal(0)
        for one in mine:
            running += -one.amount if one.kind is PaymentKind.REFUND else one.amount
            assert 0 <= running <= invoice.tax.totals.payable


def test_an_invoice_without_credit_is_paid_at_once() -> None:
    config = books(payments={"simulate": True})
    invoices = documents(config)
    entries = list(payments_of(invoices, config))
    assert [(one.number, one.day, one.amount) for one in entries] == [
        (one.number, one.day, one.tax.totals.payable) for one in invoices
    ]
    assert {one.kind for one in entries} == {PaymentKind.PAYMENT}


@pytest.mark.parametrize("share", [0.2, 0.63])
def test_as_many_are_late_as_asked(share: float) -> None:
    config = wholesale(count=900, repeat_rate=0.3, payments={"late_share": share, "run_share": 0})
    late = total = 0
    entries = list(payments_of(documents(config), config))
    first = {number: mine[0] for number, mine in by_number(entries).items()}
    for invoice in documents(config):
        if invoice.supply.due_days:
            total += 1
            late += first[invoice.number].day > due_day(invoice, config.payments)
    assert abs(late / total - share) < 0.05


def test_nobody_is_late_or_lost_where_none_is_to_be() -> None:
    config = wholesale(payments={"late_share": 0, "part_share": 0, "run_share": 0})
    invoices = {one.number: one for one in documents(config)}
    entries = list(payments_of(list(invoices.values()), config))
    assert all(one.day <= due_day(invoices[one.number], config.payments) for one in entries)
    assert {one.kind for one in entries} == {PaymentKind.PAYMENT}
    assert len(entries) == len(invoices)


def test_what_is_lost_is_given_up_half_a_year_after_it_was_due() -> None:
    config = wholesale(payments={"late_share": 1, "write_off_share": 1})
    invoices = {one.number: one for one in documents(config)}
    lost = [one for one in payments_of(list(invoices.values()), config) if one.kind is PaymentKind.WRITE_OFF]
    assert len(lost) == sum(1 for one in invoices.values() if one.supply.due_days)
    assert all(one.day > due_day(invoices[one.number], config.payments) + timedelta(days=180) for one in lost)


def test_buyers_with_payment_runs_pay_on_the_days_of_their_runs() -> None:
    config = wholesale(payments={"run_share": 1, "late_share": 1, "part_share": 0, "write_off_share": 0})
    invoices = {one.number: one for one in documents(config)}
    days: dict[str, list[date]] = defaultdict(list)
    for one in payments_of(list(invoices.values()), config):
        if invoices[one.number].supply.due_days:
            days[invoices[one.number].supply.buyer.name].append(one.day)
    assert len(days) > 20
    for mine in days.values():
        fridays = all(day.weekday() == 4 for day in mine)
        fixed = all(day.day in (7, 15) or (day + timedelta(days=1)).day == 1 for day in mine)
        assert fridays or fixed


def test_payments_follow_from_the_seed_and_from_the_invoice_alone() -> None:
    config = wholesale(credit_note_rate=0.2)
    invoices = documents(config)
    assert list(payments_of(invoices, config)) == list(payments_of(invoices, config))
    alone = [one for one in invoices if one.supply.correction is None]
    corrected = {one.supply.correction.number for one in invoices if one.supply.correction}
    with_notes, without = (by_number(list(payments_of(some, config))) for some in (invoices, alone))
    assert all(with_notes[number] == without[number] for number in without if number not in corrected)
    other = config.model_copy(update={"seed": 77})
    assert list(payments_of(invoices, other)) != list(payments_of(invoices, config))


def indian(days: int, buyer: Registration = Registration.REGISTERED) -> Invoice:
    one = documents(wholesale(count=1))[0]
    home = Place("IN", "27")
    supply: Supply = replace(
        one.supply, seller=Party("Seller", home), buyer=Party("Buyer", home, buyer), due_days=days, correction=None
    )
    return replace(one, supply=supply)


def test_a_small_seller_in_india_is_owed_within_45_days() -> None:
    """MSMED Act 2006, s.15: an agreed term beyond 45 days does not count between businesses."""
    small, large = wholesale().payments, wholesale(payments={"small_supplier": False}).payments
    sixty, thirty, person = indian(60), indian(30), indian(60, Registration.UNREGISTERED)
    assert due_day(sixty, small) == sixty.day + timedelta(days=45)
    assert due_day(sixty, large) == sixty.day + timedelta(days=60)
    assert due_day(thirty, small) == thirty.day + timedelta(days=30)
    assert due_day(person, small) == person.day + timedelta(days=60)


def test_a_note_after_the_payment_brings_a_refund() -> None:
    config = wholesale(count=1, payments={"late_share": 0})
    sold = replace(documents(config)[0], number="A1")
    sold = replace(sold, supply=replace(sold.supply, due_days=0))
    later = replace(sold.supply, tax_point=sold.supply.tax_point + timedelta(days=9))
    correction = Correction(NoteKind.CREDIT, "Goods returned", number="A1")
    note = replace(sold, number="C1", supply=replace(later, correction=correction))
    paid, back = payments_of([sold, note], config)
    assert (paid.kind, paid.day, paid.amount) == (PaymentKind.PAYMENT, sold.day, sold.tax.totals.payable)
    assert (back.kind, back.day, back.amount) == (PaymentKind.REFUND, note.day, sold.tax.totals.payable)
    assert back.currency == currency("XTD")


def test_payments_come_with_the_advanced_profile_or_when_asked_for() -> None:
    assert not are_simulated(books())
    assert are_simulated(books(realism_profile="advanced"))
    assert are_simulated(books(payments={"simulate": True}))
    assert not are_simulated(books(realism_profile="advanced", payments={"simulate": False}))
