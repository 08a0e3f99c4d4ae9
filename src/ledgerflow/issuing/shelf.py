"""What issuing asks of a shelf: where drawn parts and finished archives lie until they are taken or cleared away."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol

from ledgerflow.billing.errors import BillingError


class NotOnShelf(BillingError):
    """{name} is not on the shelf {shelf}: it was never finished, or cleared away."""


class ShelfFull(BillingError):
    """The shelf {shelf} has {free} MiB left, and {needed} MiB are wanted. Make room, then retry the batch."""


class ShelfUnreachable(BillingError):
    """The shelf {shelf} cannot be used: {reason}"""

    @property
    def passing(self) -> bool:
        """Whether it may be over when it is tried again: a network that is down, and not a right that is lacking."""
        return bool(self.parameters.get("passing", False))


class ShelfDamaged(BillingError):
    """{name} on the shelf {shelf} is not what was laid there: its SHA-256 is {found}, and was {wanted}."""


@dataclass(frozen=True, slots=True)
class Laid:
    """What lies on the shelf under a name, with slashes between folders."""

    name: str
    sha256: str
    bytes: int
    at: datetime


class Shelf(Protocol):
    """Files by name. Each is there whole or not at all: it is written aside, checked, and then takes its name."""

    def lay(self, name: str, source: Path) -> Laid:
        """Puts a file there, in the place of an earlier one of that name. Raises ShelfFull before anything is written
        where there is no room, ShelfUnreachable, and ShelfDamaged where what arrived is not what was sent."""

    def open(self, name: str) -> AbstractContextManager[BinaryIO]:
        """Reads a file; raises NotOnShelf, ShelfUnreachable."""

    def take(self, name: str, target: Path, sha256: str = "") -> Laid:
        """Copies a file to a path; raises NotOnShelf, ShelfUnreachable, and ShelfDamaged where it is not the one of
        the hash that is given."""

    def files(self, folder: str) -> Sequence[Laid]:
        """All that lies in a folder and its folders, by name; their hashes are empty."""

    def clear(self, folder: str) -> int:
        """Removes a folder with all that lies in it; says how many files. One that is not there holds none."""

    def require_room(self, needed: int) -> None:
        """Raises ShelfFull where fewer bytes are free, as far as the place can say."""

    def clear_unfinished(self, before: datetime) -> int:
        """Removes what writers that were killed left behind before then; says how many files."""

    def folders(self) -> Iterator[tuple[str, datetime]]:
        """The folders two deep, `tenant/job`, with the time of the latest file in each: what retention looks at."""
