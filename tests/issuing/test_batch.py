"""A batch is issued whole or not at all, numbered without gap or double, and can be repeated."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from ledgerflow.billing.catalogue import Product, TaxCategory
from ledgerflow.billing.errors import (
    InvoiceNumberCollisionException,
    NumberSeriesExhausted,
    NumberSeriesInvalid,
    StrategyUnknown,
)
from ledgerflow.billing.invoice import Invoice
from ledgerflow.billing.numbering import NumberSeries
from ledgerflow.billing.supply import NoteKind
from ledgerflow.billing.tax import DocumentKind, Rounder, TaxStrategy
from ledgerflow.issuing.batch import generation_id, issue_batch
from ledgerflow.issuing.ports import Ledger
from ledgerflow.issuing.records import Batch
from ledgerflow.simulation.config import SimulationConfig
from ledgerflow.simulation.simulate import Sale
from ledgerflow.store.ledger import DatabaseLedger
from ledgerflow.store.opening import open_ledger

AT = datetime(2026, 11, 1, 12, tzinfo=UTC)
Configure = Callable[..., SimulationConfig]
Sell = Callable[..., list[Sale]]
Correct = Callable[..., Sale]
Issue = Callable[..., Batch]


@pytest.fixture
def issue(laws: dict[str, TaxStrategy]) -> Issue:
    def run(config: SimulationConfig, sales: list[Sale], ledger: Ledger) -> Batch:
        return issue_batch(config, sales, laws, ledger, "0123456789abcdef", at=AT, actor="Asha")

    return run


def numbers(invoices: Iterable[Invoice]) -> list[str]:
    return [invoice.number for invoice in invoices]


def untouched(ledger: Ledger) -> bool:
    return not ledger.batches() and not list(ledger.invoices()) and not list(ledger.audit_trail())


@pytest.mark.requirement("FR-1.3")
def test_the_position_gives_the_number(
    issue: Issue, make_config: Configure, make_sales: Sell, ledger: DatabaseLedger
) -> None:
    batch = issue(make_config(invoice="A{n:03}"), make_sales(12), ledger)
    assert batch == Batch(number=1, generation_id="0123456789abcdef", issued_at=AT, size=12)
    invoices = list(ledger.invoices(batch=1))
    assert [(one.position, one.number) for one in invoices] == [(p, f"A{p + 1:03}") for p in range(12)]
    assert {one.generation_id for one in invoices} == {"0123456789abcdef"}


@pytest.mark.requirement("FR-1.3")
def test_numbers_follow_the_days_even_if_sales_do_not(
    issue: Issue, make_config: Configure, make_sales: Sell, ledger: DatabaseLedger
) -> None:
    issue(make_config(), list(reversed(make_sales(40))), ledger)
    by_number = sorted(ledger.invoices(), key=lambda invoice: invoice.number)
    days = [invoice.day for invoice in by_number]
    assert days == sorted(days)
    assert len(set(days)) > 5


@pytest.mark.requirement("FR-1.1")
def test_the_next_batch_goes_on_where_the_last_one_ended(
    issue: Issue, make_config: Configure, make_sales: Sell, ledger: DatabaseLedger
) -> None:
    config = make_config(invoice="INV/{fy}/{n:04}")
    batches = [issue(config, make_sales(size), ledger) for size in (3, 1, 5)]
    assert [batch.number for batch in batches] == [1, 2, 3]
    assert numbers(ledger.invoices()) == [f"INV/2026/{n:04}" for n in range(1, 10)]
    assert ledger.last("INV/{fy}/{n:04}", "2026") == 9


def test_the_same_sales_make_the_same_invoices_on_another_ledger(
    issue: Issue, make_config: Configure, make_sales: Sell, tmp_path: Path
) -> None:
    books = []
    for name in ("one.db", "two.db"):
        with open_ledger(f"sqlite:///{tmp_path / name}") as ledger:
            issue(make_config("tithe"), make_sales(30), ledger)
            books.append(list(ledger.invoices()))
    assert books[0] == books[1]


@pytest.mark.requirement("FR-1.4")
def test_a_batch_over_the_first_of_april_has_numbers_of_two_years(
    issue: Issue, make_config: Configure, make_sales: Sell, ledger: DatabaseLedger
) -> None:
    sales = make_sales(5, first=datetime(2026, 3, 30, 22), step=timedelta(days=1))
    issue(make_config("tithe", invoice="I/{fy}/{n:03}"), sales, ledger)
    assert numbers(ledger.invoices()) == [
        "I/25-26/001", "I/25-26/002", "I/26-27/001", "I/26-27/002", "I/26-27/003",
    ]  # fmt: skip


@pytest.mark.requirement("FR-1.4")
def test_a_series_that_would_run_out_is_refused_and_nothing_is_written(
    issue: Issue, make_config: Configure, make_sales: Sell, ledger: DatabaseLedger
) -> None:
    config = make_config("tithe", invoice="Z{n:01}", bill_of_supply="B{n:03}")
    exempt = make_sales(4, category=TaxCategory.EXEMPT)
    with pytest.raises(NumberSeriesExhausted, match=r"Z\{n:01\} has 9 number\(s\) left in all, and 10 are asked for"):
        issue(config, exempt + make_sales(10), ledger)
    assert untouched(ledger)
    assert ledger.last("Z{n:01}", "all") == 0
    assert all(account.void == account.issued + account.void for account in ledger.accounts()), "given back, so void"
    issue(config, make_sales(9), ledger)
    with pytest.raises(NumberSeriesExhausted, match="has 0"):
        issue(config, make_sales(1), ledger)
    assert ledger.last("Z{n:01}", "all") == 9


def test_a_letter_rolls_on_when_the_digits_are_used_up(
    issue: Issue, make_config: Configure, make_sales: Sell, ledger: DatabaseLedger
) -> None:
    issue(make_config(invoice="{roll}{n:01}"), make_sales(11), ledger)
    assert numbers(ledger.invoices())[7:] == ["A8", "A9", "B1", "B2"]


def test_a_note_names_the_invoice_it_corrects(
    issue: Issue, make_config: Configure, make_sales: Sell, correct: Correct, ledger: DatabaseLedger
) -> None:
    sales = make_sales(6)
    sales += [correct(sales, 4), correct(sales, 2, NoteKind.DEBIT)]
    issue(make_config("tithe"), sales, ledger)
    *invoices, credit, debit = ledger.invoices()
    for note, number, corrected in ((credit, "CRN/26-27/000001", 4), (debit, "DBN/26-27/000001", 2)):
        assert note.number == number
        assert note.supply.correction is not None
        assert note.supply.correction.number == invoices[corrected].number
        assert note.supply.correction.day == invoices[corrected].day.isoformat()
        assert note.tax.answers["corrected_day"] == note.supply.correction.day, "the law knew the day"
    assert list(ledger.invoices(kind=DocumentKind.CREDIT_NOTE)) == [credit]


def test_a_note_on_an_invoice_of_elsewhere_keeps_what_it_says(
    issue: Issue, make_config: Configure, make_sales: Sell, correct: Correct, ledger: DatabaseLedger
) -> None:
    sales = make_sales(1)
    note = correct(sales, 0)
    assert note.supply.correction is not None
    elsewhere = replace(note.supply.correction, position=None, number="OLD-7", day="2025-12-31")
    issue(make_config("tithe"), [replace(note, supply=replace(note.supply, correction=elsewhere))], ledger)
    assert ledger.find("CRN/26-27/000001").supply.correction == elsewhere


def test_every_kind_of_document_has_its_own_series(
    issue: Issue, make_config: Configure, make_sales: Sell, ledger: DatabaseLedger
) -> None:
    sales = make_sales(2) + make_sales(2, category=TaxCategory.EXEMPT)
    issue(make_config("tithe", invoice="I{n:02}", bill_of_supply="B{n:02}"), sales, ledger)
    assert numbers(ledger.invoices()) == ["I01", "I02", "B01", "B02"]
    assert {one.series for one in ledger.invoices()} == {"I{n:02}", "B{n:02}"}


def test_the_look_comes_from_the_establishment_and_the_country(
    laws: dict[str, TaxStrategy], make_sales: Sell, ledger: DatabaseLedger
) -> None:
    places = [
        {"key": "shop", "strategy": "tithe", "digits": "arabic-indic", "rounder": "document"},
        {"key": "stall", "strategy": "tithe", "language": "en", "accent": "#112233"},
    ]
    config = SimulationConfig.model_validate({"business": {"establishments": places}})
    first, second = make_sales(2)
    issue_batch(config, [first, replace(second, establishment="stall")], laws, ledger, "0", at=AT, actor="Asha")
    shop, stall = ledger.invoices()
    assert (shop.presentation.language, shop.presentation.digits) == ("ar", "arabic-indic")
    assert shop.presentation.tax_number_label == "Tithe No."
    assert shop.tax.rounder is Rounder.DOCUMENT
    assert (stall.presentation.language, stall.presentation.accent) == ("en", "#112233")
    assert numbers([shop, stall]) == ["INV/26-27/000001", "INV/26-27/000002"], "one series for both"


def test_what_cannot_be_issued_is_refused_before_the_ledger_is_touched(
    issue: Issue, make_config: Configure, make_sales: Sell, ledger: DatabaseLedger
) -> None:
    with pytest.raises(StrategyUnknown, match=r"'vat-xx'\. Installed are: none, tithe"):
        issue(make_config("vat-xx"), make_sales(1), ledger)
    with pytest.raises(NumberSeriesInvalid, match="which the law does not allow"):
        issue(make_config("tithe", credit_note="CREDIT-NOTE/{fy}/{n:06}"), make_sales(1), ledger)
    assert untouched(ledger)


@pytest.mark.requirement("NFR.1")
def test_the_audit_entry_stands_or_falls_with_the_batch(
    laws: dict[str, TaxStrategy], make_config: Configure, make_sales: Sell, ledger: DatabaseLedger
) -> None:
    sales = make_sales(3)
    without_a_zone = AT.replace(tzinfo=None)
    with pytest.raises(ValueError, match="zone"):
        issue_batch(make_config(), sales, laws, ledger, "0", at=without_a_zone, actor="Asha")
    assert untouched(ledger)
    first = ledger.last("INV/{fy}/{n:06}", "2026") + 1
    assert first == 1 + len(ledger.void_numbers()), "what was taken is given back, or void"
    issue_batch(make_config(), sales, laws, ledger, "0", at=AT, actor="Asha")
    (entry,) = ledger.audit_trail()
    assert (entry.sequence, entry.at, entry.actor, entry.deed) == (1, AT.isoformat(), "Asha", "issue_batch")
    assert f'"INV/2026/{first:06} to INV/2026/{first + 2:06}"' in entry.details


def test_progress_is_told_of_each_sale(
    laws: dict[str, TaxStrategy], make_config: Configure, make_sales: Sell, ledger: DatabaseLedger
) -> None:
    told: list[tuple[str, int, int]] = []

    def progress(doing: str, done: int, total: int) -> None:
        told.append((doing, done, total))

    issue_batch(make_config(), make_sales(2), laws, ledger, "0", at=AT, actor="Asha", progress=progress)
    assert told == [("assess", 1, 2), ("assess", 2, 2), ("record", 2, 2)]


@pytest.mark.requirement("FR-1.2")
def test_a_number_that_stays_taken_is_a_collision_after_three_attempts(
    issue: Issue, make_config: Configure, make_sales: Sell, url: str
) -> None:
    pauses: list[float] = []
    with open_ledger(url, sleep=pauses.append) as ledger:
        issue(make_config(invoice="INV/2026/{n:03}"), make_sales(9), ledger)
        with pytest.raises(InvoiceNumberCollisionException, match=r"INV/2026/00\d is already taken .* 3 attempts"):
            issue(make_config(invoice="INV/{fy}/{n:03}"), make_sales(3), ledger)
        assert pauses == [0.05, 0.1]
        assert ledger.collisions == 3
        assert [batch.size for batch in ledger.batches()] == [9]
        assert ledger.last("INV/{fy}/{n:03}", "2026") == len(ledger.void_numbers()) == (9 if "postgres" in url else 0)


@pytest.mark.requirement("FR-1.2")
def test_a_number_that_comes_free_costs_only_a_retry(
    issue: Issue, make_config: Configure, make_sales: Sell, url: str
) -> None:
    def somebody_goes_on(_pause: float) -> None:
        with open_ledger(url) as other:
            other.transact(lambda journal: journal.reserve(NumberSeries("INV/{fy}/{n:03}"), "2026", 1))

    with open_ledger(url, sleep=somebody_goes_on) as ledger:
        issue(make_config(invoice="INV/2026/{n:03}"), make_sales(1), ledger)
        assert issue(make_config(invoice="INV/{fy}/{n:03}"), make_sales(2), ledger).retries == 1
        made, void = numbers(ledger.invoices()), [one.number for one in ledger.void_numbers()]
        assert made[0] == "INV/2026/001"
        assert sorted({*made, *void}) == [f"INV/2026/{n:03}" for n in range(1, 6 if "postgres" in url else 4)]
        assert [batch.retries for batch in ledger.batches()] == [0, 1]


def test_two_series_of_one_batch_that_write_alike_are_a_collision(
    laws: dict[str, TaxStrategy], make_sales: Sell, url: str
) -> None:
    places = [
        {"key": "shop", "strategy": "none", "series": {"invoice": "A-{n:02}"}},
        {"key": "stall", "strategy": "none", "series": {"invoice": "{roll}-{n:02}"}},
    ]
    config = SimulationConfig.model_validate({"business": {"establishments": places}})
    first, second = make_sales(2)
    sales = [first, replace(second, establishment="stall")]
    with open_ledger(url, sleep=lambda _pause: None) as ledger:
        with pytest.raises(InvoiceNumberCollisionException, match=r"A-0\d"):
            issue_batch(config, sales, laws, ledger, "0", at=AT, actor="Asha")
        assert untouched(ledger)


def test_the_generation_id_follows_from_configuration_and_catalogue(make_config: Configure) -> None:
    tea = Product("T1", "Tea", Decimal("12.35"))
    made = generation_id(make_config(), [tea])
    assert made == generation_id(make_config(), [tea])
    assert len(made) == 16
    assert int(made, 16)
    others = [
        generation_id(make_config().model_copy(update={"seed": 2}), [tea]),
        generation_id(make_config("tithe"), [tea]),
        generation_id(make_config(), [replace(tea, price=Decimal("12.36"))]),
        generation_id(make_config(), []),
    ]
    assert len({made, *others}) == 5
