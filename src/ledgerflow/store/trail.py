"""The audit trail, read from its end: a page of what fits, and whether somebody has filled it already."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, func, select

from ledgerflow.issuing.audit import AuditEntry
from ledgerflow.issuing.trail import TrailFilter, TrailPage
from ledgerflow.store.rows import AuditRow
from ledgerflow.store.tenancy import TenantSession

_LOOKED_AT = 20_000  # entries for one page
_LATEST = 100  # entries among which nobody has more of a deed that strangers can cause
_MUCH, _WITHIN = 20, timedelta(hours=1)


def page_of(session: TenantSession, wanted: TrailFilter, before: int | None, limit: int) -> TrailPage:
    """See `ports.Ledger.audit_page`."""
    row = AuditRow
    last = session.scalar(select(func.max(row.sequence))) or 0
    end = last + 1 if before is None else min(before, last + 1)
    start = max(1, end - _LOOKED_AT)
    columns = select(row.sequence, row.at, row.actor, row.deed, row.details, row.previous, row.hash)
    here = (row.sequence >= start, row.sequence < end, *_conditions(wanted))
    found = session.execute(columns.where(*here).order_by(row.sequence.desc()).limit(limit)).all()
    entries = [AuditEntry(*entry) for entry in found]
    return TrailPage(entries, entries[-1].sequence if len(entries) == limit else start)


def has_much(session: TenantSession, at: datetime, actor: str, deed: str) -> bool:
    """Whether the latest entries hold as much of a deed by this actor as they are to hold."""
    row = AuditRow
    latest = select(row.at, row.actor, row.deed).order_by(row.sequence.desc()).limit(_LATEST)
    since = (at - _WITHIN).astimezone(UTC).isoformat()
    same = [one for one in session.execute(latest) if one.actor == actor and one.deed == deed and one.at > since]
    return len(same) >= _MUCH


def _conditions(wanted: TrailFilter) -> Iterator[ColumnElement[bool]]:
    if wanted.deed:
        yield AuditRow.deed == wanted.deed
    if wanted.actor:
        yield AuditRow.actor == wanted.actor
    if wanted.first_day:
        yield AuditRow.at >= wanted.first_day.isoformat()
    if wanted.last_day:
        yield (
            AuditRow.at < f"{wanted.last_day.isoformat()}U"
        )  # T and a time come after the day, and U after all of them
