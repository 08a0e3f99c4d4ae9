"""The roads by which a tenant could come to a row: what is selected, changed, deleted and entered through a session."""

from collections.abc import Callable, Mapping

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Delete,
    Select,
    Update,
    bindparam,
    delete,
    exists,
    func,
    insert,
    inspect,
    literal,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, aliased, make_transient_to_detached
from sqlalchemy.sql.dml import ReturningInsert

from ledgerflow.store.rows import Row, TenantRow
from ledgerflow.store.statements import OWN, Entry, Question
from ledgerflow.store.tenancy import TenantSession

Values = Mapping[str, object]
Road = Callable[[TenantSession, type[Row], Values], object]
"""Says what it came to: rows, or how many; nothing where there was no way."""

CHANGING = {
    "counters": "last",
    "epochs": "last",
    "blocks": "holder",
    "invoices": "last_error",
    "configurations": "realism_profile",
    "jobs": "last_error",
    "chunks": "parts",
    "failures": "reason",
    "users": "name",
    "sessions": "ended",
    "api_keys": "name",
    "signing_keys": "retired_at",
    "products": "sku",
    "uploads": "status",
    "documents": "document",
}
"""What a tenant may change of its own rows; of all other tables nothing."""
DELETING = {"configurations", "failures", "invitations", "sessions", "signing_keys", "tickets", "products", "uploads"}
NOT_ENTERED = {"sequences", "migration_changes"}
"""Written by the functions of the database and by migrations alone."""


def selections(table: type[Row], whose: str) -> dict[str, Select[*tuple[object, ...]]]:
    """Statements that find nothing unless a row of that tenant is seen."""
    here, one, tenants = table.tenant == whose, aliased(table), aliased(TenantRow)
    there = one.tenant == whose
    all_of_them, in_common = select(table.tenant).subquery(), select(one.tenant).cte()
    together = select(tenants.tenant).where(tenants.tenant == "").union_all(select(table.tenant)).subquery()
    return {
        "objects": select(table).where(here),
        "columns": select(table.tenant).where(here),
        "count": select(func.count(table.tenant)).where(here).having(func.count(table.tenant) > 0),
        "groups": select(table.tenant, func.count()).group_by(table.tenant).having(here),
        "alias": select(one).where(there),
        "join": select(tenants.tenant, table.tenant).join(table, here),
        "outer join": select(tenants.tenant).outerjoin(table, table.tenant != "").where(here),
        "join with itself": select(table.tenant, one.tenant).join(one, there),
        "two tables in a condition": select(literal(1)).where(tenants.tenant + "'s" != one.tenant, there),
        "subquery": select(all_of_them).where(all_of_them.c.tenant == whose),
        "scalar within": select(found := select(func.count(one.tenant)).where(there).scalar_subquery()).where(
            found > 0, tenants.tenant != ""
        ),
        "exists": select(tenants.tenant).where(exists().where(here)),
        "list within": select(tenants.tenant).where(literal(whose).in_(select(table.tenant))),
        "union": select(together).where(together.c.tenant == whose),
        "common table": select(tenants.tenant).join(in_common, in_common.c.tenant == whose),
        "alias of a selection": select(aliased(table, select(table).where(here).subquery())),
    }


def known(table: type[Row], row: Values) -> Row:
    """An object of which a session is told that it was read already, by the key of that row."""
    guessed = table(**{one.name: row[one.name] for one in inspect(table).primary_key})
    make_transient_to_detached(guessed)
    return guessed


def read_again(session: TenantSession, table: type[Row], row: Values) -> object:
    guessed = known(table, row)
    session.add(guessed)
    session.refresh(guessed)
    return guessed


def ask(session: TenantSession, table: type[Row], row: Values) -> object:
    """A question that was written down for any tenant, asked with another's name in the place of one's own."""
    wanted = Question(select(table.tenant).where(table.tenant == bindparam("whose")))
    guess = {OWN: row["tenant"], "whose": row["tenant"]}
    return session.ask(wanted, **guess).all()


READINGS: dict[str, Road] = {
    "guessed key": lambda session, table, row: session.get(table, key_of(table, row)),
    "guessed key read again": read_again,
    "query of old": lambda session, table, row: session.query(table).filter(table.tenant == row["tenant"]).all(),
    "question": ask,
}


def change_by_statement(session: TenantSession, table: type[Row], row: Values) -> object:
    name = changed_column(table)
    return _count(session, update(table).where(*_by_key(table, row)).values({name: other(row[name])}))


