"""The way back: the earlier books as they were, and a refusal where it would lose what came later."""

from collections.abc import Callable
from functools import partial
from importlib.metadata import entry_points

import pytest
from tests.store.migrations.conftest import AT, Carried, Shelf
from tests.store.migrations.earlier_books import Book, query, read
from tests.store.neighbours import job

from ledgerflow.billing.errors import LedgerMissing, LedgerOutdated
from ledgerflow.billing.numbering import NumberSeries
from ledgerflow.issuing.audit import verify_trail
from ledgerflow.issuing.batch import issue_batch
from ledgerflow.issuing.jobs import Chunk, Failure, Job
from ledgerflow.issuing.ports import Journal
from ledgerflow.simulation.config import SimulationConfig
from ledgerflow.simulation.simulate import Sale
from ledgerflow.store.opening import open_ledger
from ledgerflow.store.schema import DataWouldBeLost, RevisionUnknown, current, downgrade, drift, upgrade

pytestmark = pytest.mark.requirement("MIG-2")


@pytest.fixture
def issued(
    shelf: Shelf,
    short: Carried,
    make_config: Callable[..., SimulationConfig],
    make_sales: Callable[..., list[Sale]],
) -> str:
    """Books that were carried over; since then a batch was issued and a block reserved there, and for a newcomer."""
    url = shelf.copy(short.url)
    laws = {"none": entry_points(group="ledgerflow.tax_strategies")["none"].load()}
    for tenant in ("asha", "newcomer"):
        with open_ledger(url, tenant) as ledger:
            issue_batch(make_config(), make_sales(3), laws, ledger, "0", at=AT, actor="Asha")
            ledger.transact(lambda journal: journal.reserve_block(NumberSeries("R{n:03}"), "all", 2, AT, "a clerk"))
    return url


def test_all_the_way_back_every_row_is_as_it_was(shelf: Shelf, carried: Carried, template: str, book: Book) -> None:
    """Step by step, each with its numbers, and the rows that a program of that time reads."""
    url = shelf.copy(carried.url)
    downgrade(url, "0003")
    fresh = {int(one.id): one.after for one in carried.said.changes if one.what == "number"}
    numbers = {own: number for own, number in query(url, "SELECT id, invoice_number FROM invoices")}
    assert numbers == {int(str(row[0])): fresh.get(int(str(row[0])), row[3]) for row in book["invoices"]}
    for revision in ("0002", "0001", "0000"):
        downgrade(url, revision)
        assert current(url) == revision
    assert read(url) == read(template)


def test_back_and_forward_again_is_the_same(shelf: Shelf, short: Carried) -> None:
    url = shelf.copy(short.url)
    downgrade(url, "0000")
    assert upgrade(url, at=AT) == short.said
    assert drift(url) == []
    for query_ in ("SELECT * FROM invoices ORDER BY tenant, position", "SELECT * FROM audit ORDER BY tenant, sequence"):
        assert query(url, query_) == query(short.url, query_)


def test_what_came_later_is_not_lost_unasked(issued: str) -> None:
    query(issued, "UPDATE configurations SET realism_profile = 'basic' WHERE tenant = 'delta' AND name = 'plan 0'")
    before = query(issued, "SELECT * FROM invoices ORDER BY tenant, batch, position")
    with pytest.raises(DataWouldBeLost) as refused:
        downgrade(issued, "0000")
    words = str(refused.value)
    for lost in (
        "2 batches, 6 invoices",
        "1 configuration made or changed",
        "2 entries of the audit trail",
        "--accept-data-loss",
    ):
        assert lost in words
    assert query(issued, "SELECT * FROM invoices ORDER BY tenant, batch, position") == before
    assert drift(issued) == []


def test_what_came_later_is_lost_where_that_is_accepted(issued: str, short_template: str) -> None:
    downgrade(issued, "0000", accept_data_loss=True)
    assert read(issued)["invoices"] == read(short_template)["invoices"]


def test_who_goes_back_a_step_keeps_the_trail(issued: str) -> None:
    """The deeds of a batch that is given up stay in the audit trail, and the trail stays whole."""
    with pytest.raises(DataWouldBeLost, match=r"would lose 2 batches, 6 invoices, 2 reserved blocks\. "):
        downgrade(issued, "0003")
    downgrade(issued, "0003", accept_data_loss=True)
    upgrade(issued, at=AT)
    with open_ledger(issued, "asha") as ledger:
        trail = list(ledger.audit_trail())
    assert not verify_trail(trail)
    assert trail[-1].deed == "issue_batch"


