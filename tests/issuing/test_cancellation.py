"""An invoice is cancelled by a credit note of what is left of it, once, in time, and everything stays accounted for."""

import json
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from importlib.metadata import entry_points
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from ledgerflow.billing.catalogue import TaxCategory
from ledgerflow.billing.crediting import tax_taken_back
from ledgerflow.billing.errors import InputRefused, InvoiceUnknown, StrategyUnknown
from ledgerflow.billing.invoice import Invoice, to_json
from ledgerflow.billing.supply import Correction, NoteKind
from ledgerflow.billing.tax import DocumentKind, Rounder, TaxContext, TaxStrategy, Treatment
from ledgerflow.intake.catalogue_sheet import read_catalogue
from ledgerflow.issuing.audit import verify_trail
from ledgerflow.issuing.batch import issue_batch
from ledgerflow.issuing.cancellation import (
    AlreadyCredited,
    DebitNoteStands,
    NoteNotCancelled,
    NoteSeriesKnown,
    NoteSeriesUnknown,
    NoteTooEarly,
    NoteTooLate,
    cancel_invoice,
)
from ledgerflow.issuing.golden_gst import GstExample
from ledgerflow.issuing.golden_vat import VatExample
from ledgerflow.issuing.ports import Ledger
from ledgerflow.issuing.records import Entry
from ledgerflow.simulation.config import SimulationConfig
from ledgerflow.simulation.simulate import Sale, simulate
from ledgerflow.store.ledger import DatabaseLedger
from ledgerflow.store.opening import open_ledger

AT = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
ROOT = Path(__file__).parents[2]
LAWS: dict[str, TaxStrategy] = {one.name: one.load() for one in entry_points(group="ledgerflow.tax_strategies")}
GULF = ("vat-ae", "vat-bh", "vat-om", "vat-sa")

Configure = Callable[..., SimulationConfig]
Sell = Callable[..., list[Sale]]
Correct = Callable[..., Sale]
Issue = Callable[..., list[Invoice]]


@pytest.fixture
def issue(laws: dict[str, TaxStrategy], ledger: DatabaseLedger) -> Issue:
    def run(config: SimulationConfig, sales: list[Sale]) -> list[Invoice]:
        batch = issue_batch(config, sales, {**LAWS, **laws}, ledger, "0123456789abcdef", at=AT, actor="Asha")
        return list(ledger.invoices(batch=batch.number))

    return run


def cancel(ledger: Ledger, number: str, **said: Any) -> Invoice:
    return cancel_invoice(ledger, number, LAWS, **{"at": AT, "reason": "Order withdrawn", "actor": "Asha", **said})


@pytest.fixture
def sold(issue: Issue, make_config: Configure, make_sales: Sell) -> list[Invoice]:
    """Three invoices of tea without tax."""
    return issue(make_config(), make_sales(3))


def test_a_credit_note_answers_and_the_invoice_stays_as_it_was(ledger: DatabaseLedger, sold: list[Invoice]) -> None:
    before = to_json(sold[1])
    note = cancel(ledger, "INV/2026/000002", reason="  Order withdrawn ")
    assert (note.number, note.kind, note.day) == ("CRN/2026/000001", DocumentKind.CREDIT_NOTE, date(2026, 11, 24))
    assert note.supply.correction == Correction(
        NoteKind.CREDIT, "Order withdrawn", number="INV/2026/000002", day="2026-05-01"
    )
    assert to_json(ledger.find("INV/2026/000002")) == before
    assert ledger.find(note.number) == note
    assert ledger.notes_on("INV/2026/000002") == [note]
    assert ledger.metadata(note.number)["establishment"] == "shop"


def test_the_deed_is_a_batch_of_one_and_an_entry_of_the_audit_trail(
    ledger: DatabaseLedger, sold: list[Invoice]
) -> None:
    note = cancel(ledger, sold[0].number)
    assert [(batch.number, batch.size) for batch in ledger.batches()] == [(1, 3), (2, 1)]
    trail = list(ledger.audit_trail())
    assert not verify_trail(trail)
    assert (trail[-1].deed, trail[-1].actor) == ("cancel_invoice", "Asha")
    told = {"batch": 2, "number": sold[0].number, "note": note.number, "reason": "Order withdrawn"}
    assert json.loads(trail[-1].details) == told


def test_a_cancelled_number_stays_accounted_for(ledger: DatabaseLedger, sold: list[Invoice]) -> None:
    for one in sold:
        cancel(ledger, one.number)
    accounts = {account.series: account for account in ledger.accounts()}
    for series in ("INV/{fy}/{n:06}", "CRN/{fy}/{n:06}"):
        assert (accounts[series].issued, accounts[series].void, accounts[series].missing) == (3, 0, ())


