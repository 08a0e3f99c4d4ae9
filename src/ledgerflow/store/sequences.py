"""The native sequence of PostgreSQL, one a tenant, series and period: the primary way to numbers there.

The function `take_numbers` (in `guards`) takes a block while it holds an advisory lock, so that it is contiguous, and
books it in the same transaction. A sequence does not roll back: what is lost between it and the books, `lost_numbers`
finds.
"""

from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from ledgerflow.billing.errors import NumberSeriesExhausted, NumbersUnavailable
from ledgerflow.billing.numbering import NumberSeries
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


def take_sequence(
    session: TenantSession, series: NumberSeries, period: str, wanted: int, expires_at: str, holder: str
) -> int:
    """The first of a block of counts, booked as open. Raises SequenceRefused, NumberSeriesExhausted and
    NumbersUnavailable; after any of them the transaction is of no use any more."""
    call = func.take_numbers(series.template, period, wanted, series.capacity, expires_at, holder)
    try:
        answer = session.connection().execute(select(call.table_valued("taken", "remaining"))).one()
    except DBAPIError as refusal:
        state = getattr(refusal.orig, "sqlstate", "")
        if state == _GAPLESS:
            reason = "it has been counted without gaps or in reserve, and stays as it began. Name another."
            raise NumbersUnavailable(template=series.template, reason=reason) from refusal
        if state in _REFUSED:
            raise SequenceRefused(_REFUSED[state], passing=state == _LOCKED) from refusal
        raise
    if answer.taken is None:
        raise NumberSeriesExhausted(template=series.template, period=period, left=answer.remaining, wanted=wanted)
    return int(answer.taken)


def lost_counts(session: TenantSession) -> list[tuple[str, str, int, int]]:
    """Series, period, first and last of each run of counts that a sequence gave and no block holds."""
    call = func.lost_numbers().table_valued("series", "period", "first", "last")
    rows = session.connection().execute(select(call)).all()
    return [(row.series, row.period, row.first, row.last) for row in rows]