def test_traces_go_back_with_their_invoices_and_no_further(shelf: Shelf, short: Carried) -> None:
    url = shelf.copy(short.url)
    number = query(url, "SELECT number FROM invoices WHERE tenant = 'asha' AND position = 9")[0][0]
    query(url, "UPDATE invoices SET last_error = 'paper jam', retry_count = 2 WHERE tenant = 'asha' AND position = 9")
    downgrade(url, "0003")
    kept = query(url, "SELECT invoice_number, retry_count FROM invoices WHERE last_error = 'paper jam'")
    assert kept == [(number, 2)]
    with pytest.raises(DataWouldBeLost, match="1 invoice's trace, metadata, retries or error"):
        downgrade(url, "0002")
    upgrade(url, at=AT)
    kept = query(url, "SELECT number, retry_count FROM invoices WHERE last_error = 'paper jam'")
    assert kept == [(number, 2)]


def test_switches_that_nobody_recorded_are_not_made_up_unasked(shelf: Shelf) -> None:
    url = shelf.new()
    upgrade(url, "0002")
    columns = "id, tenant_id, name, realism_profile, created_at"
    query(url, "INSERT INTO tenants VALUES ('asha')")
    query(url, f"INSERT INTO simulation_configs ({columns}) VALUES (1, 'asha', 'plan', 'advanced', '2024-01-01')")
    with pytest.raises(DataWouldBeLost, match="1 configuration's switches"):
        downgrade(url, "0001")
    downgrade(url, "0001", accept_data_loss=True)
    switches = query(
        url, "SELECT enable_seasonality, enable_repeat_customers, enable_discounts FROM simulation_configs"
    )
    assert [tuple(map(bool, row)) for row in switches] == [(True, True, True)]


def test_books_without_jobs_are_brought_forward_and_back_as_they_are(shelf: Shelf, old: str) -> None:
    """From the revision before to this one: everything that is kept stays, to the letter."""
    tables = {"invoices": "batch, position", "blocks": "series, period, first", "audit": "sequence"}

    def rows() -> list[object]:
        return [query(old, f"SELECT * FROM {table} ORDER BY tenant, {order}") for table, order in tables.items()]

    upgrade(old, "0004", at=AT)
    before = rows()
    assert len(query(old, "SELECT 1 FROM invoices")) == 600
    assert list(upgrade(old).changes) == []
    assert (drift(old), rows()) == ([], before)
    with open_ledger(old, "asha") as ledger:
        assert ledger.transact(lambda journal: journal.jobs.count_open()) == 0
    downgrade(old, "0004")
    assert (current(old), rows()) == ("0004", before)
    assert query(old, "SELECT * FROM counters WHERE series = 'jobs'") == []
    upgrade(old)
    assert (drift(old), rows()) == ([], before)


def test_jobs_are_not_lost_unasked(shelf: Shelf, short: Carried) -> None:
    url = shelf.copy(short.url)
    with open_ledger(url, "asha") as ledger:
        for one in (job("j1"), job("j2")):
            ledger.transact(partial(enter_job, one))
    with pytest.raises(DataWouldBeLost, match=r"would lose 2 ordered batches' progress and failures\. "):
        downgrade(url, "0004")
    with open_ledger(url, "asha") as ledger:
        assert len(ledger.jobs.latest()) == 2
        assert [len(ledger.jobs.failures(name)) for name in ("j1", "j2")] == [1, 1]
    downgrade(url, "0004", accept_data_loss=True)
    upgrade(url)
    assert drift(url) == []
    with open_ledger(url, "asha") as ledger:
        assert (ledger.jobs.latest(), len(list(ledger.invoices()))) == ([], 150)


def enter_job(one: Job, journal: Journal) -> None:
    """With one row in each of its tables."""
    journal.jobs.enter(one, "{}")
    journal.jobs.cut(one.id, [Chunk(0, 0, 1)])
    journal.jobs.fail(one.id, [Failure(0, 3, "torn", "")])


def test_ids_are_counted_on_in_the_earlier_books(shelf: Shelf, short: Carried) -> None:
    url = shelf.copy(short.url)
    downgrade(url, "0000")
    columns = "tenant_id, invoice_number, invoice_date, customer_name, currency, subtotal, tax, total"
    query(url, f"INSERT INTO invoices ({columns}) VALUES ('asha', 'X', '2024-12-31', 'B', 'INR', 1, 0, 1)")
    assert query(url, "SELECT id FROM invoices WHERE invoice_number = 'X'") == [(601,)]


def test_a_revision_that_there_is_not_is_told(shelf: Shelf) -> None:
    url = shelf.new()
    for deed in (upgrade, downgrade):
        with pytest.raises((RevisionUnknown, LedgerMissing)):
            deed(url, "0099")
    assert current(url) is None
    with pytest.raises(LedgerMissing):
        downgrade(url, "0000")
    upgrade(url, "0001")
    with pytest.raises(LedgerOutdated, match="of revision 0001"):
        open_ledger(url)
    with pytest.raises(LedgerOutdated, match="of revision 0001"):
        drift(url)
    query(url, "UPDATE alembic_version SET version_num = '0099'")
    for deed in (upgrade, downgrade):
        with pytest.raises(LedgerOutdated, match="of revision 0099"):
            deed(url, "0000")
