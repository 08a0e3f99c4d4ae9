"""What was left of blocks: given back, expired, or lost in a rollback or a crash. Each count is recorded void."""

from datetime import datetime

from ledgerflow.billing.numbering import NumberSeries
from ledgerflow.issuing.records import VoidNumber
from ledgerflow.store.blocks import ANY, book, expired, void_rest
from ledgerflow.store.sequences import lost_counts
from ledgerflow.store.tenancy import TenantSession

LOST = "Lost between its sequence and the books, in a rollback or a crash"
UNFINISHED = "Taken by a deed that did not end"


def reclaim(session: TenantSession, at: datetime) -> list[VoidNumber]:
    """Records void what expired blocks did not use and what sequences gave to nobody."""
    void: list[VoidNumber] = []
    for row in expired(session, at):
        reason = f"Reserved by {row.holder} until {row.expires_at} and not used" if row.expires_at else UNFINISHED
        void += void_rest(session, NumberSeries(row.series, ANY), row.period, row.first, row.last, reason)
        row.state = "expired"
    session.flush()
    if session.get_bind().dialect.name == "postgresql":
        for template, period, first, reached in lost_counts(session):
            series = NumberSeries(template, ANY)
            last = min(reached, series.capacity)  # after a crash a sequence goes on a little ahead of where it was
            if first <= last:
                book(session, template, period, first, last, "expired")
                void += void_rest(session, series, period, first, last, LOST)
    return void
