"""Exact amounts: a currency knows its decimals, rounds half up and divides without losing a minor unit.

An amount is a bare `Decimal`; its currency stands once on the document that holds it (decision 0002).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal

ZERO = Decimal(0)
HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Currency:
    """An ISO 4217 code and its decimals: 2 for INR, SAR, AED; 3 for BHD, OMR, KWD."""

    code: str
    decimals: int = 2
    unit: Decimal = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "unit", Decimal(1).scaleb(-self.decimals))

    def round(self, amount: Decimal) -> Decimal:
        """The amount in whole minor units, half away from zero, so that a refund mirrors its sale."""
        return amount.quantize(self.unit, ROUND_HALF_UP)

    def minor(self, amount: Decimal) -> int:
        """The amount as a count of minor units (paise, fils, baisa)."""
        return int(self.round(amount).scaleb(self.decimals))

    def major(self, minor_units: int) -> Decimal:
        """A count of minor units as an amount."""
        return Decimal(minor_units).scaleb(-self.decimals)


_DECIMALS = {"BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3, "JPY": 0, "KRW": 0, "VND": 0}


def currency(code: str) -> Currency:
    """The currency of an ISO 4217 code, with the decimals of the standard."""
    return Currency(code, _DECIMALS.get(code, 2))


def plain(number: Decimal) -> str:
    """A rate or another number in plain digits, without idle zeros: 18, 2.5, 0.125."""
    return f"{number.normalize():f}"


def round_to_step(amount: Decimal, step: Decimal) -> Decimal:
    """The nearest multiple of `step`, half up: rupees for 1, five fils for 0.005."""
    return (amount / step).quantize(Decimal(1), ROUND_HALF_UP) * step


def allocate(total: Decimal, weights: Sequence[Decimal], unit: Decimal) -> list[Decimal]:
    """Divides `total` in proportion to `weights`, in whole `unit`s that add up to it exactly.

    Largest remainder: each share is rounded down, then the missing units go to the largest remainders, ties to the
    earlier one. Weights may be negative (a returned line); where they sum to zero all goes to the first.
    """
    if not weights:
        return []
    whole = sum(weights, ZERO)
    if not whole:
        return [total, *[ZERO * unit] * (len(weights) - 1)]
    towards = total if whole > 0 else -total
    return round_down_to_sum([towards * weight for weight in weights], abs(whole), total, unit)


def round_down_to_sum(parts: Sequence[Decimal], divisor: Decimal, total: Decimal, unit: Decimal) -> list[Decimal]:
    """Rounds each `part / divisor` down to a `unit`; what is missing from `total` goes to the largest remainders.

    Remainders are compared as parts of the divisor (positive), where they are exact: a quotient such as 20/3 is not,
    and a tie would fall to the longer number.
    """
    shares = [(part / divisor).quantize(unit, ROUND_FLOOR) for part in parts]
    missing = int((total - sum(shares, ZERO)) / unit)
    by_remainder = sorted(range(len(parts)), key=lambda place: shares[place] * divisor - parts[place])
    for turn in range(missing):
        shares[by_remainder[turn % len(shares)]] += unit
    return shares
