"""The role of the program on PostgreSQL, and a user who was granted nothing but it: what they may, and what never."""

import psycopg
import pytest
from psycopg import errors, sql
from tests.store.neighbours import LATER, SPARE, TENANTS, Neighbours, Plain, User, be

from ledgerflow.store.guards import APP_ROLE, TENANT_SETTING
from ledgerflow.store.opening import open_ledger
from ledgerflow.store.rows import BlockRow, Row, SequenceRow

pytestmark = [
    pytest.mark.requirement("FR-7.2"),
    pytest.mark.parametrize("shared_url", ["postgresql"], indirect=True, scope="session"),
]
ENTERED = ("audit", "invoices", "void_numbers")


def test_the_role_owns_nothing_and_cannot_pass_by_the_policies(neighbours: Neighbours, plain: Plain) -> None:
    owned = plain.execute(
        "SELECT relname FROM pg_class WHERE pg_has_role(relowner, 'MEMBER') UNION "
        "SELECT proname FROM pg_proc WHERE pg_has_role(proowner, 'MEMBER')"
    ).fetchall()
    assert owned == []
    powers = plain.execute(
        "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication FROM pg_roles "
        "WHERE rolname IN (current_user, %s)",
        [APP_ROLE],
    ).fetchall()
    assert set(powers) == {(False,) * 5}
    with pytest.raises(errors.InsufficientPrivilege):
        plain.execute("CREATE TABLE public.mine (song text)")


def test_every_table_has_row_security_and_a_policy_both_ways(neighbours: Neighbours, plain: Plain) -> None:
    """A table that is added without it fails here; the revision alone is nobody's."""
    tables = plain.execute(
        "SELECT relname, relrowsecurity FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace "
        "WHERE relkind IN ('r', 'p', 'v', 'm', 'f') AND nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')"
    ).fetchall()
    assert sorted(tables) == sorted([*((name, True) for name in Row.metadata.tables), ("alembic_version", False)])
    policies = plain.execute("SELECT tablename, cmd, permissive, qual, with_check FROM pg_policies").fetchall()
    assert {str(policy[0]) for policy in policies} == set(Row.metadata.tables)
    assert len(policies) == len(Row.metadata.tables), "a second policy would let through more"
    for name, command, _, reading, writing in policies:
        assert command == "ALL", name
        assert reading == writing, name
        assert TENANT_SETTING in str(reading), name


def test_what_is_entered_cannot_be_changed_by_the_role(neighbours: Neighbours, plain: Plain) -> None:
    rights = "SELECT has_table_privilege(%s, %s), has_any_column_privilege(%s, 'UPDATE')"
    for table in ENTERED:
        for right in ("UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"):
            (may, column) = plain.execute(rights, [table, right, table]).fetchone() or (None, None)
            assert (may, column) == (False, table == "invoices"), (table, right)
    columns = plain.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = 'invoices'::regclass AND attnum > 0 "
        "AND has_column_privilege(attrelid, attname, 'UPDATE')"
    ).fetchall()
    assert set(columns) == {("retry_count",), ("last_error",)}
    (may,) = plain.execute("SELECT has_table_privilege('alembic_version', 'INSERT, UPDATE, DELETE')").fetchone() or ()
    assert not may


def test_the_planners_figures_tell_nothing(neighbours: Neighbours, plain: Plain) -> None:
    with psycopg.connect(neighbours.url, autocommit=True) as owner:
        owner.execute("ANALYZE")
        assert owner.execute("SELECT FROM pg_stats WHERE tablename = 'tenants'").fetchall()
    assert plain.execute("SELECT FROM pg_stats WHERE tablename = ANY(%s)", [list(Row.metadata.tables)]).fetchall() == []


TAKE = "SELECT taken FROM take_numbers(%s, 'all', 1, 999, '', '')"
LOST = "SELECT first, last FROM lost_numbers() WHERE series = %s"


