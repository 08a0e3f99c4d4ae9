"""What PostgreSQL itself keeps apart: plain SQL past every session sees no rows but those of the tenant that is set."""

import pytest
from psycopg import errors, sql
from tests.store import roads
from tests.store.neighbours import TABLES, Neighbours, Plain, be

from ledgerflow.store.guards import TENANT_SETTING
from ledgerflow.store.rows import Row, TenantRow

pytestmark = [
    pytest.mark.requirement("FR-7.2"),
    pytest.mark.parametrize("shared_url", ["postgresql"], indirect=True, scope="session"),
]
each_table = pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__tablename__)


def all_of(connection: Plain, table: type[Row]) -> list[tuple[object, ...]]:
    return connection.execute(sql.SQL("SELECT tenant FROM {}").format(name_of(table))).fetchall()


def name_of(table: type[Row]) -> sql.Identifier:
    return sql.Identifier(table.__tablename__)


def enter(connection: Plain, table: type[Row], row: roads.Values) -> None:
    columns = sql.SQL(", ").join(map(sql.Identifier, row))
    places = sql.SQL(", ").join([sql.Placeholder()] * len(row))
    command = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(name_of(table), columns, places)
    connection.execute(command, list(row.values()))


@each_table
def test_who_has_no_tenant_sees_nothing_and_enters_nothing(
    neighbours: Neighbours, plain: Plain, table: type[Row]
) -> None:
    row = roads.fresh(table, neighbours.rows(table, "asha")[0])
    assert all_of(plain, table) == []
    with pytest.raises(errors.InsufficientPrivilege):
        enter(plain, table, row)
    with plain.transaction():
        plain.execute("SELECT set_config(%s, 'asha', true)", [TENANT_SETTING])
        assert all_of(plain, table), "the tenant holds until the transaction ends"
    assert all_of(plain, table) == []
    for whose in ("asha", ""):
        with pytest.raises(errors.InsufficientPrivilege):
            enter(plain, table, row | {"tenant": whose})


@each_table
def test_plain_sql_sees_the_rows_of_the_tenant_that_is_set(
    neighbours: Neighbours, plain: Plain, table: type[Row]
) -> None:
    for tenant in ("asha", "bina"):
        be(plain, tenant)
        assert all_of(plain, table) == [(tenant,)] * len(neighbours.rows(table, tenant))
        with plain.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(name_of(table))) as copied:
            assert {row[0] for row in copied.rows()} == {tenant}
    be(plain, "nobody")
    assert all_of(plain, table) == []


@each_table
def test_plain_sql_enters_rows_of_the_tenant_that_is_set(
    neighbours: Neighbours, plain: Plain, table: type[Row]
) -> None:
    row = roads.fresh(table, neighbours.rows(table, "bina")[0])
    be(plain, "asha")
    with pytest.raises(errors.InsufficientPrivilege):
        enter(plain, table, row)
    be(plain, "bina")
    if table.__tablename__ in roads.NOT_ENTERED:
        with pytest.raises(errors.InsufficientPrivilege, match="permission denied"):
            enter(plain, table, row)
    elif table is not TenantRow:
        with plain.transaction(force_rollback=True):
            enter(plain, table, row)


@each_table
def test_plain_sql_changes_rows_of_the_tenant_that_is_set(
    neighbours: Neighbours, plain: Plain, table: type[Row]
) -> None:
    before, name = neighbours.rows(table, "bina"), table.__tablename__
    column = sql.Identifier(roads.changed_column(table))
    changes = (
        (name in roads.CHANGING, sql.SQL("UPDATE {} SET {} = {}").format(name_of(table), column, column)),
        (name in roads.DELETING, sql.SQL("DELETE FROM {}").format(name_of(table))),
        (False, sql.SQL("UPDATE {} SET tenant = 'bina'").format(name_of(table))),
        (False, sql.SQL("TRUNCATE {} CASCADE").format(name_of(table))),
    )
    be(plain, "asha")
    for may, command in changes:
        with plain.transaction(force_rollback=True):
            if may:
                assert plain.execute(command).rowcount == len(neighbours.rows(table, "asha"))
                assert neighbours.rows(table, "bina") == before
            else:
                with pytest.raises(errors.InsufficientPrivilege):
                    plain.execute(command)