def test_it_is_cancelled_once(ledger: DatabaseLedger, sold: list[Invoice]) -> None:
    note = cancel(ledger, sold[0].number)
    with pytest.raises(AlreadyCredited, match=note.number):
        cancel(ledger, sold[0].number)
    assert len(ledger.batches()) == 2
    assert not ledger.void_numbers()


def test_of_many_who_cancel_it_at_once_one_does(url: str, ledger: DatabaseLedger, sold: list[Invoice]) -> None:
    clerks = 4

    def one_clerk(_hand: int) -> list[str]:
        done = []
        with open_ledger(url) as books:
            for invoice in sold:
                together.wait()
                try:
                    done.append(cancel(books, invoice.number).number)
                except AlreadyCredited:
                    done.append("")
        return done

    together = Barrier(clerks)
    with ThreadPoolExecutor(clerks) as pool:
        outcomes = list(pool.map(one_clerk, range(clerks)))
    for place, invoice in enumerate(sold):
        made = [outcome[place] for outcome in outcomes if outcome[place]]
        assert [note.number for note in ledger.notes_on(invoice.number)] == made
        assert len(made) == 1
    assert all(account.missing == () for account in ledger.accounts())
    assert not verify_trail(ledger.audit_trail())


def test_earlier_notes_leave_less_to_credit(
    ledger: DatabaseLedger, issue: Issue, make_config: Configure, make_sales: Sell, correct: Correct
) -> None:
    sales = make_sales(7)
    part = correct(sales, 6)
    some = (replace(part.supply.lines[0], quantity=Decimal(2)),)
    issue(make_config(), [*sales, replace(part, supply=replace(part.supply, lines=some))])
    note = cancel(ledger, "INV/2026/000007")
    assert [line.quantity for line in note.supply.lines] == [Decimal(5)]
    assert note.tax.totals.grand_total == 5 * Decimal("12.35")
    with pytest.raises(AlreadyCredited, match="CRN/2026/000001, CRN/2026/000002"):
        cancel(ledger, "INV/2026/000007")


def test_an_invoice_that_was_credited_whole_has_nothing_left(
    ledger: DatabaseLedger, issue: Issue, make_config: Configure, make_sales: Sell, correct: Correct
) -> None:
    sales = make_sales(2)
    issue(make_config(), [*sales, correct(sales, 0)])
    with pytest.raises(AlreadyCredited, match="CRN/2026/000001"):
        cancel(ledger, "INV/2026/000001")


def test_a_debit_note_is_not_swallowed(
    ledger: DatabaseLedger, issue: Issue, make_config: Configure, make_sales: Sell, correct: Correct
) -> None:
    sales = make_sales(1)
    issue(make_config(), [*sales, correct(sales, 0, NoteKind.DEBIT)])
    with pytest.raises(DebitNoteStands, match="DBN/2026/000001"):
        cancel(ledger, "INV/2026/000001")
    cancel(ledger, "INV/2026/000001", leave_debit_notes=True)
    *_, entry = ledger.audit_trail()
    assert json.loads(entry.details)["debit_notes_left"] == "DBN/2026/000001"


@pytest.mark.parametrize("kind", NoteKind)
def test_a_note_is_not_cancelled(
    kind: NoteKind, ledger: DatabaseLedger, issue: Issue, make_config: Configure, make_sales: Sell, correct: Correct
) -> None:
    sales = make_sales(1)
    note = issue(make_config(), [*sales, correct(sales, 0, kind)])[1]
    with pytest.raises(NoteNotCancelled, match="on INV/2026/000001"):
        cancel(ledger, note.number)


def test_an_unknown_number_is_refused(ledger: DatabaseLedger, sold: list[Invoice]) -> None:
    with pytest.raises(InvoiceUnknown, match="INV/2026/000004"):
        cancel(ledger, "INV/2026/000004")


def test_a_note_is_not_before_its_invoice(ledger: DatabaseLedger, sold: list[Invoice]) -> None:
    with pytest.raises(NoteTooEarly, match="2026-05-01"):
        cancel(ledger, sold[0].number, day=date(2026, 4, 30))
    note = cancel(ledger, sold[2].number, day=date(2026, 5, 1), at=AT.replace(hour=1))
    assert note.supply.tax_point == sold[2].supply.tax_point, "on the same day not at an earlier hour"


@pytest.mark.parametrize("reason", ["", "   ", "two\nlines", "x" * 201])
def test_a_reason_is_one_line_of_words(reason: str, ledger: DatabaseLedger, sold: list[Invoice]) -> None:
    with pytest.raises(InputRefused) as refused:
        cancel(ledger, sold[0].number, reason=reason)
    assert refused.value.findings[0].code == "reason.malformed"