def change_object(session: TenantSession, table: type[Row], row: Values) -> object:
    name = changed_column(table)
    one = session.get(table, key_of(table, row))
    if one is not None:
        setattr(one, name, other(row[name]))
        session.flush()
    return one


def merge(session: TenantSession, table: type[Row], row: Values) -> object:
    name = changed_column(table)
    merged = session.merge(table(**{**row, name: other(row[name])}))
    session.flush()
    return merged


def change_by_old_query(session: TenantSession, table: type[Row], row: Values) -> object:
    name = changed_column(table)
    wanted = session.query(table).filter(*_by_key(table, row))
    return wanted.update({name: other(row[name])}, synchronize_session=False)


def enter_or_change(session: TenantSession, table: type[Row], row: Values) -> object:
    """The row is there already, and would be written over."""
    return session.scalars(_writing_over(session, table, row), [dict(row)]).all()


def enter_or_change_by_entry(session: TenantSession, table: type[Row], row: Values) -> object:
    return session.enter(Entry(_writing_over(session, table, row)), row).all()


def _writing_over(session: TenantSession, table: type[Row], row: Values) -> ReturningInsert[str]:
    into = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    key = [one.name for one in inspect(table).primary_key]
    name = changed_column(table)
    statement = into.insert(table).on_conflict_do_update(index_elements=key, set_={name: other(row[name])})
    returning: ReturningInsert[str] = statement.returning(table.tenant)
    return returning


CHANGES: dict[str, Road] = {
    "statement": change_by_statement,
    "object": change_object,
    "merged object": merge,
    "insert that writes over": enter_or_change,
    "entry that writes over": enter_or_change_by_entry,
    "query of old": change_by_old_query,
}


def delete_by_statement(session: TenantSession, table: type[Row], row: Values) -> object:
    return _count(session, delete(table).where(*_by_key(table, row)))


def delete_object(session: TenantSession, table: type[Row], row: Values) -> object:
    one = session.get(table, key_of(table, row))
    if one is not None:
        session.delete(one)
        session.flush()
    return one


def delete_known(session: TenantSession, table: type[Row], row: Values) -> object:
    """The object changes hands before it is deleted; its key is still that of the row."""
    guessed = known(table, row)
    guessed.tenant = session.tenant
    session.delete(guessed)
    session.flush()
    return guessed


def delete_by_old_query(session: TenantSession, table: type[Row], row: Values) -> object:
    return session.query(table).filter(*_by_key(table, row)).delete(synchronize_session=False)


DELETIONS: dict[str, Road] = {
    "statement": delete_by_statement,
    "object": delete_object,
    "object of a guessed key": delete_known,
    "query of old": delete_by_old_query,
}


def enter(session: TenantSession, table: type[Row], row: Values) -> object:
    return session.scalars(insert(table).returning(table.tenant), [fresh(table, row)]).all()


def add(session: TenantSession, table: type[Row], row: Values) -> object:
    session.add(one := table(**fresh(table, row)))
    session.flush()
    return one


def enter_by_entry(session: TenantSession, table: type[Row], row: Values) -> object:
    return session.enter(Entry(insert(table).returning(table.tenant)), fresh(table, row)).all()


ENTRIES: dict[str, Road] = {"statement": enter, "object": add, "entry": enter_by_entry}


def key_of(table: type[Row], row: Values) -> tuple[object, ...]:
    return tuple(row[one.name] for one in inspect(table).primary_key)


def changed_column(table: type[Row]) -> str:
    """What is changed of a table: what may be, or the last column where nothing may."""
    return CHANGING.get(table.__tablename__) or inspect(table).columns.keys()[-1]


def fresh(table: type[Row], row: Values) -> dict[str, object]:
    """The row under a key of the same tenant that is still free."""
    free = {inspect(table).primary_key[-1].name, "number", "key", "email"} - {"tenant"}
    return {name: other(value) if name in free else value for name, value in row.items()}


def other(value: object) -> object:
    """A value of the same kind."""
    return value + 1000 if isinstance(value, int) else f"{value}!"


def _by_key(table: type[Row], row: Values) -> list[ColumnElement[bool]]:
    return [getattr(table, one.name) == row[one.name] for one in inspect(table).primary_key]


def _count(session: Session, statement: Update | Delete) -> int:
    done = session.execute(statement, execution_options={"synchronize_session": False})
    assert isinstance(done, CursorResult)
    return done.rowcount
