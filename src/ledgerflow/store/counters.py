"""Counters: the next block of a series is taken in one statement, which waits for whoever took the one before."""

from typing import TYPE_CHECKING

from ledgerflow.store.rows import CounterRow
from ledgerflow.store.tenancy import TenantSession

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite


def take(session: TenantSession, series: str, period: str, wanted: int) -> int:
    """Takes the next `wanted` counts and says which is the first. They are gone when the transaction commits, and
    were never taken if it does not."""
    insertion = _insertion(session.get_bind().dialect.name)
    further = {"last": CounterRow.last + wanted}
    statement = insertion.on_conflict_do_update(index_elements=["tenant", "series", "period"], set_=further)
    row = {"tenant": session.tenant, "series": series, "period": period, "last": wanted}
    last = session.execute(statement.returning(CounterRow.last), [row]).scalar_one()
    return last - wanted + 1


def _insertion(database: str) -> "postgresql.Insert | sqlite.Insert":
    """Each database has a class of its own for the same statement; only the one in use is loaded."""
    if database == "postgresql":
        from sqlalchemy.dialects.postgresql import insert as into_postgresql

        return into_postgresql(CounterRow)
    from sqlalchemy.dialects.sqlite import insert as into_sqlite

    return into_sqlite(CounterRow)
