"""A stranger's format that draws like `pdf`, but for the positions at which it is told to fail."""

import os
import signal
import time
from collections.abc import Iterator, Sequence

from ledgerflow.billing.invoice import Invoice
from ledgerflow.rendering.pdf import PdfFormat, PdfUnsound


class StrangePages(PdfFormat):
    """`STRANGE_PAGES` is words and positions, as in `raise 3 17, hang 20`."""

    code = "strange"
    title = "Pages that fail"

    def files(self, invoices: Sequence[Invoice]) -> Iterator[tuple[str, bytes]]:
        told = [said.split() for said in os.environ.get("STRANGE_PAGES", "").split(",")]
        failing = {position: how for how, *positions in filter(None, told) for position in positions}
        for invoice in invoices:
            _fail(failing.get(str(invoice.position), "not at all"), invoice.number)
            yield from super().files([invoice])


def _fail(how: str, number: str) -> None:
    if how == "raise":
        raise PdfUnsound(number=number, reason="the template is broken here")
    if how == "hang":
        time.sleep(3600)
    if how == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)


format = StrangePages()
