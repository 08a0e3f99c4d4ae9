"""What is asked of the books: invoices and the notes on them, by number or by what is known of them."""

import json
from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import ColumnElement, select

from ledgerflow.billing.errors import InvoiceUnknown
from ledgerflow.billing.invoice import Invoice, from_json
from ledgerflow.billing.money import currency
from ledgerflow.billing.tax import DocumentKind
from ledgerflow.issuing.ports import InvoiceFilter, InvoiceSummary
from ledgerflow.store.rows import InvoiceRow
from ledgerflow.store.tenancy import TenantSession

_AFTER_ALL = "\U0010ffff"  # no name has it, so that a prefix ends before it


def found(session: TenantSession, number: str) -> Invoice:
    """The invoice that bears the number."""
    document = session.scalar(select(InvoiceRow.document).where(InvoiceRow.number == number))
    if document is None:
        raise InvoiceUnknown(number=number)
    return from_json(document)


def metadata_of(session: TenantSession, number: str) -> Mapping[str, str]:
    """What the books keep of an invoice that is no part of it."""
    kept = session.scalar(select(InvoiceRow.generation_metadata).where(InvoiceRow.number == number))
    if kept is None:
        raise InvoiceUnknown(number=number)
    read: Mapping[str, str] = json.loads(kept)
    return read


def notes_on(session: TenantSession, number: str) -> Sequence[Invoice]:
    """The notes that correct an invoice, oldest first."""
    order = (InvoiceRow.batch, InvoiceRow.position)
    documents = session.scalars(select(InvoiceRow.document).where(InvoiceRow.corrects == number).order_by(*order))
    return [from_json(document) for document in documents]


def searched(session: TenantSession, wanted: InvoiceFilter, limit: int) -> Sequence[InvoiceSummary]:
    """The latest invoices that fit, newest day first."""
    row = InvoiceRow
    columns = select(row.number, row.day, row.kind, row.buyer, row.currency, row.payable).where(*_conditions(wanted))
    latest = columns.order_by(row.day.desc(), row.number.desc()).limit(limit)
    return [
        InvoiceSummary(
            one.number,
            one.day,
            DocumentKind(one.kind),
            one.buyer,
            one.currency,
            currency(one.currency).major(one.payable),
        )
        for one in session.execute(latest)
    ]


def _conditions(wanted: InvoiceFilter) -> Iterator[ColumnElement[bool]]:
    """Beginnings are ranges: an index serves them under row-level security too, where LIKE could not use it. They are
    two comparisons, for PostgreSQL allows no collation within BETWEEN."""
    row = InvoiceRow
    if wanted.number:
        yield row.number >= wanted.number
        yield row.number <= wanted.number + _AFTER_ALL
    if wanted.buyer:
        key = wanted.buyer.casefold()
        yield row.buyer_key >= key
        yield row.buyer_key <= key + _AFTER_ALL
    if wanted.first_day:
        yield row.day >= wanted.first_day
    if wanted.last_day:
        yield row.day <= wanted.last_day
    if wanted.currency:
        yield row.currency == wanted.currency
    if wanted.least is not None:
        yield row.payable >= currency(wanted.currency).minor(wanted.least)
    if wanted.most is not None:
        yield row.payable <= currency(wanted.currency).minor(wanted.most)
