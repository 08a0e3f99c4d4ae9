"""How figures are printed: lakh and crore groups for rupees, thousands elsewhere, in either set of digits."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from ledgerflow.billing.money import Currency

_ARABIC_INDIC: Final = str.maketrans("0123456789.,%", "٠١٢٣٤٥٦٧٨٩٫٬٪")
_DIGITS_ONLY: Final = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_RUN: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 .,/:&×+-]*[A-Za-z0-9%])?")


def local_digits(text: str) -> str:
    """Arabic words with their numbers in Arabic-Indic digits; a run with Latin letters, such as SPF 50, stays."""
    return _RUN.sub(lambda run: run[0] if any(map(str.isalpha, run[0])) else run[0].translate(_ARABIC_INDIC), text)


def grouped(amount: Decimal, currency: Currency) -> str:
    """The amount with its currency's decimals and groups: 1,18,000.50 in rupees, 118,000.500 in dinars."""
    return group(currency.round(amount), currency.code)


def group(number: Decimal, currency: str) -> str:
    """Any number in the groups of the currency's country, its own decimals kept."""
    text = f"{number:,f}"
    if currency != "INR":
        return text
    whole, point, decimals = f"{abs(number):f}".partition(".")
    head, tail = whole[:-3], whole[-3:]
    pairs = [head[max(0, end - 2) : end] for end in range(len(head), 0, -2)][::-1]
    return f"{'-' if number < 0 else ''}{','.join([*pairs, tail])}{point}{decimals}"


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one page: its currency and the digits of its language."""

    currency: Currency
    arabic_indic: bool = False

    def amount(self, amount: Decimal, currency: Currency | None = None) -> str:
        """An amount under a header that names its currency."""
        return self._digits(grouped(amount, currency or self.currency))

    def money(self, amount: Decimal, currency: Currency | None = None) -> str:
        """An amount that stands alone: ₹1,18,000.50, -₹5.00, BHD 11.000."""
        unit = currency or self.currency
        text = grouped(amount, unit)
        if unit.code != "INR":
            return f"{unit.code} {self._digits(text)}"
        return self._digits(f"-₹{text[1:]}" if text.startswith("-") else f"₹{text}")

    def price(self, price: Decimal, currency: Currency | None = None) -> str:
        """A unit price: the currency's decimals, or more where it has more."""
        unit = currency or self.currency
        exact = unit.round(price)
        return self._digits(group(exact if exact == price else price.normalize(), unit.code))

    def plain(self, number: Decimal) -> str:
        """A quantity or an exchange rate, without idle zeros."""
        return self._digits(group(number.normalize(), self.currency.code))

    def percent(self, rate: Decimal) -> str:
        return f"{self.plain(rate)}{'٪' if self.arabic_indic else '%'}"

    def count(self, number: int) -> str:
        return self._digits(str(number))

    def day(self, day: date) -> str:
        """05-Apr-2026 in rupees' country, 05/04/2026 elsewhere; digits of the page."""
        if self.currency.code == "INR":
            return f"{day.day:02}-{_MONTHS[day.month - 1]}-{day.year}"
        text = f"{day.day:02}/{day.month:02}/{day.year}"
        return text.translate(_DIGITS_ONLY) if self.arabic_indic else text

    def clock(self, time: str) -> str:
        return time.translate(_DIGITS_ONLY) if self.arabic_indic else time

    def _digits(self, text: str) -> str:
        return text.translate(_ARABIC_INDIC) if self.arabic_indic else text
