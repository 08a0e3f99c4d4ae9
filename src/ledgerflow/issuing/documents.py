"""What a tenant sets up once, as JSON under a name, with a version that counts its changes; the seam to where it is."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ledgerflow.billing.errors import BillingError


class ChangedMeanwhile(BillingError):
    """It was changed meanwhile: it is at version {version} now. Fetch it, and put your change into what it is now."""


class VersionMissing(BillingError):
    """Say which version you change, in If-Match: it is at {version} now."""


@dataclass(frozen=True, slots=True)
class Document:
    """`version` is from 1, and goes on where a document was taken away, whose `text` is empty; else that is JSON."""

    name: str
    version: int
    text: str
    actor: str
    updated_at: datetime


class DocumentBook(Protocol):
    """What a deed may write of documents, in its transaction."""

    def hold(self, name: str) -> Document | None:
        """The document, also one that was taken away, or None where there never was one: nobody else changes that until
        the deed ends."""

    def has(self, name: str) -> bool:
        """Whether there is such a document, or was one."""

    def put(self, document: Document) -> None:
        """Enters a document, or writes it anew."""


class Documents(Protocol):
    """The documents of a tenant, to be read."""

    def find(self, name: str) -> Document | None:
        """The document, or None where there is none."""
