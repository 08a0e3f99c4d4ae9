"""No tenant sees or touches what is another's, in any table, by any road through a session; the owner of a row does."""

from collections.abc import Callable

import pytest
from sqlalchemy import insert, literal_column, select, text, true, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import aliased
from tests.store import roads
from tests.store.neighbours import TABLES, TENANTS, Neighbours

from ledgerflow.store.rows import CounterRow, InvoiceRow, Row, TenantRow
from ledgerflow.store.statements import Entry, Question
from ledgerflow.store.tenancy import TenantCrossed, TenantSession

pytestmark = pytest.mark.requirement("FR-7.1")
PAIRS = [TENANTS, TENANTS[::-1]]
each_table = pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__tablename__)
REFUSED = (TenantCrossed, DBAPIError)


@each_table
def test_every_table_has_live_rows_of_both(neighbours: Neighbours, table: type[Row]) -> None:
    for tenant in TENANTS:
        assert neighbours.rows(table, tenant), f"nothing is tested of {table.__tablename__}"


@each_table
@pytest.mark.parametrize("road", roads.selections(TenantRow, ""))
def test_a_selection_finds_rows_for_their_own_tenant_alone(neighbours: Neighbours, table: type[Row], road: str) -> None:
    for whose, another in PAIRS:
        wanted = roads.selections(table, whose)[road]
        with neighbours.session(whose) as session:
            assert session.execute(wanted).all(), "the owner of the rows finds them so"
        with neighbours.session(another) as session:
            assert session.execute(wanted).all() == []


@each_table
def test_all_that_is_read_is_the_tenants_own(neighbours: Neighbours, table: type[Row]) -> None:
    for tenant in TENANTS:
        with neighbours.session(tenant) as session:
            assert {row.tenant for row in session.scalars(select(table))} == {tenant}
    with neighbours.session("nobody") as session:
        assert session.scalars(select(table)).all() == []


@each_table
@pytest.mark.parametrize("road", roads.READINGS)
def test_a_guess_finds_a_row_for_its_own_tenant_alone(neighbours: Neighbours, table: type[Row], road: str) -> None:
    for whose, another in PAIRS:
        row = neighbours.rows(table, whose)[0]
        with neighbours.session(whose) as session:
            assert roads.READINGS[road](session, table, row), "the owner of the row finds it so"
        with neighbours.session(another) as session:
            assert not tried(session, roads.READINGS[road], table, row)


@each_table
@pytest.mark.parametrize("road", roads.CHANGES)
def test_a_row_is_changed_by_its_own_tenant_alone(neighbours: Neighbours, table: type[Row], road: str) -> None:
    may = table.__tablename__ in roads.CHANGING
    assert_only_the_owner(neighbours, roads.CHANGES[road], table, may=may)


@each_table
@pytest.mark.parametrize("road", roads.DELETIONS)
def test_a_row_is_deleted_by_its_own_tenant_alone(neighbours: Neighbours, table: type[Row], road: str) -> None:
    may = table.__tablename__ in roads.DELETING
    assert_only_the_owner(neighbours, roads.DELETIONS[road], table, may=may)


@each_table
@pytest.mark.parametrize("road", roads.ENTRIES)
def test_a_row_is_entered_by_its_own_tenant_alone(neighbours: Neighbours, table: type[Row], road: str) -> None:
    may = table.__tablename__ not in roads.NOT_ENTERED
    assert_only_the_owner(neighbours, roads.ENTRIES[road], table, may=may and table is not TenantRow)


def test_a_tenant_enters_itself_alone(neighbours: Neighbours) -> None:
    for whose, another in (("cara", "asha"), ("cara", "dora")):
        with neighbours.session(another) as session:
            assert not tried(session, roads.enter, TenantRow, {"tenant": whose})
        with neighbours.session(whose) as session:
            assert roads.enter(session, TenantRow, {"tenant": whose}) == [whose]