def test_numbers_are_given_to_the_tenant_that_is_set(neighbours: Neighbours, plain: Plain) -> None:
    series = f"T{plain.info.backend_pid}{{n:03}}"
    for _ in range(3):
        be(plain, "asha")
        plain.execute(TAKE, [series])
    be(plain, "bina")
    assert plain.execute(TAKE, [series]).fetchone() == (1,)
    counted = [
        sum(row["series"] == series for row in neighbours.rows(table, tenant))
        for table in (SequenceRow, BlockRow)
        for tenant in TENANTS
    ]
    assert counted == [1, 1, 3, 1]


def test_lost_numbers_are_told_to_the_tenant_that_lost_them(neighbours: Neighbours, plain: Plain) -> None:
    series = f"L{plain.info.backend_pid}{{n:03}}"
    for tenant, lost in (("asha", 1), ("bina", 2)):
        be(plain, tenant)
        plain.execute(TAKE, [series])
        with psycopg.connect(neighbours.url) as owner:
            name = owner.execute("SELECT name FROM sequences WHERE tenant = %s AND series = %s", [tenant, series])
            owner.execute("SELECT nextval(%s) FROM generate_series(1, %s)", [*(name.fetchone() or ()), lost])
    be(plain, "asha")
    assert plain.execute(LOST, [series]).fetchall() == [(2, 2)]
    assert plain.execute(LOST, [series]).fetchall() == [], "what was told is settled"
    be(plain, "bina")
    assert plain.execute(LOST, [series]).fetchall() == [(2, 3)]


def test_who_has_no_tenant_is_given_no_numbers(neighbours: Neighbours, plain: Plain) -> None:
    for call in (TAKE, LOST):
        with pytest.raises(errors.NullValueNotAllowed):
            plain.execute(call, ["A{n:03}"])
    be(plain, "")
    for call in (TAKE, LOST):
        with pytest.raises(errors.NullValueNotAllowed):
            plain.execute(call, ["A{n:03}"])


def test_sequences_are_out_of_reach(neighbours: Neighbours, plain: Plain) -> None:
    be(plain, "asha")
    native = [str(row["name"]) for tenant in TENANTS for row in neighbours.rows(SequenceRow, tenant)]
    assert native
    for call in ("nextval({})", "setval({}, 1)", "currval({})"):
        for name in native:
            with pytest.raises(errors.InsufficientPrivilege):
                plain.execute(sql.SQL("SELECT " + call).format(name))
    with pytest.raises(errors.InsufficientPrivilege):
        plain.execute(sql.SQL("SELECT last_value FROM {}").format(sql.Identifier(native[0])))
    with pytest.raises(errors.InsufficientPrivilege):
        plain.execute("SELECT make_sequence('bina', 'A{n:03}', 'all')")
    called = plain.execute(
        "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prorettype <> 'trigger'::regtype "
        "AND has_function_privilege(oid, 'EXECUTE')"
    ).fetchall()
    summed = {("queue_standing",), ("budget_standing",), ("tally_standing",)}
    looking = {("open_jobs",), ("known_tenants",), ("troubled_jobs",)}
    assert set(called) == {("take_numbers",), ("lost_numbers",), *looking, *summed}


def test_a_user_with_the_role_alone_keeps_the_books_of_one_tenant(neighbours: Neighbours, user: User) -> None:
    with neighbours.books("asha") as own, open_ledger(user.url, "asha") as ledger:
        assert list(ledger.invoices()) == list(own.invoices()) != []
        block = ledger.transact(lambda journal: journal.reserve_block(SPARE, "all", 1, LATER, user.name))
        void = ledger.transact(lambda journal: journal.release(block, "torn"))
        assert [one.number for one in void] == [block.number(0)]
        assert own.last(SPARE.template, "all") == block.last
    with open_ledger(user.url, "newcomer") as ledger:
        assert list(ledger.invoices()) == []
    with psycopg.connect(user.url, autocommit=True) as connection, pytest.raises(errors.InsufficientPrivilege):
        connection.execute("SET ROLE postgres")
