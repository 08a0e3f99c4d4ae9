"""Each invoice as JSON: the very bytes that the ledger keeps."""

from collections.abc import Iterator, Sequence
from typing import Literal

from ledgerflow.billing.invoice import Invoice, to_json


class JsonDocuments:
    """`json/<number>.json`, a `/` in the number written `-`."""

    code = "json"
    title = "Each invoice as JSON"
    scope: Literal["invoice"] = "invoice"

    def files(self, invoices: Sequence[Invoice]) -> Iterator[tuple[str, bytes]]:
        """One file an invoice, in their order."""
        for invoice in invoices:
            yield f"json/{invoice.number.replace('/', '-')}.json", to_json(invoice)


format = JsonDocuments()
