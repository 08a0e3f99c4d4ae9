"""The deed of describing how real a batch is: its lines by currency, as `ledgerflow realism` tells of a file."""

from collections.abc import Mapping
from itertools import islice

from ledgerflow.billing.invoice import Invoice
from ledgerflow.issuing.jobs import Job
from ledgerflow.issuing.ports import Ledger
from ledgerflow.likeness.billed import lines_of
from ledgerflow.likeness.portrait import Portrait, portrait

MOST = 1000  # invoices that are looked at


def portraits(ledger: Ledger, job: Job, most: int = MOST) -> tuple[Mapping[str, Portrait], int]:
    """A portrait of the batch for each currency with a sale, and how many documents were read: the first ones."""
    books: dict[str, list[Invoice]] = {}
    read = list(islice(ledger.invoices(batch=job.batch), most)) if job.batch is not None else []
    for invoice in read:
        books.setdefault(invoice.supply.currency.code, []).append(invoice)
    found = {code: portrait(lines_of(own).in_order()) for code, own in books.items()}
    return {code: one for code, one in found.items() if one}, len(read)
