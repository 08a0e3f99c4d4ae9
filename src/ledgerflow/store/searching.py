"""Invoices found by what is known of them, the latest first, however rare or common it is.

What is common is found among the latest invoices. What is not found there often enough is rare, or old: then all that
fits is gathered by the index of its narrowest condition, each of which carries what the other conditions ask for. Left
to itself, a database walks through all invoices in search of the fiftieth that fits, where there are only forty-nine.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from sqlalchemy import ColumnElement, Select, func, select, tuple_
from sqlalchemy.orm import aliased

from ledgerflow.billing.money import currency
from ledgerflow.billing.tax import DocumentKind
from ledgerflow.issuing.records import InvoiceFilter, InvoiceSummary
from ledgerflow.store.rows import InvoiceRow
from ledgerflow.store.tenancy import TenantSession

_LATEST = 5000  # invoices that are looked through first
_LARGEST = Decimal(2**63 - 1)
_AFTER_ALL = "\U0010ffff"  # no name has it, so that a prefix ends before it


Place = tuple[date, str] | None
"""Day and number of the invoice after which a page begins."""


def searched(
    session: TenantSession, wanted: InvoiceFilter, limit: int, after: Place = None
) -> Sequence[InvoiceSummary]:
    """The latest invoices that fit, newest day first."""
    if session.get_bind().dialect.name == "postgresql":
        _plan_afresh(session)
    found = _summaries(session, _among_latest(wanted, limit, after), limit)
    return found if len(found) == limit else _summaries(session, _among_all(wanted, after), limit)


def _plan_afresh(session: TenantSession) -> None:
    """A plan for any prefix and amount is bad for most of them."""
    told = (("plan_cache_mode", "force_custom_plan"), ("jit", "off"))
    session.connection().execute(select(*(func.set_config(name, value, True) for name, value in told)))


def _among_latest(wanted: InvoiceFilter, limit: int, after: Place) -> Select[str]:
    days = _carried().where(*_days(wanted), *_later(after))
    latest = days.order_by(InvoiceRow.day.desc(), InvoiceRow.number.desc()).limit(_LATEST + limit)
    near = aliased(InvoiceRow, latest.subquery())
    return select(near.number).where(*_known(near, wanted)).order_by(near.day.desc(), near.number.desc())


def _among_all(wanted: InvoiceFilter, after: Place) -> Select[str]:
    narrow = (*_days(wanted), *_later(after), *_known(InvoiceRow, wanted))
    fitting = _carried().where(*narrow).offset(0)  # without regard to their order
    near = aliased(InvoiceRow, fitting.subquery())
    return select(near.number).order_by(near.day.desc(), near.number.desc())


def _carried() -> Select[str, str, date, str, str, int]:
    """What every index carries by which invoices are searched."""
    row = InvoiceRow
    return select(row.tenant, row.number, row.day, row.buyer_key, row.currency, row.payable)


def _summaries(session: TenantSession, numbers: Select[str], limit: int) -> Sequence[InvoiceSummary]:
    row = InvoiceRow
    columns = select(row.batch, row.position, row.number, row.day, row.kind, row.buyer, row.currency, row.payable)
    wanted = columns.where(row.number.in_(numbers.limit(limit))).order_by(row.day.desc(), row.number.desc())
    return [
        InvoiceSummary(
            one.batch,
            one.position,
            one.number,
            one.day,
            DocumentKind(one.kind),
            one.buyer,
            one.currency,
            currency(one.currency).major(one.payable),
        )
        for one in session.execute(wanted)
    ]


def _later(after: Place) -> Iterator[ColumnElement[bool]]:
    """What comes after a place in the order of the list, which is the newest first."""
    if after:
        yield tuple_(InvoiceRow.day, InvoiceRow.number) < after


def _days(wanted: InvoiceFilter) -> Iterator[ColumnElement[bool]]:
    if wanted.first_day:
        yield InvoiceRow.day >= wanted.first_day
    if wanted.last_day:
        yield InvoiceRow.day <= wanted.last_day


def _known(row: type[InvoiceRow], wanted: InvoiceFilter) -> Iterator[ColumnElement[bool]]:
    """Beginnings are ranges: an index serves them under row-level security too, where LIKE could not use it. They are
    no BETWEEN, which PostgreSQL cannot read with a collation behind each value."""
    if wanted.number:
        yield row.number >= wanted.number
        yield row.number <= wanted.number + _AFTER_ALL
    if wanted.buyer:
        key = wanted.buyer.casefold()
        yield row.buyer_key >= key
        yield row.buyer_key <= key + _AFTER_ALL
    if wanted.currency:
        yield row.currency == wanted.currency
    if wanted.least is not None:
        yield row.payable >= _held(wanted.least, wanted.currency, ROUND_CEILING)
    if wanted.most is not None:
        yield row.payable <= _held(wanted.most, wanted.currency, ROUND_FLOOR)


def _held(amount: Decimal, code: str, rounding: str) -> int:
    """An amount in minor units; beyond what a column holds, the nearest that it does."""
    minor = amount.scaleb(currency(code).decimals)
    return int(max(-_LARGEST, min(minor, _LARGEST)).to_integral_value(rounding))
