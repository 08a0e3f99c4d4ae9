"""A sheet that was uploaded: seen, scanned and read, it waits on the shelf to be taken in; and the seam to its row."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from ledgerflow.billing.errors import BillingError
from ledgerflow.intake.delivery import Reading


class UploadUnknown(BillingError):
    """There is no upload {id}. What is not taken in within a day is thrown away."""


class UploadOver(BillingError):
    """The upload {id} was taken in already."""


class TooManyUploads(BillingError):
    """{open} uploads wait to be taken in, and {limit} may. Take in or throw away some, or come back in {seconds}
    seconds."""


class PreviewOutdated(BillingError):
    """The catalogue has changed since you looked at what the upload {id} would do. Look again."""


class UploadStatus(StrEnum):
    """Whether an upload still waits."""

    OPEN = "open"
    TAKEN = "taken"


@dataclass(frozen=True, slots=True)
class Upload:
    """`name` is what its owner called the file, `reading` how it was understood."""

    id: str
    name: str
    sha256: str
    status: UploadStatus
    reading: Reading
    actor: str
    created_at: datetime


class UploadBook(Protocol):
    """What a deed may write of uploads, in its transaction."""

    def enter(self, upload: Upload) -> None:
        """A new one."""

    def count_open(self) -> int:
        """How many wait; whoever would enter another waits until this deed ends."""

    def hold(self, id: str) -> Upload:
        """One that nobody else changes until the deed ends; raises UploadUnknown."""

    def keep(self, upload: Upload) -> None:
        """Its status and reading as they are now."""

    def remove(self, id: str) -> None:
        """Nothing stays of it."""


class Uploads(Protocol):
    """The uploads of a tenant, to be read."""

    def find(self, id: str) -> Upload:
        """Raises UploadUnknown."""

    def before(self, at: datetime) -> Sequence[str]:
        """Those that came before then."""