@each_table
def test_a_row_stays_with_its_tenant(neighbours: Neighbours, table: type[Row]) -> None:
    """A trigger refuses on SQLite; on PostgreSQL the policy does, where there is a right to change the row at all."""
    before = [neighbours.rows(table, tenant) for tenant in TENANTS]
    may = table.__tablename__ in roads.CHANGING and table is not InvoiceRow
    words = ("row-level security" if may else "permission denied") if neighbours.on_postgresql else "stays"
    with neighbours.session("asha") as session, pytest.raises(DBAPIError, match=words):
        session.execute(update(table).values(tenant="bina").execution_options(synchronize_session=False))
    with neighbours.session("asha") as session:
        session.scalars(select(table)).all()[0].tenant = "bina"
        with pytest.raises(TenantCrossed, match="write for another tenant"):
            session.flush()
    assert [neighbours.rows(table, tenant) for tenant in TENANTS] == before


def assert_only_the_owner(neighbours: Neighbours, road: roads.Road, table: type[Row], *, may: bool) -> None:
    """Whoever is not the owner of a row comes to nothing by the road, and the row is as it was; its owner does come to
    something, where a tenant may do such a thing at all."""
    for whose, another in PAIRS:
        before = neighbours.rows(table, whose)
        with neighbours.session(another) as session:
            assert not tried(session, road, table, before[0])
        assert neighbours.rows(table, whose) == before
        with neighbours.session(whose) as session:
            if may:
                assert road(session, table, before[0]), "the owner of the row may"
            elif neighbours.on_postgresql:
                assert not tried(session, road, table, before[0]), "nobody may"


def tried(session: TenantSession, road: roads.Road, table: type[Row], row: roads.Values) -> object:
    """What a tenant comes to by the road; nothing where it is refused. What it did stays done."""
    try:
        found = road(session, table, row)
        session.commit()
    except REFUSED:
        session.rollback()
        return None
    return found


LEDGER = Row.metadata.tables["counters"]
ROW = {"tenant": "bina", "series": "S", "period": "all", "last": 1}
OWN = ROW | {"tenant": "asha"}
THEIRS = aliased(CounterRow)
REFUSALS: dict[str, tuple[Callable[[TenantSession], object], str]] = {
    "words": (lambda s: s.execute(text("SELECT * FROM counters")), "no mapped table"),
    "a bare table": (lambda s: s.execute(select(LEDGER)), "no mapped table"),
    "a bare insert": (lambda s: s.execute(insert(LEDGER), [OWN]), "no mapped table"),
    "a bare table in a join": (lambda s: s.execute(select(TenantRow).join(LEDGER, true())), "beside its mapped class"),
    "a bare column": (lambda s: s.execute(select(TenantRow.tenant, LEDGER.c.last)), "beside its mapped class"),
    "a bare alias": (
        lambda s: s.execute(select(CounterRow.tenant, LEDGER.alias().c.last)),
        "beside its mapped class",
    ),
    "a bare table within": (
        lambda s: s.execute(select(CounterRow.tenant).where(CounterRow.last.in_(select(LEDGER.c.last)))),
        "beside its mapped class",
    ),
    "words in a condition": (
        lambda s: s.execute(select(CounterRow.tenant).where(text("1 = 1 OR 1 = 1"))),
        "words of SQL",
    ),
    "words as a column": (
        lambda s: s.execute(select(CounterRow.tenant, literal_column("(SELECT max(last) FROM counters)"))),
        "words of SQL",
    ),
    "words behind": (
        lambda s: s.execute(select(CounterRow.tenant).suffix_with("UNION SELECT tenant FROM counters")),
        "words of SQL",
    ),
    "objects from words": (
        lambda s: s.execute(select(CounterRow).from_statement(text("SELECT * FROM counters"))),
        "neither a selection of mapped tables",
    ),
    "an update from another table": (
        lambda s: s.execute(update(CounterRow).values(last=THEIRS.last).where(THEIRS.tenant == "bina")),
        "looks at another table",
    ),
    "an update by a selection": (
        lambda s: s.execute(update(CounterRow).values(last=select(THEIRS.last).scalar_subquery())),
        "looks at another table",
    ),
    "an insert that selects": (
        lambda s: s.execute(insert(CounterRow).values(last=select(THEIRS.last).scalar_subquery()), [OWN]),
        "looks at another table",
    ),
    "an insert from a selection": (
        lambda s: s.execute(insert(CounterRow).from_select(["tenant"], select(THEIRS.tenant))),
        "looks at another table",
    ),
    "an insert with values inside": (lambda s: s.execute(insert(CounterRow).values(**ROW)), "gives its rows beside"),
    "an insert of many": (lambda s: s.execute(insert(CounterRow), [OWN, ROW]), "write for another tenant"),
    "an update of keys": (lambda s: s.execute(update(CounterRow), [ROW]), "lists keys"),
    "objects in bulk": (lambda s: s.bulk_save_objects([CounterRow(**ROW)]), "in bulk"),
    "rows in bulk": (lambda s: s.bulk_insert_mappings(CounterRow, [ROW]), "in bulk"),
    "changes in bulk": (lambda s: s.bulk_update_mappings(CounterRow, [ROW]), "in bulk"),
}


