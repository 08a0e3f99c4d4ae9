"""The counter row: the next block of a series is taken in one statement of the deed's own transaction, which waits for
whoever took the one before, and gives the block back when the deed does not commit.

It numbers every series on SQLite, the gapless ones on PostgreSQL, and the books' own lists on both.
"""

from functools import cache
from typing import TYPE_CHECKING

from sqlalchemy import bindparam

from ledgerflow.billing.numbering import NumberSeries
from ledgerflow.store.blocks import require_new
from ledgerflow.store.rows import CounterRow
from ledgerflow.store.statements import Entry
from ledgerflow.store.tenancy import TenantSession

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite


def take_counts(session: TenantSession, series: NumberSeries, period: str, wanted: int) -> int:
    """The first of the next `wanted` counts of a series. Raises NumberSeriesExhausted, and NumbersUnavailable where the
    series has been counted by a sequence or in reserve, which know nothing of this counter."""
    first = take(session, series.template, period, wanted)
    if first == 1:
        require_new(session, series.template, period)
    series.require(first - 1, wanted, period)
    return first


def take(session: TenantSession, series: str, period: str, wanted: int) -> int:
    """Takes the next `wanted` counts and says which is the first. They are gone when the transaction commits, and
    were never taken if it does not."""
    row = {"tenant": session.tenant, "series": series, "period": period, "last": wanted, "wanted": wanted}
    last: int = session.enter(_taking(session.get_bind().dialect.name), row).scalar_one()
    return last - wanted + 1


@cache
def _taking(database: str) -> Entry:
    further = {"last": CounterRow.last + bindparam("wanted")}
    insertion = _insertion(database).on_conflict_do_update(index_elements=["tenant", "series", "period"], set_=further)
    return Entry(insertion.returning(CounterRow.last))


def _insertion(database: str) -> "postgresql.Insert | sqlite.Insert":
    """Each database has a class of its own for the same statement; only the one in use is loaded."""
    if database == "postgresql":
        from sqlalchemy.dialects.postgresql import insert as into_postgresql

        return into_postgresql(CounterRow)
    from sqlalchemy.dialects.sqlite import insert as into_sqlite

    return into_sqlite(CounterRow)
