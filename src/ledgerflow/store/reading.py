"""What is asked of the books by number: an invoice, what is kept of it, and the notes on it."""

import json
from collections.abc import Mapping, Sequence

from sqlalchemy import select

from ledgerflow.billing.errors import InvoiceDamaged, InvoiceUnknown
from ledgerflow.billing.invoice import Invoice, from_json
from ledgerflow.store.rows import InvoiceRow
from ledgerflow.store.tenancy import TenantSession


def found(session: TenantSession, number: str) -> Invoice:
    """The invoice that bears the number."""
    document = session.scalar(select(InvoiceRow.document).where(InvoiceRow.number == number))
    if document is None:
        raise InvoiceUnknown(number=number)
    return from_json(document, number)


def placed(session: TenantSession, number: str) -> tuple[int, int]:
    """Batch and position of the invoice that bears the number."""
    wanted = select(InvoiceRow.batch, InvoiceRow.position).where(InvoiceRow.number == number)
    place = session.execute(wanted).one_or_none()
    if place is None:
        raise InvoiceUnknown(number=number)
    return place.batch, place.position


def metadata_of(session: TenantSession, number: str) -> Mapping[str, str]:
    """What the books keep of an invoice that is no part of it."""
    kept = session.scalar(select(InvoiceRow.generation_metadata).where(InvoiceRow.number == number))
    if kept is None:
        raise InvoiceUnknown(number=number)
    try:
        read: Mapping[str, str] = json.loads(kept)
    except ValueError as fault:
        raise InvoiceDamaged(invoice=number) from fault
    return read


def notes_on(session: TenantSession, number: str) -> Sequence[Invoice]:
    """The notes that correct an invoice, oldest first."""
    order = (InvoiceRow.batch, InvoiceRow.position)
    wanted = select(InvoiceRow.document, InvoiceRow.number).where(InvoiceRow.corrects == number).order_by(*order)
    return [from_json(note.document, note.number) for note in session.execute(wanted)]
