"""What is sold: a product with its price, its unit, and what tax law needs to know of it."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

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
