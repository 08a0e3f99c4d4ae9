"""The native sequence of PostgreSQL, one a tenant, series and period: the primary way to numbers there.

The function `take_numbers` (in `guards`) takes a block while it holds an advisory lock, so that it is contiguous, and
books it in the same transaction. A sequence does not roll back: what is lost between it and the books, `lost_numbers`
finds.

Where the block has a transaction of its own, tenant, block and commit go to the server in one statement, and are
answered once.
"""

from functools import cache

from sqlalchemy import BindParameter, Connection, Select, bindparam, case, func, select
from sqlalchemy.exc import DBAPIError

from ledgerflow.billing.errors import NumberSeriesExhausted, NumbersUnavailable
from ledgerflow.store.blocks import TWICE, Wanted
from ledgerflow.store.guards import TENANT_SETTING
from ledgerflow.store.tenancy import TenantSession

_REVOKED, _LOCKED = "42501", "55P03"
_REFUSED = {_REVOKED: "the right to its sequence was revoked", _LOCKED: "its sequence is locked by another"}
_GAPLESS = "55000"


class SequenceRefused(Exception):
    """The database is there, and its sequence cannot be had: the reason is in words. It is `passing` if somebody only
    holds it for longer than we wait."""

    def __init__(self, reason: str, *, passing: bool) -> None:
        super().__init__(reason)
        self.passing = passing


def take_sequence(connection: Connection, tenant: str, wanted: Wanted) -> int:
    """The first of a block of counts, booked as open in the connection's transaction.

    Raises SequenceRefused, NumberSeriesExhausted and NumbersUnavailable; after any of them the transaction is of no
    use any more.
    """
    series = wanted.series
    asked = {"tenant": tenant, "series": series.template, "period": wanted.period, "wanted": wanted.size}
    asked |= {"capacity": series.capacity, "expires_at": wanted.until, "holder": wanted.holder}
    try:
        answer = connection.execute(_taking(), asked).one()
    except DBAPIError as refusal:
        state = getattr(refusal.orig, "sqlstate", "")
        if state in (_GAPLESS, TWICE):  # the other way of counting began before, or at the same moment
            reason = "it has been counted without gaps or in reserve, and stays as it began. Name another."
            raise NumbersUnavailable(template=series.template, reason=reason) from refusal
        if state in _REFUSED:
            raise SequenceRefused(_REFUSED[state], passing=state == _LOCKED) from refusal
        raise
    if answer.taken is None:
        raise NumberSeriesExhausted(
            template=series.template, period=wanted.period, left=answer.remaining, wanted=wanted.size
        )
    return int(answer.taken)


@cache
def _taking() -> Select[int | None, int]:
    """Takes a block for a tenant, who is set with what is handed to the function, and so before it runs."""
    whose = func.set_config(TENANT_SETTING, bindparam("tenant"), True) == bindparam("tenant")
    series = case((whose, bindparam("series")))
    others: list[BindParameter[object]] = [
        bindparam(name) for name in ("period", "wanted", "capacity", "expires_at", "holder")
    ]
    taken = func.take_numbers(series, *others).table_valued("taken", "remaining")
    return select(taken.c.taken, taken.c.remaining)


def lost_counts(session: TenantSession) -> list[tuple[str, str, int, int]]:
    """Series, period, first and last of each run of counts that a sequence gave and no block holds."""
    call = func.lost_numbers().table_valued("series", "period", "first", "last")
    rows = session.connection().execute(select(call)).all()
    return [(row.series, row.period, row.first, row.last) for row in rows]
