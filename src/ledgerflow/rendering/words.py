"""Amounts in words: lakh and crore for rupees, English for other currencies, Arabic (tafqit) for the Gulf.

Indian practice: "Rupees One Lakh Eighteen Thousand and Fifty Paise Only". Arabic agreement of number and noun: one is
noun + واحد, two the dual, 3-10 the opposite gender and the plural, 11-99 the accusative, hundreds the genitive.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Final

from ledgerflow.billing.money import Currency
from ledgerflow.rendering.arabic import counted, currency_nouns

_ONES: Final = (
    *("Zero", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten"),
    *("Eleven", "Twelve", "Thirteen", "Fourteen", "Fifteen", "Sixteen", "Seventeen", "Eighteen", "Nineteen"),
)
_TENS: Final = ("", "", "Twenty", "Thirty", "Forty", "Fifty", "Sixty", "Seventy", "Eighty", "Ninety")
_INDIAN: Final = ((10_000_000, "Crore"), (100_000, "Lakh"), (1_000, "Thousand"), (100, "Hundred"))
_WESTERN: Final = (
    *((10**12, "Trillion"), (10**9, "Billion"), (10**6, "Million")),
    *((1_000, "Thousand"), (100, "Hundred")),
)

# (one, many, one of its parts, many of them)
_ENGLISH: Final = {
    "AED": ("UAE Dirham", "UAE Dirhams", "Fils", "Fils"),
    "AUD": ("Australian Dollar", "Australian Dollars", "Cent", "Cents"),
    "BHD": ("Bahraini Dinar", "Bahraini Dinars", "Fils", "Fils"),
    "EUR": ("Euro", "Euros", "Cent", "Cents"),
    "GBP": ("Pound Sterling", "Pounds Sterling", "Penny", "Pence"),
    "KWD": ("Kuwaiti Dinar", "Kuwaiti Dinars", "Fils", "Fils"),
    "NZD": ("New Zealand Dollar", "New Zealand Dollars", "Cent", "Cents"),
    "OMR": ("Omani Rial", "Omani Rials", "Baisa", "Baisa"),
    "QAR": ("Qatari Riyal", "Qatari Riyals", "Dirham", "Dirhams"),
    "SAR": ("Saudi Riyal", "Saudi Riyals", "Halala", "Halalas"),
    "SGD": ("Singapore Dollar", "Singapore Dollars", "Cent", "Cents"),
    "USD": ("US Dollar", "US Dollars", "Cent", "Cents"),
}


def number_in_words(number: int, *, indian: bool = False) -> str:
    """A whole number from 0 in English, by lakh and crore or by million and billion."""
    return _spoken(number, _INDIAN if indian else _WESTERN)


def _spoken(number: int, scales: tuple[tuple[int, str], ...]) -> str:
    if number < 20:
        return _ONES[number]
    if number < 100:
        return f"{_TENS[number // 10]} {_ONES[number % 10]}" if number % 10 else _TENS[number // 10]
    size, name = next(scale for scale in scales if number >= scale[0])
    rest = f" {_spoken(number % size, scales)}" if number % size else ""
    return f"{_spoken(number // size, scales)} {name}{rest}"


def rupees_in_words(amount: Decimal) -> str:
    """Rupees and paise as Indian invoices write them."""
    rupees, paise = divmod(abs(_minor(amount, 2)), 100)
    tail = f" and {number_in_words(paise)} {'Paisa' if paise == 1 else 'Paise'}" if paise else ""
    return f"{_minus(amount)}Rupees {number_in_words(rupees, indian=True)}{tail} Only"


def english_in_words(amount: Decimal, currency: Currency) -> str:
    """Any currency: "Bahraini Dinars Five and 250 Fils Only"; the minor unit stands in figures."""
    major, minor = divmod(abs(currency.minor(amount)), 10**currency.decimals)
    unnamed = (currency.code, currency.code, *[f"/ {10**currency.decimals}"] * 2)
    one, many, part, parts = _ENGLISH.get(currency.code, unnamed)
    tail = f" and {minor} {part if minor == 1 else parts}" if minor else ""
    return f"{_minus(amount)}{one if major == 1 else many} {number_in_words(major)}{tail} Only"


def arabic_in_words(amount: Decimal, currency: Currency) -> str:
    """The amount as a Gulf invoice frames it, «فقط … لا غير»; empty for a currency whose Arabic nouns are unknown."""
    nouns = currency_nouns(currency.code)
    if nouns is None:
        return ""
    major, minor = divmod(abs(currency.minor(amount)), 10**currency.decimals)
    parts = [counted(major, nouns[0])] if major or not minor else []
    if minor:
        parts.append(counted(minor, nouns[1]))
    return f"فقط {'سالب ' if amount < 0 else ''}{' و'.join(parts)} لا غير"


def in_words(amount: Decimal, currency: Currency, language: str) -> tuple[str, ...]:
    """The amount in the page's own words first, English last."""
    english = rupees_in_words(amount) if currency.code == "INR" else english_in_words(amount, currency)
    local = _LOCAL[language](amount, currency) if language in _LOCAL else ""
    return (local, english) if local else (english,)


_LOCAL: Final[dict[str, Callable[[Decimal, Currency], str]]] = {"ar": arabic_in_words}


def _minor(amount: Decimal, decimals: int) -> int:
    return Currency("", decimals).minor(amount)


def _minus(amount: Decimal) -> str:
    return "Minus " if amount < 0 else ""
