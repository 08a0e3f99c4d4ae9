"""Where every number of every series went: issued, void, reserved, or missing, which nothing explains."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from ledgerflow.billing.numbering import NumberSeries
from ledgerflow.issuing.records import SeriesAccount
from ledgerflow.store.blocks import ANY
from ledgerflow.store.rows import BlockRow, InvoiceRow, SequenceRow, VoidNumberRow
from ledgerflow.store.tenancy import TenantSession


@dataclass(frozen=True, slots=True)
class _Span:
    """The counts of a series in a period, from the first to the last that a block holds. Up to `settled` each is in a
    block; after it a sequence may have given some whose booking is on the way, or was lost."""

    series: str
    period: str
    first: int
    last: int
    settled: int


def accounts(session: TenantSession) -> Sequence[SeriesAccount]:
    """The accounts of all series. The session must see one moment throughout."""
    return [_account(session, span) for span in _spans(session)]


def _spans(session: TenantSession) -> list[_Span]:
    row, sequence = BlockRow, SequenceRow
    known = session.execute(select(sequence.series, sequence.period, sequence.settled))
    settled = {(series, period): count for series, period, count in known}
    ends = select(row.series, row.period, func.min(row.first), func.max(row.last)).group_by(row.series, row.period)
    return [
        _Span(series, period, first, last, settled.get((series, period), last))
        for series, period, first, last in session.execute(ends.order_by(row.series, row.period))
    ]


def _account(session: TenantSession, span: _Span) -> SeriesAccount:
    series = NumberSeries(span.series, ANY)
    issued, void = (_count(session, row, span, span.first, span.last) for row in (InvoiceRow, VoidNumberRow))
    reserved = sum(
        last - first + 1 - sum(_count(session, row, span, first, last) for row in (InvoiceRow, VoidNumberRow))
        for first, last in _blocks(session, span, "open")
    )
    unsettled = _unsettled(session, span)
    missing = span.last - span.first + 1 - issued - void + _twice(session, span) - reserved - unsettled
    return SeriesAccount(
        series=span.series,
        period=span.period,
        first=series.text(span.first, span.period),
        last=series.text(span.last, span.period),
        issued=issued,
        void=void,
        reserved=reserved + unsettled,
        missing=tuple(series.text(count, span.period) for count in _missing(session, span)) if missing else (),
    )


def _count(
    session: TenantSession, row: type[InvoiceRow] | type[VoidNumberRow], span: _Span, first: int, last: int
) -> int:
    here = (row.series == span.series, row.period == span.period, row.count.between(first, last))
    return session.scalar(select(func.count(row.count)).where(*here)) or 0


def _twice(session: TenantSession, span: _Span) -> int:
    """Counts that are void and on an invoice: none ever is, and if one were, it would not make up for a missing one."""
    void, invoice = VoidNumberRow, InvoiceRow
    same = (invoice.series == void.series, invoice.period == void.period, invoice.count == void.count)
    here = (void.series == span.series, void.period == span.period, void.count.between(span.first, span.last))
    return session.scalar(select(func.count(void.count)).where(*here, select(invoice.count).where(*same).exists())) or 0


def _blocks(session: TenantSession, span: _Span, *states: str) -> list[tuple[int, int]]:
    row = BlockRow
    here = (row.series == span.series, row.period == span.period, row.state.in_(states))
    return [(first, last) for first, last in session.execute(select(row.first, row.last).where(*here))]


def _unsettled(session: TenantSession, span: _Span) -> int:
    """How many counts after the settled ones no block holds."""
    row, settled = BlockRow, max(span.settled, span.first - 1)
    here = (row.series == span.series, row.period == span.period, row.first > settled)
    held = session.scalar(select(func.sum(row.last - row.first + 1)).where(*here)) or 0
    return max(span.last - settled, 0) - int(held)  # a sum of whole numbers is a Decimal to PostgreSQL


def _missing(session: TenantSession, span: _Span) -> Iterator[int]:
    known = set[int]()
    for row in (InvoiceRow, VoidNumberRow):
        here = (row.series == span.series, row.period == span.period)
        known.update(session.scalars(select(row.count).where(*here)))
    for first, last in _blocks(session, span, "open"):
        known.update(range(first, last + 1))
    yield from (count for count in range(span.first, min(span.settled, span.last) + 1) if count not in known)
    for first, last in sorted(_blocks(session, span, "used", "released", "expired")):
        yield from (count for count in range(max(first, span.settled + 1), last + 1) if count not in known)