def test_a_law_that_is_not_installed_is_named(
    ledger: DatabaseLedger, issue: Issue, make_config: Configure, make_sales: Sell
) -> None:
    (invoice,) = issue(make_config("tithe"), make_sales(1))
    with pytest.raises(StrategyUnknown, match="tithe"):
        cancel(ledger, invoice.number)


def test_a_note_has_the_series_of_its_establishment_and_the_year_of_its_own_day(
    ledger: DatabaseLedger, issue: Issue, make_sales: Sell, laws: dict[str, TaxStrategy]
) -> None:
    shop = {"key": "shop", "strategy": "tithe", "gapless": True, "series": {"credit_note": "R/{fy}/{n:04}"}}
    config = SimulationConfig.model_validate({"business": {"establishments": [shop]}})
    (invoice,) = issue(config, make_sales(1))
    note = cancel_invoice(ledger, invoice.number, laws, at=AT, day=date(2027, 4, 1), reason="Void", actor="Asha")
    assert note.number == "R/27-28/0001"
    assert ledger.metadata(note.number)["gapless"] == "yes"


def test_books_that_do_not_say_the_series_are_told_it(ledger: DatabaseLedger, sold: list[Invoice]) -> None:
    old = replace(sold[0], number="OLD-1", series="OLD-{n:1}")
    ledger.transact(lambda journal: journal.record("0" * 16, AT, [Entry(old, "all", 1, {})]))
    with pytest.raises(NoteSeriesUnknown, match=re.escape("CRN/{fy}/{n:06}")):
        cancel(ledger, "OLD-1")
    assert cancel(ledger, "OLD-1", series="OC{n:04}").number == "OC0001"
    with pytest.raises(NoteSeriesKnown, match=re.escape("CRN/{fy}/{n:06}, as the books say")):
        cancel(ledger, sold[0].number, series="OC{n:04}")


def test_another_tenants_invoice_is_unknown(url: str, ledger: DatabaseLedger, sold: list[Invoice]) -> None:
    with open_ledger(url, "other") as others, pytest.raises(InvoiceUnknown):
        cancel(others, sold[0].number)
    assert ledger.notes_on(sold[0].number) == []


def everywhere() -> SimulationConfig:
    """Desks under every law that has rates of its own: prices with and without tax, exports, zones, reverse charge."""
    buyers = {"business": 0.6, "other_region": 0.4, "abroad": 0.15}
    india = {"strategy": "gst", "region": "27", "buyers": {**buyers, "sez": 0.2}}
    desks: list[dict[str, Any]] = [
        {**india, "key": "plain", "reverse_charge": 0.3},
        {**india, "key": "rupees", "round_to": 1, "letter_of_undertaking": "AD270426000000A"},
        {**india, "key": "counter", "round_to": 1, "prices_include_tax": True},
        {**india, "key": "whole", "rounder": "component_whole"},
        {**india, "key": "small", "registration": "composition", "buyers": {"business": 0.5, "other_region": 0}},
        {"strategy": "none", "key": "cash", "country": "IN", "region": "27", "currency": "INR", "round_to": 1},
    ]
    for code in GULF:
        gulf = {"strategy": code, "buyers": buyers, "price_factor": "0.05"}
        desks += [{**gulf, "key": code}, {**gulf, "key": f"{code}-in", "prices_include_tax": True, "round_to": "0.05"}]
    for place, desk in enumerate(desks):
        kinds = {"invoice": "I", "bill_of_supply": "B", "credit_note": "C", "debit_note": "D"}
        desk["series"] = {kind: f"{letter}{place:02}/{{n:05}}" for kind, letter in kinds.items()}
    about: dict[str, Any] = {"count": 300, "credit_note_rate": 0.1, "first_day": "2025-08-01", "last_day": "2026-03-31"}
    about["products"] = {"most_sold": ["Cola, 2 L bottle", "Lemonade, aerated, 750 ml"]}  # with a cess until 2025-09-21
    return SimulationConfig.model_validate({"business": {"establishments": desks}, **about})


