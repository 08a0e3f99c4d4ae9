"""Format: the second plug-in contract. A format turns invoices into files; entry points `ledgerflow.formats`."""

from collections.abc import Iterator, Sequence
from typing import Literal, Protocol

from ledgerflow.billing.invoice import Invoice


class Format(Protocol):
    """One kind of file in an archive. A new one is an entry point; nothing else knows its name."""

    @property
    def code(self) -> str:
        """The name of the entry point: `pdf`, `json`."""

    @property
    def title(self) -> str:
        """What people call it."""

    @property
    def scope(self) -> Literal["invoice", "batch"]:
        """`invoice`: one file for each invoice, which may be made in any order and process; `batch`: files over all."""

    def lacking(self, letters: str) -> str:
        """Of these letters those that its files could not show, each once; a file of characters lacks none."""

    def files(self, invoices: Sequence[Invoice]) -> Iterator[tuple[str, bytes]]:
        """Paths inside the archive and their bytes; the same invoices give the same bytes."""
