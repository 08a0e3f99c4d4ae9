"""Each invoice as JSON: the very bytes that the ledger keeps."""

from collections.abc import Iterator, Sequence
from typing import Literal

from ledgerflow.billing.invoice import Invoice, to_json
from ledgerflow.billing.numbering import file_stem


class JsonDocuments:
    """`json/<number>.json`, the number as `file_stem` writes it."""

    code = "json"
    title = "Each invoice as JSON"
    scope: Literal["invoice"] = "invoice"

    def lacking(self, letters: str) -> str:
        """JSON lacks nothing."""
        return ""

    def files(self, invoices: Sequence[Invoice]) -> Iterator[tuple[str, bytes]]:
        """One file an invoice, in their order."""
        for invoice in invoices:
            yield f"json/{file_stem(invoice.number)}.json", to_json(invoice)


format = JsonDocuments()