@pytest.mark.parametrize("road", REFUSALS)
def test_a_statement_to_which_no_tenant_can_be_added_is_refused(neighbours: Neighbours, road: str) -> None:
    attempt, reason = REFUSALS[road]
    with neighbours.session("asha") as session, pytest.raises(TenantCrossed, match=reason):
        attempt(session)


WRITTEN_DOWN: dict[str, Callable[[], object]] = {
    "two tables": lambda: Question(select(TenantRow.tenant, CounterRow.last)),
    "an alias": lambda: Question(select(THEIRS.last)),
    "a table and its alias": lambda: Question(select(CounterRow.last).where(THEIRS.tenant == "bina")),
    "a selection within": lambda: Question(select(CounterRow.last).where(CounterRow.last.in_(select(THEIRS.last)))),
    "a selection of a selection": lambda: Question(select(select(CounterRow.last).subquery().c.last)),
    "words": lambda: Question(select(CounterRow.last).where(text("1 = 1 OR 1 = 1"))),
    "words as a column": lambda: Question(select(CounterRow.last, literal_column("(SELECT max(last) FROM counters)"))),
    "words behind": lambda: Question(select(CounterRow.last).suffix_with("UNION SELECT last FROM counters")),
    "no table": lambda: Question(select(true())),
    "a row inside": lambda: Entry(insert(CounterRow).values(**ROW)),
    "rows inside": lambda: Entry(insert(CounterRow).values([ROW, OWN])),
    "a selection to enter": lambda: Entry(insert(CounterRow).from_select(["tenant"], select(THEIRS.tenant))),
}


@pytest.mark.parametrize("road", WRITTEN_DOWN)
def test_what_cannot_be_narrowed_to_a_tenant_beforehand_is_not_even_written_down(road: str) -> None:
    with pytest.raises(ValueError, match=r"not of one table|row is inside"):
        WRITTEN_DOWN[road]()


def test_a_question_after_a_deed_that_failed_is_of_a_new_transaction(neighbours: Neighbours) -> None:
    wanted = Question(select(CounterRow.last).where(CounterRow.series == "S"))
    with neighbours.session("asha") as session:
        session.enter(Entry(insert(CounterRow)), OWN)
        assert session.ask(wanted).scalars().all() == [1]
        with pytest.raises(DBAPIError):
            session.enter(Entry(insert(CounterRow)), OWN)
        session.rollback()
        assert session.ask(wanted).scalars().all() == []


def test_a_bare_connection_is_had_only_where_policies_hold(neighbours: Neighbours) -> None:
    wanted = select(LEDGER.c.tenant)
    with neighbours.session("asha") as session:
        if neighbours.on_postgresql:
            assert set(session.connection().scalars(wanted)) == {"asha"}
        else:
            with pytest.raises(TenantCrossed, match="bare connection"):
                session.connection()


def test_keys_lead_with_the_tenant() -> None:
    for table in Row.metadata.tables.values():
        assert next(iter(table.primary_key.columns)).name == "tenant", table.name
        assert all(next(iter(index.columns)).name == "tenant" for index in table.indexes), table.name
