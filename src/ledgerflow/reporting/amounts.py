"""Amounts as their country writes them: 1,00,000.00 for rupees, three decimals for dinars; short ones for axes."""

from decimal import Decimal

from ledgerflow.rendering.figures import group

_INDIAN = ((Decimal(10**7), "Cr"), (Decimal(10**5), "L"), (Decimal(10**3), "k"))  # crore, lakh
_WESTERN = ((Decimal(10**9), "bn"), (Decimal(10**6), "m"), (Decimal(10**3), "k"))


def grouped(amount: Decimal, currency: str) -> str:
    """The amount in full, with its sign before it (U+2212) and its digits in groups."""
    return ("−" if amount < 0 else "") + group(abs(amount), currency)


def counted(number: int, thing: str) -> str:
    """So many of a thing: `1 invoice`, `2 invoices`, `1,200 credit notes`."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def short(amount: Decimal, currency: str = "") -> str:
    """Three digits and a unit: 508, 12.5k, 3.2L, 1.04Cr, 7.5m."""
    for size, unit in _INDIAN if currency == "INR" else _WESTERN:
        if abs(amount) >= size:
            return _three_digits(amount / size) + unit
    return _three_digits(amount)


def _three_digits(amount: Decimal) -> str:
    rounded = round(amount, max(0, 2 - amount.adjusted())) if amount else amount
    text = f"{rounded:f}".replace("-", "−")
    return text.rstrip("0").rstrip(".") if "." in text else text
