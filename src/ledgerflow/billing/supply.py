"""The sale that an invoice documents: who, to whom, what, when, at which prices. Before any tax is thought of."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from ledgerflow.billing.catalogue import TaxCategory
from ledgerflow.billing.money import ZERO, Currency
from ledgerflow.billing.party import Party, Place


@dataclass(frozen=True, slots=True)
class SupplyLine:
    """One line of a sale.

    Percentages are percent (10 is ten per cent). `declared_rate` and the cess figures, where given, are used instead
    of the rate book; `cess_per_unit` is an amount per unit of quantity; `retail_price` is the printed retail sale price
    of goods that are valued on it (CGST Rule 31D).
    """

    description: str
    quantity: Decimal
    unit_price: Decimal
    unit: str = "NOS"
    sku: str = ""
    description_local: str = ""
    commodity_code: str = ""
    category: TaxCategory = TaxCategory.STANDARD
    discount_percent: Decimal = ZERO
    discount_amount: Decimal = ZERO
    declared_rate: Decimal | None = None
    cess_rate: Decimal = ZERO
    cess_per_unit: Decimal = ZERO
    retail_price: Decimal | None = None


class NoteKind(StrEnum):
    """A document that corrects an earlier invoice."""

    CREDIT = "credit"
    DEBIT = "debit"


@dataclass(frozen=True, slots=True)
class Correction:
    """Which invoice a note corrects, and why. `position` names the sale within its batch, before it has a number."""

    kind: NoteKind
    reason: str = ""
    position: int | None = None
    number: str = ""
    day: str = ""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A second currency, and the printed rate by which amounts are multiplied on their way (see Supply)."""

    currency: Currency
    rate: Decimal


@dataclass(frozen=True, slots=True)
class Supply:
    """A sale. Amounts are in `currency`; `tax_point` is the local time that decides which law is in force.

    `quoted` says that unit prices and fixed discounts are foreign and are converted line by line into `currency` (an
    Indian export); `reported` that totals are also converted out of it, into the currency of the tax (a Gulf invoice
    in dollars). `round_to` rounds the amount due (1 for rupees, 0.005 for five fils). `without_payment` is a supply
    under bond or letter of undertaking.
    """

    seller: Party
    buyer: Party
    tax_point: datetime
    currency: Currency
    lines: tuple[SupplyLine, ...]
    delivered_to: Place | None = None
    prices_include_tax: bool = False
    discount: Decimal = ZERO
    charge: Decimal = ZERO
    prepaid: Decimal = ZERO
    round_to: Decimal | None = None
    correction: Correction | None = None
    reverse_charge: bool = False
    deemed_export: bool = False
    without_payment: bool = False
    quoted: Exchange | None = None
    reported: Exchange | None = None
    payment_terms: str = ""
    due_days: int = 0
