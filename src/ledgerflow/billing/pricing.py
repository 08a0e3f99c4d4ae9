"""What was agreed for each line before tax: gross, discounts, shares of the document's discount and charge."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from ledgerflow.billing.money import HUNDRED, ZERO, Currency, allocate
from ledgerflow.billing.supply import Supply, SupplyLine


@dataclass(frozen=True, slots=True)
class LinePrice:
    """What was agreed for a line before tax is settled; see AssessedLine for the fields."""

    gross: Decimal
    discount: Decimal
    surcharge: Decimal
    price: Decimal
    quoted: Decimal | None = None


def price_lines(supply: Supply, groups: Sequence[Sequence[int]] | None = None) -> list[LinePrice]:
    """Gross, discount and shares of the document's discount and charge, line by line.

    With `groups`, lists of lines' places, the document's amounts are split over the groups first, then within each
    (EN 16931 gives them per VAT category and rate); without, over the lines at once. Largest remainder both times.
    """
    own = [_own_price(supply, line) for line in supply.lines]
    if not supply.discount and not supply.charge:
        return own
    bases = [line.price for line in own]
    discounts = _split(_converted(supply, supply.discount), bases, groups, supply.currency)
    charges = _split(_converted(supply, supply.charge), bases, groups, supply.currency)
    return [
        LinePrice(line.gross, line.discount + discount, charge, line.price - discount + charge, line.quoted)
        for line, discount, charge in zip(own, discounts, charges, strict=True)
    ]


def unit_value(price: LinePrice, line: SupplyLine, included_rate: Decimal = ZERO) -> Decimal:
    """The discounted value of one unit, exact; `included_rate` is the tax to take out of it, in per cent."""
    return price.price / line.quantity * HUNDRED / (HUNDRED + included_rate)


def _own_price(supply: Supply, line: SupplyLine) -> LinePrice:
    money = supply.currency
    quoted = None
    gross = line.quantity * line.unit_price
    if supply.quoted:
        quoted = supply.quoted.currency.round(gross)
        gross = quoted * supply.quoted.rate
    gross = money.round(gross)
    discount = ZERO
    if line.discount_percent:
        discount = money.round(gross * line.discount_percent / HUNDRED)
    if line.discount_amount:
        discount += _converted(supply, line.discount_amount)
    return LinePrice(gross, discount, ZERO, gross - discount, quoted)


def _converted(supply: Supply, amount: Decimal) -> Decimal:
    return supply.currency.round(amount * supply.quoted.rate if supply.quoted else amount)


def _split(
    amount: Decimal, bases: Sequence[Decimal], groups: Sequence[Sequence[int]] | None, money: Currency
) -> list[Decimal]:
    if groups is None:
        return allocate(amount, bases, money.unit)
    by_group = allocate(amount, [sum((bases[p] for p in places), ZERO) for places in groups], money.unit)
    shares = [ZERO] * len(bases)
    for part, places in zip(by_group, groups, strict=True):
        for place, share in zip(places, allocate(part, [bases[p] for p in places], money.unit), strict=True):
            shares[place] = share
    return shares
