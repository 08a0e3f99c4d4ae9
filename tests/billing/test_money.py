"""Amounts: rounding, steps, and division that loses nothing."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgerflow.billing.money import Currency, allocate, currency, round_down_to_sum, round_to_step

AMOUNTS = st.decimals(-(10**7), 10**7, places=3)
WEIGHTS = st.lists(st.decimals(-(10**5), 10**5, places=2), min_size=1, max_size=30)


@pytest.mark.parametrize(
    ("code", "amount", "rounded"),
    [
        ("INR", "163.725", "163.73"),
        ("INR", "-163.725", "-163.73"),
        ("BHD", "0.0397", "0.040"),
        ("OMR", "1.85175", "1.852"),
        ("JPY", "99.5", "100"),
    ],
)
def test_rounds_half_away_from_zero_in_the_decimals_of_the_currency(code: str, amount: str, rounded: str) -> None:
    assert str(currency(code).round(Decimal(amount))) == rounded


def test_minor_units_go_there_and_back() -> None:
    dinar = Currency("BHD", 3)
    assert dinar.minor(Decimal("1.005")) == 1005
    assert dinar.major(1005) == Decimal("1.005")


@pytest.mark.parametrize(
    ("amount", "step", "rounded"),
    [("10.497", "0.005", "10.495"), ("10.4975", "0.005", "10.500"), ("0.125", "0.25", "0.25"), ("-2.5", "1", "-3")],
)
def test_rounds_to_a_step(amount: str, step: str, rounded: str) -> None:
    assert round_to_step(Decimal(amount), Decimal(step)) == Decimal(rounded)


@pytest.mark.requirement("FR-2.4")
@given(total=AMOUNTS, weights=WEIGHTS)
def test_allocation_conserves(total: Decimal, weights: list[Decimal]) -> None:
    unit = Decimal("0.001")
    shares = allocate(total, weights, unit)
    assert sum(shares) == total
    assert all(share % unit == 0 for share in shares)


@given(total=st.decimals(0, 10**5, places=2), weights=st.lists(st.integers(1, 10**4), min_size=1, max_size=12))
def test_a_share_is_its_exact_part_to_less_than_a_unit_and_the_largest_remainders_win(
    total: Decimal, weights: list[int]
) -> None:
    unit = Decimal("0.01")
    shares = allocate(total, [Decimal(weight) for weight in weights], unit)
    exact = [Fraction(total) * weight / sum(weights) for weight in weights]
    remainders = [part * 100 % 1 for part in exact]
    assert all(abs(Fraction(share) - part) < Fraction(unit) for share, part in zip(shares, exact, strict=True))
    raised = [Fraction(share) > part for share, part in zip(shares, exact, strict=True)]
    order = sorted(range(len(weights)), key=lambda place: -remainders[place])
    assert [raised[place] for place in order] == sorted(raised, reverse=True)


def test_a_tie_falls_to_the_earlier_share_however_long_the_numbers() -> None:
    # 10.00 over 4, 1 and 1: each has two thirds of a unit over, and two units are missing.
    assert allocate(Decimal("10.00"), [Decimal(4), Decimal(1), Decimal(1)], Decimal("0.01")) == [
        Decimal("6.67"),
        Decimal("1.67"),
        Decimal("1.66"),
    ]
    assert round_down_to_sum([Decimal(160), Decimal(10), Decimal(10)], Decimal(18), Decimal(10), Decimal(1)) == [
        9,
        1,
        0,
    ]


def test_what_has_no_weight_goes_to_the_first() -> None:
    unit = Decimal("0.01")
    assert allocate(Decimal("5.00"), [Decimal(3), Decimal(-3)], unit) == [Decimal("5.00"), 0]
    assert allocate(Decimal("5.00"), [], unit) == []
    assert allocate(Decimal("-3.00"), [Decimal(-1), Decimal(-2)], unit) == [Decimal("-1.00"), Decimal("-2.00")]
