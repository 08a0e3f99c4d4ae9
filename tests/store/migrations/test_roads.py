"""The two roads to the schema lead to the same place; what is not ours, or cannot be carried over, stays as it is."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.store.migrations.conftest import AT, Shelf
from tests.store.migrations.earlier_books import COLUMNS, Row, enter, query, read, write

from ledgerflow.billing.errors import LedgerOutdated
from ledgerflow.store import rows as program
from ledgerflow.store.database import LedgerUnreachable, open_engine
from ledgerflow.store.migrations.reading import OldBooksUnreadable
from ledgerflow.store.opening import look_into, open_ledger
from ledgerflow.store.schema import HEAD, REVISIONS, changes, current, downgrade, drift, upgrade

pytestmark = pytest.mark.requirement("MIG-3")


def schema_of(path: Path) -> dict[str, str]:
    """Every table, index and trigger of an SQLite file by its name, without what means nothing."""
    found = query(str(path), "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
    return {
        str(name): " ".join(re.sub(r'["\[\]]', "", str(sql)).replace("(", " ( ").replace(")", " ) ").split())
        for name, sql in found
    }


def test_a_new_file_is_as_if_it_had_been_migrated(tmp_path: Path) -> None:
    new, migrated, returned = tmp_path / "new.db", tmp_path / "migrated.db", tmp_path / "returned.db"
    open_ledger(str(new)).close()
    upgrade(str(migrated))
    upgrade(str(returned))
    downgrade(str(returned), "0000")
    upgrade(str(returned))
    assert schema_of(new) == schema_of(migrated) == schema_of(returned)
    assert len(schema_of(new)) > 30
    assert query(str(new), "SELECT * FROM alembic_version") == [(HEAD,)]


@pytest.mark.parametrize("shelf", ["postgresql"], indirect=True)
def test_migrated_tables_are_those_that_the_program_means(shelf: Shelf) -> None:
    """On PostgreSQL to the letter: collations and what an index carries besides, which Alembic does not compare."""
    migrated, meant = shelf.new(), shelf.new()
    upgrade(migrated)
    engine = open_engine(meant, as_owner=True)
    with engine.begin() as connection:
        program.Row.metadata.create_all(connection)
    engine.dispose()
    for catalogue in (
        "SELECT table_name, column_name, ordinal_position, data_type, collation_name, is_nullable, column_default"
        " FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'alembic_version'",
        "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'alembic_version'",
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE connamespace = 'public'::regnamespace AND conname NOT LIKE 'alembic%'",
    ):
        assert set(query(migrated, catalogue)) == set(query(meant, catalogue))
        assert len(query(meant, catalogue)) > 10


def test_whoever_opens_a_new_file_does_not_wait_for_alembic(tmp_path: Path) -> None:
    program = (
        "import sys; from ledgerflow.store.opening import open_ledger; open_ledger(sys.argv[1]).close();"
        "print([name for name in ('alembic', 'mako') if name in sys.modules])"
    )
    run = [sys.executable, "-c", program, str(tmp_path / "new.db")]
    assert subprocess.run(run, capture_output=True, text=True, check=True).stdout == "[]\n"


def test_every_revision_can_be_reached_and_left(shelf: Shelf) -> None:
    url = shelf.new()
    for revision in REVISIONS:
        done = upgrade(url, revision)
        assert (done.after, current(url)) == (revision, revision)
    assert drift(url) == []
    for revision in reversed(REVISIONS[:-1]):
        downgrade(url, revision)
        assert current(url) == revision
    assert query(url, "SELECT * FROM tenants") == []


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        ("ALTER TABLE invoices ADD COLUMN song text", "unknown column: invoices.song"),
        ("DROP INDEX invoices_by_day", "missing index: invoices.invoices_by_day"),
        ("DROP TRIGGER audit_refuses_update{on}", "missing guard: trigger audit_refuses_update"),
        ("DROP TABLE epochs", "missing table: epochs"),
    ],
)
def test_a_schema_that_has_drifted_says_where(shelf: Shelf, damage: str, words: str) -> None:
    url = shelf.new()
    upgrade(url)
    query(url, damage.format(on=" ON audit" if shelf.server else ""))
    assert words in drift(url)


@pytest.mark.parametrize("shelf", ["postgresql"], indirect=True)
def test_policies_and_functions_that_are_gone_are_missed(shelf: Shelf) -> None:
    url = shelf.new()
    upgrade(url)
    query(url, "DROP POLICY own_rows ON invoices")
    query(url, "ALTER TABLE batches DISABLE ROW LEVEL SECURITY")
    query(url, "DROP FUNCTION lost_numbers()")
    missing = ["row security of batches", "row security of invoices", "function lost_numbers"]
    assert drift(url) == [f"missing guard: {one}" for one in missing]


@pytest.mark.parametrize("shelf", ["postgresql"], indirect=True)
@pytest.mark.parametrize(
    ("damage", "words"),
    [
        ("GRANT DELETE ON audit TO ledgerflow_app", "no DELETE on audit"),
        ("GRANT UPDATE ON invoices TO ledgerflow_app", "no UPDATE on invoices"),
        ("REVOKE INSERT ON batches FROM ledgerflow_app", "INSERT on batches"),
        ("ALTER POLICY own_rows ON blocks USING (true)", "row security of blocks"),
        ("CREATE POLICY leak ON blocks USING (true)", "row security of blocks"),
        (
            "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
            "function refuse_change",
        ),
    ],
)
def test_guards_that_let_through_what_they_should_not_are_missed(shelf: Shelf, damage: str, words: str) -> None:
    url = shelf.new()
    upgrade(url)
    query(url, damage)
    assert drift(url) == [f"missing guard: {words}"]


def test_earlier_books_that_no_migration_has_seen_are_known_by_their_tables(shelf: Shelf, old: str) -> None:
    query(old, "DROP TABLE alembic_version")
    assert current(old) == "0000"
    for look in (open_ledger, look_into):
        with pytest.raises(LedgerOutdated, match="of revision 0000"):
            look(old)
    done = upgrade(old, at=AT)
    assert (done.before, done.after) == ("0000", HEAD)
    assert drift(old) == []
    assert len([one for one in changes(old) if one.what == "number"]) == 18


@pytest.mark.parametrize(
    "make", ["CREATE TABLE invoices (song text)", "CREATE TABLE tenants (tenant text, flat integer)"]
)
def test_another_programs_tables_are_left_alone(shelf: Shelf, make: str) -> None:
    url = shelf.new()
    query(url, make)
    for deed in (upgrade, current, drift, open_ledger):
        with pytest.raises(LedgerUnreachable, match="another program"):
            deed(url)
    with pytest.raises(LedgerUnreachable, match="another program"):
        downgrade(url, "0000")
    table = make.split()[2]
    assert query(url, f"SELECT * FROM {table}") == []


SOUND: Row = (1, "asha", None, "N-1", "2024-01-01", "Buyer", "INR", 1.0, 0.0, 1.0)


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("currency", "XYZ", "'XYZ' is no currency"),
        ("total", float("inf"), "its total is inf"),
        ("tax", float("-inf"), "its tax is -inf"),
        ("subtotal", 1e16, "its subtotal is 1e+16"),
    ],
)
def test_what_cannot_be_carried_over_is_told_and_nothing_changed(
    shelf: Shelf, column: str, value: str | float, reason: str
) -> None:
    url = shelf.new()
    place = COLUMNS["invoices"].index(column)
    bad: Row = (7, "birla", *SOUND[2:place], value, *SOUND[place + 1 :])
    doubles: list[Row] = [(own, *SOUND[1:]) for own in (1, 2)]
    write(url, {"tenants": [("asha",), ("birla",)], "invoices": [*doubles, bad]})
    before = read(url)
    with pytest.raises(OldBooksUnreadable, match=re.escape(f"the id 7 of the tenant birla: {reason}")):
        upgrade(url, at=AT)
    assert current(url) == "0000"
    assert read(url) == before


def test_an_amount_that_is_no_number_is_told(shelf: Shelf) -> None:
    """SQLite keeps no such float; there a text stands where an amount should, and a day that is none."""
    url = shelf.new()
    write(url, {"tenants": [("asha",)], "invoices": [SOUND]})
    if shelf.server:
        query(url, "UPDATE invoices SET total = 'NaN'")
        faults = ["its total is nan"]
    else:
        query(url, "UPDATE invoices SET total = 'much'")
        faults = ["its total is much"]
    for fault in faults:
        with pytest.raises(OldBooksUnreadable, match=fault):
            upgrade(url, at=AT)
    query(url, "UPDATE invoices SET total = 1")
    if not shelf.server:
        query(url, "UPDATE invoices SET invoice_date = '01/02/2024'")
        with pytest.raises(OldBooksUnreadable, match="'01/02/2024' is no date"):
            upgrade(url, at=AT)


NUMBERS = ["INV/2024/0007", "INV/26-27/001", "A{n}1", "N-000", "X", "", "9", "2019000001", "2020000001", "F-24-24-3"]


def test_numbers_of_every_shape_are_carried_over(shelf: Shelf) -> None:
    """A year is the period of its series. What was never counted is of no series, and its number stays what it is."""
    url = shelf.new()
    rows: list[Row] = [(own, *SOUND[1:3], number, *SOUND[4:]) for own, number in enumerate(NUMBERS, 1)]
    write(url, {"tenants": [("asha",)], "invoices": rows})
    upgrade(url, at=AT)
    found = query(url, "SELECT number, series, period, count FROM invoices ORDER BY position")
    assert found == [
        ("INV/2024/0007", "INV/{fy}/{n:04}", "2024", 7),
        ("INV/26-27/001", "INV/{fy}/{n:03}", "26-27", 1),
        ("A{n}1", "", "", 0),
        ("N-000", "", "", 0),
        ("X", "", "", 0),
        ("", "", "", 0),
        ("9", "{n:01}", "all", 9),
        ("2019000001", "", "", 0),
        ("2020000001", "", "", 0),
        ("F-24-24-3", "F-24-24-{n:01}", "all", 3),
    ]
    with open_ledger(url, "asha") as ledger:
        assert [ledger.find(number).number for number in NUMBERS] == NUMBERS
    downgrade(url, "0000")
    assert read(url)["invoices"] == rows


def test_doubles_of_every_shape_are_given_numbers_that_nobody_has(shelf: Shelf) -> None:
    url = shelf.new()
    given = ["X", "X", "X", "X-3", "N-9", "N-9", "N-10", "", "", "AB99", "AB99", "AB99", "7", "7"]
    rows: list[Row] = [(own, *SOUND[1:3], number, *SOUND[4:]) for own, number in enumerate(given, 1)]
    write(url, {"tenants": [("asha",)], "invoices": rows})
    told = {(one.before, one.after) for one in upgrade(url, "0001", AT).changes}
    assert told == {
        ("X", "X-4"),
        ("X", "X-5"),
        ("N-9", "N-11"),
        ("", "-2"),
        ("AB99", "AB100"),
        ("AB99", "AB101"),
        ("7", "8"),
    }


def test_what_is_entered_at_a_time_needs_one(old: str) -> None:
    with pytest.raises(ValueError, match="at a time"):
        upgrade(old)
    assert current(old) == "0000"


def test_numbers_that_stay_apart_are_kept_apart_by_the_database(shelf: Shelf, old: str) -> None:
    upgrade(old, "0001", AT)
    row = query(old, "SELECT tenant_id, invoice_number FROM invoices WHERE id = 5")[0]
    with pytest.raises(Exception, match=r"UNIQUE|duplicate key"):
        enter(old, {"invoices": [(9999, row[0], None, row[1], *SOUND[4:])]})


def test_earlier_books_with_foreign_keys_are_carried_over(shelf: Shelf) -> None:
    """Books of the same form may have been made with more care."""
    url = shelf.new()
    for statement in (
        "CREATE TABLE tenants (tenant_id VARCHAR(64) PRIMARY KEY)",
        "CREATE TABLE simulation_configs (id INTEGER PRIMARY KEY, tenant_id VARCHAR(64) REFERENCES tenants (tenant_id),"
        " name TEXT, enable_seasonality BOOLEAN, enable_repeat_customers BOOLEAN, enable_discounts BOOLEAN,"
        " created_at TEXT)",
        "CREATE TABLE invoices (id INTEGER PRIMARY KEY, tenant_id VARCHAR(64) REFERENCES tenants,"
        ' config_id INTEGER CONSTRAINT "of which" REFERENCES simulation_configs (id), invoice_number TEXT,'
        " invoice_date DATE, customer_name TEXT, currency TEXT, subtotal FLOAT, tax FLOAT, total FLOAT)",
    ):
        query(url, statement)
    config: Row = (1, "asha", "plan", False, True, False, "2024-01-01")
    rows: list[Row] = [(own, "asha", 1, *SOUND[3:]) for own in (1, 2)]
    enter(url, {"tenants": [("asha",)], "simulation_configs": [config], "invoices": rows})
    before = read(url)
    assert upgrade(url, at=AT).before == "0000"
    assert drift(url) == []
    assert query(url, "SELECT number FROM invoices ORDER BY position") == [("N-1",), ("N-2",)]
    downgrade(url, "0000")
    assert read(url) == before
