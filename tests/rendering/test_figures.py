"""Figures as they are printed: groups, decimals, either set of digits."""

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from ledgerflow.billing.money import currency
from ledgerflow.rendering.figures import Figures, grouped

RUPEES = Figures(currency("INR"))
DINARS = Figures(currency("BHD"))
ARABIC = Figures(currency("BHD"), arabic_indic=True)
WESTERN = str.maketrans("٠١٢٣٤٥٦٧٨٩٫٬", "0123456789.,")

amounts = st.decimals(-(10**11), 10**11, places=3)


@given(amounts, st.sampled_from(["INR", "BHD", "SAR", "JPY"]))
def test_grouping_changes_no_digit(amount: Decimal, code: str) -> None:
    money = currency(code)
    assert Decimal(grouped(amount, money).replace(",", "")) == money.round(amount)


@given(amounts)
def test_lakh_groups_have_two_digits_and_the_last_three(amount: Decimal) -> None:
    whole = grouped(amount, currency("INR")).lstrip("-").partition(".")[0]
    head, *pairs = whole.split(",")
    assert len(head) <= 2 or not pairs
    assert [len(pair) for pair in pairs] == [2] * (len(pairs) - 1) + [3] * bool(pairs)


@given(amounts)
def test_arabic_digits_say_the_same(amount: Decimal) -> None:
    assert ARABIC.amount(amount).translate(WESTERN) == DINARS.amount(amount)


def test_money_names_its_currency() -> None:
    assert RUPEES.money(Decimal("-118000.5")) == "-₹1,18,000.50"
    assert DINARS.money(Decimal("1234.5")) == "BHD 1,234.500"
    assert ARABIC.money(Decimal("1234.5")) == "BHD ١٬٢٣٤٫٥٠٠"
    assert DINARS.money(Decimal("1234.5"), currency("USD")) == "USD 1,234.50"


def test_prices_keep_the_decimals_they_have() -> None:
    assert RUPEES.price(Decimal("98765.4321")) == "98,765.4321"
    assert RUPEES.price(Decimal("100")) == "100.00"
    assert DINARS.price(Decimal("0.6")) == "0.600"


def test_quantities_and_rates_have_no_idle_zeros() -> None:
    assert RUPEES.plain(Decimal("100000.00")) == "1,00,000"
    assert RUPEES.plain(Decimal("12.500")) == "12.5"
    assert RUPEES.percent(Decimal("0.125")) == "0.125%"
    assert ARABIC.percent(Decimal("10")) == "١٠٪"
    assert ARABIC.count(12) == "١٢"


def test_days_and_times() -> None:
    assert RUPEES.day(date(2026, 4, 5)) == "05-Apr-2026"
    assert DINARS.day(date(2026, 4, 5)) == "05/04/2026"
    assert ARABIC.day(date(2026, 4, 5)) == "٠٥/٠٤/٢٠٢٦"
    assert ARABIC.clock("09:05:07") == "٠٩:٠٥:٠٧"
    assert DINARS.clock("09:05:07") == "09:05:07"
