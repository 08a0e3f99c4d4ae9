"""Counters: the next block of a series is taken in one statement, which waits for whoever took the one before."""

from collections.abc import Callable

from sqlalchemy.dialects import postgresql, sqlite

from ledgerflow.store.rows import CounterRow
from ledgerflow.store.tenancy import TenantSession

_INSERT: dict[str, Callable[[type[CounterRow]], postgresql.Insert | sqlite.Insert]] = {
    "postgresql": postgresql.insert,
    "sqlite": sqlite.insert,
}


def take(session: TenantSession, series: str, period: str, wanted: int) -> int:
    """Takes the next `wanted` counts and says which is the first. They are gone when the transaction commits, and
    were never taken if it does not."""
    insert = _INSERT[session.get_bind().dialect.name](CounterRow)
    further = {"last": CounterRow.last + wanted}
    statement = insert.on_conflict_do_update(index_elements=["tenant", "series", "period"], set_=further)
    row = {"tenant": session.tenant, "series": series, "period": period, "last": wanted}
    last = session.execute(statement.returning(CounterRow.last), [row]).scalar_one()
    return last - wanted + 1
