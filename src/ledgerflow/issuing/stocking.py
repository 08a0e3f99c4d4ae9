"""What a tenant sells: the catalogue that is kept with the books, and the seam to where it is kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ledgerflow.billing.catalogue import Product
from ledgerflow.billing.errors import BillingError


class ProductUnknown(BillingError):
    """There is no product {id}."""


@dataclass(frozen=True, slots=True)
class Stocked:
    """A product that is kept: `place` is its place in the catalogue, from 1."""

    id: str
    place: int
    product: Product
    updated_at: datetime


class StockBook(Protocol):
    """What a deed may write of the catalogue, in its transaction."""

    def hold_all(self) -> Sequence[Stocked]:
        """The whole catalogue in its order, which nobody else changes until the deed ends."""

    def put(self, stocked: Sequence[Stocked]) -> None:
        """Enters products; those that are there under the same id are written anew."""

    def remove(self, ids: Sequence[str]) -> int:
        """Takes products away, and says how many there were."""


class Stock(Protocol):
    """The catalogue of a tenant, to be read."""

    def catalogue(self) -> Sequence[Product]:
        """All products in their order."""

    def find(self, id: str) -> Stocked:
        """Raises ProductUnknown."""

    def page(self, after: int, limit: int) -> Sequence[Stocked]:
        """Those after a place, in their order, so many at most."""

    def count(self) -> int:
        """How many there are."""
