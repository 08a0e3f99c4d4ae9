"""The counter in reserve: Redis `INCR`, for when the database is there and its sequence cannot be had.

It counts a sub-series of its own, whose numbers the primary cannot make, and it is fenced by the database: an epoch
row says which key of Redis counts now, from which base, and how far the books have come. A block is booked under the
lock of that row, and only where Redis has counted on beyond it. A Redis that was emptied has no such key, one restored
from an old dump counts what is booked already: either way a new epoch begins, with a new key, after the last count that
is booked.
"""

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from sqlalchemy import select

from ledgerflow.billing.errors import BillingError, NumbersUnavailable
from ledgerflow.store.blocks import Wanted, book, enter_void, require_new
from ledgerflow.store.rows import EpochRow
from ledgerflow.store.tenancy import TenantSession

_PATIENCE = 0.2  # seconds
_ONCE_MORE = Retry(NoBackoff(), 1)  # its connections were cut, perhaps, when it was started again
_MOST_OVERTAKEN = 10_000  # counts that are recorded void; who is further ahead than that counts something else
_ADD_TO_KNOWN = "if redis.call('EXISTS', KEYS[1]) == 1 then return redis.call('INCRBY', KEYS[1], ARGV[1]) end"
_OVERTAKEN = "Counted in reserve and never booked"


class ReserveUnusable(BillingError):
    """The address of the Redis in reserve is none. Give LEDGERFLOW_REDIS_URL as redis://, rediss:// or unix://…"""


def open_reserve(url: str) -> "Redis | None":
    """The Redis at `url`; None where none is named. It is not asked for anything yet."""
    if not url:
        return None
    try:
        return Redis.from_url(url, socket_timeout=_PATIENCE, socket_connect_timeout=_PATIENCE, retry=_ONCE_MORE)
    except ValueError as refusal:
        raise ReserveUnusable from refusal


def take_reserve(session: TenantSession, redis: Redis, asked: Wanted) -> int:
    """The first of a block of the sub-series, booked as open; what Redis counted and nobody booked is void.

    Raises NumberSeriesExhausted, and NumbersUnavailable where Redis cannot be reached either.
    """
    series, period, wanted = asked.series, asked.period, asked.size
    row = _locked(session, series.template, period)
    if not row.epoch:
        require_new(session, series.template, period)
    try:
        last = _counted(redis, session.tenant, row, wanted)
        if not _goes_on(row, last - wanted) or last > series.capacity:
            _begin_epoch(session, redis, row)
            last = _counted(redis, session.tenant, row, wanted)
            if not _goes_on(row, last - wanted):
                raise RedisError("it forgets what it was told")
    except RedisError as refusal:
        reason = f"neither its sequence nor the Redis in reserve can be had ({refusal}). Mend one of them."
        raise NumbersUnavailable(template=series.template, reason=reason) from refusal
    first = last - wanted + 1
    series.require(first - 1, wanted, period)
    if first > row.last + 1:
        book(session, series.template, period, row.last + 1, first - 1, "expired")
        enter_void(session, series, period, range(row.last + 1, first), _OVERTAKEN)
    row.last = last
    session.flush()
    book(session, series.template, period, first, last, "open", asked.until, asked.holder)
    return first


def _locked(session: TenantSession, template: str, period: str) -> EpochRow:
    """The fence of a sub-series, held until the transaction ends."""
    from sqlalchemy.dialects.postgresql import insert as into_postgresql

    new = {"tenant": session.tenant, "series": template, "period": period, "epoch": 0, "base": 0, "last": 0}
    session.execute(into_postgresql(EpochRow).on_conflict_do_nothing(), [new])
    here = (EpochRow.series == template, EpochRow.period == period)
    return session.execute(select(EpochRow).where(*here).with_for_update()).scalar_one()


def _counted(redis: Redis, tenant: str, row: EpochRow, wanted: int) -> int:
    """How far Redis has counted after `wanted` more; 0 where it does not know the epoch."""
    counted = redis.eval(_ADD_TO_KNOWN, 1, _key(tenant, row), wanted)
    return 0 if counted is None else row.base + int(counted)


def _goes_on(row: EpochRow, before: int) -> bool:
    """Whether a count follows what is booked, or is a little ahead of it."""
    return row.last <= before <= row.last + _MOST_OVERTAKEN


def _begin_epoch(session: TenantSession, redis: Redis, row: EpochRow) -> None:
    row.epoch, row.base = row.epoch + 1, row.last
    redis.set(_key(session.tenant, row), 0)
    session.flush()


def _key(tenant: str, row: EpochRow) -> str:
    return f"ledgerflow:{tenant}:{row.series}:{row.period}:{row.epoch}"