def test_under_every_law_a_cancelled_invoice_comes_to_nothing(ledger: DatabaseLedger, issue: Issue) -> None:
    """Every tax, every value and the round-off, line by line; of those with a note already, all quantities."""
    goods = list(read_catalogue((ROOT / "examples" / "catalogue.xlsx").read_bytes()).products)
    goods[::9] = [replace(one, tax_category=TaxCategory.OUT_OF_SCOPE) for one in goods[::9]]
    config = everywhere()
    issued = issue(config, simulate(config, goods, LAWS))
    earlier = {one.supply.correction.number: one for one in issued if one.supply.correction}
    invoices = [one for one in issued if not one.supply.correction]
    for invoice in invoices:
        try:
            note = cancel(ledger, invoice.number)
        except AlreadyCredited:
            assert earlier[invoice.number].tax.totals == invoice.tax.totals
            continue
        assert note.kind is DocumentKind.CREDIT_NOTE
        assert note.number.startswith(f"C{invoice.number[1:4]}")
        if invoice.number in earlier:
            both = [*earlier[invoice.number].supply.lines, *note.supply.lines]
            assert sum(line.quantity for line in both) == sum(line.quantity for line in invoice.supply.lines)
        else:
            assert_mirrors(invoice, note, LAWS[invoice.strategy])
    assert {one.strategy for one in invoices} == {"gst", "none", *GULF}
    assert {one.tax.rounder for one in invoices} == {*Rounder}
    assert {line.charge.treatment for one in invoices for line in one.tax.lines} >= {*Treatment}
    assert {tax for one in invoices for tax in one.tax.totals.taxes} == {"CGST", "SGST", "IGST", "CESS", "VAT"}
    assert all(account.missing == () for account in ledger.accounts())


def assert_mirrors(invoice: Invoice, note: Invoice, law: TaxStrategy) -> None:
    """Equal amounts under opposite names; and the law by itself, asked anew, says the same."""
    assert (note.tax.lines, note.tax.summary, note.tax.totals) == (
        invoice.tax.lines,
        invoice.tax.summary,
        invoice.tax.totals,
    )
    again = law.assess(TaxContext(note.supply, note.tax.rounder))
    assert again == note.tax


def worked_examples() -> Iterator[tuple[str, TaxStrategy, TaxContext]]:
    """The sales of every worked example: cess, retail prices, foreign money, prepayments, charges, cash steps."""
    for file in ("gst_golden.json", "more_gst.json"):
        for example in read_examples(file):
            yield example["id"], LAWS["gst"], TaxContext(GstExample.read(example, "").supply())
    for file in ("vat_golden.json", "more_vat.json"):
        for example in read_examples(file):
            for code in ("vat", *GULF):
                yield f"{example['id']} {code}", LAWS[code], VatExample.read(example, "").context()


def read_examples(file: str) -> list[dict[str, Any]]:
    document = json.loads((ROOT / "tests" / "golden" / file).read_text("utf-8"), parse_float=Decimal)
    examples: list[dict[str, Any]] = document["examples"] if isinstance(document, dict) else document
    return examples


@pytest.mark.parametrize(
    ("law", "context"),
    [
        pytest.param(law, context, id=name)
        for name, law, context in worked_examples()
        if context.supply.correction is None
    ],
)
def test_every_worked_example_is_taken_back_to_the_last_minor_unit(law: TaxStrategy, context: TaxContext) -> None:
    tax = law.assess(context)
    sold = Invoice("A-1", "A-{n:1}", law.code, 0, "0" * 16, context.supply, tax)
    correction = Correction(NoteKind.CREDIT, "Order withdrawn", number="A-1", day=sold.day.isoformat())
    later = context.supply.tax_point + timedelta(days=40)
    supply = replace(context.supply, tax_point=later, correction=correction)
    note = replace(sold, number="C-1", supply=supply, tax=tax_taken_back(law, sold, supply))
    assert_mirrors(sold, note, law)


def indian(issue: Issue, day: str, **establishment: object) -> Invoice:
    """An invoice of a shop in Mumbai of that day."""
    goods = read_catalogue((ROOT / "examples" / "catalogue.xlsx").read_bytes()).products
    shop = {"key": "shop", "strategy": "gst", "region": "27", "buyers": {"other_region": 0}, **establishment}
    about = {"count": 1, "first_day": day, "last_day": day}
    config = SimulationConfig.model_validate({"business": {"establishments": [shop]}, **about})
    (invoice,) = issue(config, simulate(config, goods, LAWS))
    return invoice


def test_india_lets_a_supply_be_credited_until_the_end_of_november(ledger: DatabaseLedger, issue: Issue) -> None:
    invoice = indian(issue, "2026-03-31")
    with pytest.raises(NoteTooLate, match=r"until 2026-11-30 by CGST Act 2017, s\.34\(2\)"):
        cancel(ledger, invoice.number, day=date(2026, 12, 1))
    assert cancel(ledger, invoice.number, day=date(2026, 11, 30)).number == "CRN/26-27/000001"


def test_what_bore_no_tax_may_be_credited_later(ledger: DatabaseLedger, issue: Issue) -> None:
    """s.34 speaks of tax invoices; a composition dealer's bill of supply is none."""
    bill = indian(issue, "2026-03-31", registration="composition")
    assert bill.kind is DocumentKind.BILL_OF_SUPPLY
    assert cancel(ledger, bill.number, day=date(2027, 6, 1)).day == date(2027, 6, 1)
