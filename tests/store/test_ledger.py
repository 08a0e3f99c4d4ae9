"""What is entered is what is read; every number is on an invoice, or void with its reason."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from ledgerflow.billing.errors import InvoiceNumberCollisionException, InvoiceUnknown
from ledgerflow.billing.numbering import NumberSeries
from ledgerflow.billing.tax import DocumentKind, TaxStrategy
from ledgerflow.issuing.audit import verify_trail
from ledgerflow.issuing.batch import issue_batch
from ledgerflow.issuing.ports import Journal
from ledgerflow.issuing.records import VoidNumber
from ledgerflow.simulation.config import SimulationConfig
from ledgerflow.simulation.simulate import Sale
from ledgerflow.store.database import open_engine
from ledgerflow.store.ledger import DatabaseLedger
from ledgerflow.store.opening import open_ledger
from ledgerflow.store.rows import Row

AT = datetime(2026, 11, 1, tzinfo=UTC)
Issue = Callable[[int], None]


@pytest.fixture
def issue(
    ledger: DatabaseLedger,
    laws: dict[str, TaxStrategy],
    make_config: Callable[..., SimulationConfig],
    make_sales: Callable[..., list[Sale]],
) -> Issue:
    def run(size: int) -> None:
        sales = make_sales(size, step=timedelta(hours=3))
        issue_batch(make_config("tithe"), sales, laws, ledger, "cafe", at=AT, actor="Asha")

    return run


def test_invoices_come_back_as_they_were_page_after_page(ledger: DatabaseLedger, issue: Issue) -> None:
    issue(1234)
    issue(3)
    invoices = list(ledger.invoices())
    assert [invoice.position for invoice in invoices] == [*range(1234), *range(3)]
    assert len({invoice.number for invoice in invoices}) == 1237
    assert [invoice.number for invoice in ledger.invoices(batch=2)] == [f"INV/26-27/{n:06}" for n in (1235, 1236, 1237)]
    assert ledger.find("INV/26-27/000777") == invoices[776]


def test_invoices_are_found_by_day_and_kind(ledger: DatabaseLedger, issue: Issue) -> None:
    issue(30)
    first, last = date(2026, 5, 3), date(2026, 5, 4)
    chosen = list(ledger.invoices(first_day=first, last_day=last))
    assert chosen == [invoice for invoice in ledger.invoices() if first <= invoice.day <= last]
    assert {invoice.day for invoice in chosen} == {first, last}
    assert list(ledger.invoices(kind=DocumentKind.CREDIT_NOTE)) == []
    assert len(list(ledger.invoices(kind=DocumentKind.TAX_INVOICE, batch=1))) == 30


def test_an_unknown_number_is_said_to_be_unknown(ledger: DatabaseLedger) -> None:
    with pytest.raises(InvoiceUnknown, match="There is no invoice X1"):
        ledger.find("X1")


def test_columns_hold_whole_minor_units(url: str, ledger: DatabaseLedger, issue: Issue) -> None:
    issue(7)
    totals = [invoice.tax.totals for invoice in ledger.invoices()]
    engine = open_engine(url, as_owner=True)
    with engine.connect() as connection:
        columns = "SUM(taxable_value), SUM(tax), SUM(payable), MIN(currency), MIN(kind), MIN(buyer), MAX(retry_count)"
        sums = connection.execute(text(f"SELECT {columns} FROM invoices")).one()
    engine.dispose()
    assert tuple(sums[:3]) == tuple(
        100 * sum(amounts) for amounts in zip(*((t.taxable_value, t.tax, t.payable) for t in totals), strict=True)
    )
    assert tuple(sums[3:]) == ("INR", "tax_invoice", "Buyer 0", 0)


def test_a_ledger_opened_again_holds_what_it_held(url: str, ledger: DatabaseLedger, issue: Issue) -> None:
    issue(4)
    with open_ledger(url) as again:
        assert list(again.invoices()) == list(ledger.invoices())
        assert again.batches() == ledger.batches()
        assert list(again.audit_trail()) == list(ledger.audit_trail())


@pytest.mark.requirement("FR-1.1")
def test_every_number_taken_is_on_an_invoice_or_void(ledger: DatabaseLedger, issue: Issue) -> None:
    issue(3)
    series, period = "INV/{fy}/{n:06}", "26-27"
    lost = [VoidNumber(f"INV/26-27/{n:06}", series, period, n, "the printer ran dry") for n in (4, 5)]

    def give_up(journal: Journal) -> None:
        assert journal.reserve(NumberSeries(series), period, 2).first == 4
        journal.void(lost)

    ledger.transact(give_up)
    issue(1)
    assert ledger.void_numbers() == lost
    explained = {number.number for number in lost} | {invoice.number for invoice in ledger.invoices()}
    assert explained == {f"INV/26-27/{n:06}" for n in range(1, ledger.last(series, period) + 1)}


def test_a_number_cannot_be_void_twice(url: str) -> None:
    void = VoidNumber("A1", "A{n:01}", "all", 1, "torn")
    with open_ledger(url, sleep=lambda _pause: None) as ledger:
        ledger.transact(lambda journal: journal.void([void]))
        with pytest.raises(InvoiceNumberCollisionException, match="A1"):
            ledger.transact(lambda journal: journal.void([replace(void, reason="again")]))


@pytest.mark.requirement("NFR.1")
def test_a_change_behind_the_back_of_the_ledger_shows(url: str, ledger: DatabaseLedger, issue: Issue) -> None:
    for size in (1, 2, 3):
        issue(size)
    assert not verify_trail(ledger.audit_trail())
    engine = open_engine(url, as_owner=True)
    with engine.begin() as connection:
        whose = " ON audit" if engine.dialect.name == "postgresql" else ""
        connection.execute(text(f"DROP TRIGGER audit_refuses_update{whose}"))
        connection.execute(text("UPDATE audit SET actor = 'Bina' WHERE sequence = 2"))
    engine.dispose()
    assert [fault.sequence for fault in verify_trail(ledger.audit_trail())] == [2]


@pytest.mark.requirement("NFR.1")
@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("audit", "actor = 'Bina'"),
        ("void_numbers", "reason = ''"),
        ("invoices", "document = '{}'"),
        ("invoices", "payable = 1"),
        ("invoices", "number = 'X' || position"),
    ],
)
def test_what_is_entered_stays_as_it_is(
    url: str, ledger: DatabaseLedger, issue: Issue, table: str, change: str
) -> None:
    issue(2)
    ledger.transact(lambda journal: journal.void([VoidNumber("X1", "X{n:01}", "all", 1, "torn")]))
    engine = open_engine(url, as_owner=True)
    statements = [f"UPDATE {table} SET {change}", f"DELETE FROM {table}"]
    if engine.dialect.name == "postgresql":
        statements.append(f"TRUNCATE {table} CASCADE")
    else:
        columns = [column.name for column in Row.metadata.tables[table].columns]
        changed = [change.partition(" = ")[2] if change.startswith(f"{name} ") else name for name in columns]
        statements.append(f"INSERT OR REPLACE INTO {table} SELECT {', '.join(changed)} FROM {table}")
    with engine.connect() as connection:
        rows = connection.execute(text(f"SELECT * FROM {table}")).all()
        connection.rollback()
        for statement in statements:
            with pytest.raises(IntegrityError, match=f"what is entered in {table} stays as it is"):
                connection.exec_driver_sql(statement)
            connection.rollback()
        assert connection.execute(text(f"SELECT * FROM {table}")).all() == rows
    engine.dispose()
