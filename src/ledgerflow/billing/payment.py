"""A payment: what is entered on an invoice once it is issued, money that comes or goes, or a claim that is given up."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from ledgerflow.billing.money import Currency


class PaymentKind(StrEnum):
    """Money that comes, money that goes back, and a claim that is given up."""

    PAYMENT = "payment"
    REFUND = "refund"
    WRITE_OFF = "write_off"


@dataclass(frozen=True, slots=True)
class Payment:
    """One entry on an invoice: `amount` is above zero, in the invoice's currency, for each kind; `number` is the
    invoice's, and a refund's too."""

    number: str
    day: date
    kind: PaymentKind
    amount: Decimal
    currency: Currency
