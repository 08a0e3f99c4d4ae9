"""What the books come to, added up by the database itself: no document is read for it."""

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import ColumnElement, Integer, Select, case, cast, extract, func, select
from sqlalchemy.orm import InstrumentedAttribute

from ledgerflow.billing.invoice import Invoice, from_json
from ledgerflow.billing.money import currency
from ledgerflow.billing.tax import DocumentKind
from ledgerflow.issuing.figures import Span, Sum
from ledgerflow.issuing.tallies import JobTally
from ledgerflow.store.jobs import Reading
from ledgerflow.store.rows import InvoiceRow
from ledgerflow.store.tallies import tally_of

_NOTE = InvoiceRow.kind == DocumentKind.CREDIT_NOTE.value


class DatabaseFigures:
    """Sums over the invoices of a tenant, each as of the moment it is asked for; see `figures.Figures`."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    def totals(self, span: Span) -> Sequence[Sum]:
        with self._reading() as session:
            found = session.execute(_summed(span).group_by(InvoiceRow.currency).order_by(InvoiceRow.currency))
            return [_sum("", one.currency, tuple(one)[1:]) for one in found]

    def by_month(self, span: Span) -> Sequence[Sum]:
        year, month = (cast(extract(part, InvoiceRow.day), Integer) for part in ("year", "month"))
        wanted = _summed(span).add_columns(year, month).group_by(InvoiceRow.currency, year, month)
        with self._reading() as session:
            found = [tuple(one) for one in session.execute(wanted.order_by(year, month, InvoiceRow.currency))]
        return [_sum(f"{one[-2]:04}-{one[-1]:02}", str(one[0]), one[1:-2]) for one in found]

    def by_day(self, span: Span) -> Sequence[Sum]:
        wanted = _summed(span).add_columns(InvoiceRow.day).group_by(InvoiceRow.currency, InvoiceRow.day)
        with self._reading() as session:
            found = [tuple(one) for one in session.execute(wanted.order_by(InvoiceRow.day, InvoiceRow.currency))]
        return [_sum(str(one[-1]), str(one[0]), one[1:-1]) for one in found]

    def by_buyer(self, span: Span, limit: int) -> Sequence[Sum]:
        billed = _signed(InvoiceRow.payable)
        sums: list[Sum] = []
        with self._reading() as session:
            codes = session.scalars(select(InvoiceRow.currency).where(*_within(span)).distinct()).all()
            for code in sorted(codes):
                own = _summed(span).add_columns(func.min(InvoiceRow.buyer)).where(InvoiceRow.currency == code)
                most = own.group_by(InvoiceRow.currency, InvoiceRow.buyer_key)
                wanted = most.order_by(billed.desc(), InvoiceRow.buyer_key).limit(limit)
                found = [tuple(one) for one in session.execute(wanted)]
                sums += [_sum(str(one[-1]), str(one[0]), one[1:-1]) for one in found]
        return sums

    def kinds(self, batch: int | None = None) -> Mapping[str, int]:
        counted = select(InvoiceRow.kind, func.count(InvoiceRow.position)).group_by(InvoiceRow.kind)
        if batch is not None:
            counted = counted.where(InvoiceRow.batch == batch)
        with self._reading() as session:
            return {kind: count for kind, count in session.execute(counted.order_by(InvoiceRow.kind))}

    def batches(self, bounds: Sequence[int]) -> JobTally:
        with self._reading() as session:
            return tally_of(session, bounds)

    def latest(self, span: Span, limit: int) -> Sequence[Invoice]:
        row = InvoiceRow
        wanted = select(row.document, row.number).where(*_within(span)).order_by(row.day.desc(), row.number.desc())
        with self._reading() as session:
            found = session.execute(wanted.limit(limit)).all()
        return [from_json(one.document, one.number) for one in found]


def _summed(span: Span) -> Select[str, int, int, int, int, int]:
    row = InvoiceRow
    notes = func.sum(case((_NOTE, 1), else_=0))
    invoices = func.sum(case((_NOTE, 0), else_=1))
    amounts = (_signed(row.taxable_value), _signed(row.tax), _signed(row.payable))
    return select(row.currency, invoices, notes, *amounts).where(*_within(span))


def _signed(amount: InstrumentedAttribute[int]) -> ColumnElement[int]:
    return func.sum(case((_NOTE, -amount), else_=amount))


def _within(span: Span) -> Iterator[ColumnElement[bool]]:
    if span.first_day:
        yield InvoiceRow.day >= span.first_day
    if span.last_day:
        yield InvoiceRow.day <= span.last_day


def _sum(name: str, code: str, figures: Sequence[object]) -> Sum:
    invoices, notes, taxable, tax, payable = (int(str(one)) for one in figures)
    money = currency(code)
    return Sum(name, code, invoices, notes, money.major(taxable), money.major(tax), money.major(payable))
