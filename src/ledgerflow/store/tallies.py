"""What the ordered batches of a tenant come to, added up by the database itself."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, DateTime, Float, case, cast, extract, func, literal, select
from sqlalchemy.orm import InstrumentedAttribute

from ledgerflow.issuing.jobs import JobStatus
from ledgerflow.issuing.standing import Queue
from ledgerflow.issuing.tallies import Durations, JobTally
from ledgerflow.store.jobs import IS_OPEN
from ledgerflow.store.rows import FailureRow, JobRow
from ledgerflow.store.tenancy import TenantSession

SIZES = (("to_100", 100), ("to_10000", 10_000))
LARGER = "more"

_DAY = 86_400
_ROW = JobRow


def tally_of(session: TenantSession, bounds: Sequence[int]) -> JobTally:
    """What the batches of the session's tenant come to."""
    short = case((_ROW.status == JobStatus.FAILED.value, _ROW.total - _ROW.issued), else_=0)
    counted = select(_ROW.status, func.count(_ROW.id), func.sum(short)).group_by(_ROW.status)
    by_status, unissued = {status: 0 for status in JobStatus}, 0
    for status, count, lacking in session.execute(counted):
        by_status[JobStatus(status)] = count
        unissued += int(lacking)
    return JobTally(by_status, _durations(session, bounds), _queue(session), unissued, _undrawn(session))


def _durations(session: TenantSession, bounds: Sequence[int]) -> Sequence[Durations]:
    seconds = _seconds(session, _ROW.ended_at, _ROW.created_at)
    size = case(*((_ROW.total <= _fixed(most), _fixed(name)) for name, most in SIZES), else_=_fixed(LARGER))
    within = [func.count(case((seconds <= bound, 1))) for bound in bounds]
    wanted = select(size, _ROW.status, func.count(_ROW.id), func.sum(seconds), *within)
    found = session.execute(wanted.where(_ROW.ended_at.is_not(None)).group_by(size, _ROW.status))
    return [
        Durations(size, JobStatus(status), count, timedelta(seconds=float(together)), tuple(within))
        for size, status, count, together, *within in map(tuple, found)
    ]


def _queue(session: TenantSession) -> Queue:
    waits = _ROW.status == JobStatus.QUEUED.value
    first = waits & (_ROW.run == 1)
    columns = (func.count(case((waits, 1))), func.count(_ROW.id), func.min(case((first, _ROW.created_at))))
    queued, all_open, oldest = session.execute(select(*columns).where(IS_OPEN)).one()
    return Queue(queued, all_open - queued, datetime.fromisoformat(oldest) if oldest else None)


def _undrawn(session: TenantSession) -> int:
    """Invoices that are in the ledger and lack a file, until they are tried again."""
    wanted = select(func.count(FailureRow.position)).join(_ROW, _ROW.id == FailureRow.job)
    return session.scalar(wanted.where(FailureRow.is_final, FailureRow.position < _ROW.issued)) or 0


def _seconds(
    session: TenantSession, end: InstrumentedAttribute[str | None], begin: InstrumentedAttribute[str]
) -> ColumnElement[float]:
    if session.get_bind().dialect.name == "postgresql":
        times = DateTime(timezone=True)
        return cast(extract("epoch", cast(end, times) - cast(begin, times)), Float)
    return (func.julianday(end) - func.julianday(begin)) * _DAY


def _fixed(value: object) -> ColumnElement[object]:
    """Written out, so that what is grouped by is the same as what is selected."""
    return literal(value, literal_execute=True)
