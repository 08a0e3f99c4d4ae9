"""What is sold: a product with its price, its unit, and what tax law needs to know of it."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from hashlib import sha256

from pydantic import TypeAdapter

from ledgerflow.billing.money import ZERO


class TaxCategory(StrEnum):
    """How tax law sees a product before it looks at seller, buyer, place and day."""

    STANDARD = "standard"
    ZERO = "zero"
    EXEMPT = "exempt"
    OUT_OF_SCOPE = "out_of_scope"
    REVERSE_CHARGE = "reverse_charge"


@dataclass(frozen=True, slots=True)
class Product:
    """One article of the catalogue.

    `price` is the base price in the catalogue's currency, without tax unless the establishment says otherwise.
    `commodity_code` is the HSN or SAC. `tax_rate` (percent) overrides the rate book where a product's own facts
    decide (pre-packed or loose); `None` leaves the rate to the code and the day.
    """

    sku: str
    name: str
    price: Decimal
    unit: str = "NOS"
    commodity_code: str = ""
    tax_category: TaxCategory = TaxCategory.STANDARD
    name_local: str = ""
    group: str = ""
    tax_rate: Decimal | None = None
    cess_rate: Decimal = ZERO


class Catalogue(tuple[Product, ...]):
    """All products in their order. They never change, so what follows from all of them is worked out once."""

    @classmethod
    def of(cls, goods: Iterable[Product]) -> "Catalogue":
        """The same one, where it is one already."""
        return goods if isinstance(goods, Catalogue) else cls(goods)

    @classmethod
    def from_json(cls, content: object) -> "Catalogue":
        """From what `text` says, read; raises ValidationError."""
        return cls(_PRODUCTS.validate_python(content))

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return super().__hash__()

    @cached_property
    def text(self) -> str:
        """As JSON: equal texts are equal in all that is printed, also where two prices are merely worth the same."""
        return json.dumps(self._content(), ensure_ascii=False, separators=(",", ":"))

    @cached_property
    def digest(self) -> str:
        """Two catalogues of one digest have the same text."""
        return sha256(self.text.encode()).hexdigest()

    @cached_property
    def plain_text(self) -> bytes:
        """As JSON in ASCII with sorted keys, from which the generation follows."""
        return json.dumps(self._content(), sort_keys=True).encode()

    @cached_property
    def dearest(self) -> Decimal:
        """The greatest price; zero where nothing is sold."""
        return max((product.price for product in self), default=ZERO)

    @cached_property
    def names(self) -> dict[str, None]:
        """What products are called, in their order: SKUs and names."""
        return dict.fromkeys(word for one in self for word in (one.sku, one.name) if word)

    @cached_property
    def letters(self) -> frozenset[str]:
        """All letters that an invoice could bear of a product, and the space between two words."""
        spoken = (f"{one.name}{one.name_local}{one.sku}{one.unit}{one.commodity_code}" for one in self)
        return frozenset(" ").union(*spoken)

    def _content(self) -> object:
        return _PRODUCTS.dump_python(tuple(self), mode="json")


_PRODUCTS = TypeAdapter(tuple[Product, ...])
