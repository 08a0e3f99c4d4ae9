"""What a tenant sells: the catalogue that is kept with the books, and the seam to where it is kept."""

import hashlib
from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Protocol

from pydantic import TypeAdapter

from ledgerflow.billing.catalogue import Product
from ledgerflow.billing.errors import BillingError

_PRODUCT = TypeAdapter(Product)


class ProductUnknown(BillingError):
    """There is no product {id}."""


class ProductTaken(BillingError):
    """There is another product with the {what} {value!r}. Change that one, or tell the two apart."""


class ProductChanged(BillingError):
    """The product {id} is not any more what it was when you looked at it. Look again."""


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

    def hold(self) -> int:
        """The last place, 0 where there is none; nobody else changes the catalogue until the deed ends."""

    def find(self, id: str) -> Stocked:
        """Raises ProductUnknown."""

    def known(self, ids: Sequence[str]) -> Sequence[str]:
        """Which of these there are."""

    def alike(self, name: str, sku: str) -> Sequence[Stocked]:
        """Those of the name or of the SKU, in any letter case."""

    def put(self, stocked: Sequence[Stocked]) -> None:
        """Enters products; those that are there under the same id are written anew."""

    def remove(self, ids: Sequence[str]) -> int:
        """Takes products away, and says how many there were."""


class Stock(Protocol):
    """The catalogue of a tenant, to be read."""

    def catalogue(self) -> Sequence[Product]:
        """All products in their order."""

    def all(self) -> Sequence[Stocked]:
        """The same, as they are kept."""

    def find(self, id: str) -> Stocked:
        """Raises ProductUnknown."""

    def page(self, after: int, limit: int, words: str = "") -> Sequence[Stocked]:
        """Those after a place whose name or SKU holds the words, in their order, so many at most."""

    def count(self) -> int:
        """How many there are."""


def identifier(product: Product, taken: Container[str]) -> str:
    """Under which a new product is kept: it follows from its SKU, or else from its name."""
    said = f"sku\0{product.sku.casefold()}" if product.sku else f"name\0{product.name.casefold()}"
    ids = (hashlib.sha256(f"{said}\0{turn}".encode()).hexdigest()[:24] for turn in count())
    return next(id for id in ids if id not in taken)


def version(product: Product) -> str:
    """Two products of one version are equal in all that is kept of them."""
    return hashlib.sha256(_PRODUCT.dump_json(product)).hexdigest()[:24]
