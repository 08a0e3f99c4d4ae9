"""The statistics, against scipy and by hand."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from scipy import stats
from tests.likeness.books import dice

from ledgerflow.likeness.arrivals import iso_week
from ledgerflow.likeness.statistics import (
    autocorrelation,
    benford_deviation,
    first_digits,
    hundredths,
    ks_complement,
    lorenz,
    ranks,
    ratio_similarity,
    spearman,
    top_share,
    tv_complement,
)

SAMPLES = some.lists(some.integers(0, 20), min_size=2, max_size=60)


@given(SAMPLES, SAMPLES)
def test_kolmogorov_and_smirnov_as_scipy_has_them(one: list[int], other: list[int]) -> None:
    assert ks_complement(one, other) == pytest.approx(1 - stats.ks_2samp(one, other, method="asymp").statistic)


@given(SAMPLES)
def test_ranks_as_scipy_has_them(values: list[int]) -> None:
    assert ranks(values).tolist() == stats.rankdata(values).tolist()


def test_spearman_as_scipy_has_it_and_a_constant_agrees_with_nothing() -> None:
    one, other = dice(1).integers(0, 9, 200), dice(2).integers(0, 9, 200)
    assert spearman(one, other) == pytest.approx(stats.spearmanr(one, other).statistic)
    assert spearman(one, np.ones(200)) == 0


def test_weeks_as_the_calendar_has_them() -> None:
    days = [date(2004, 12, 20) + timedelta(days=turn) for turn in range(2_600)]
    counted = iso_week(np.array([(day - date(1970, 1, 1)).days for day in days]))
    assert counted.tolist() == [day.isocalendar().week for day in days]


def test_too_few_to_compare_are_unlike() -> None:
    assert ks_complement([1.0], [1.0, 2.0]) == 0
    assert tv_complement(np.array([], np.int64), np.array([1])) == 0


def test_half_of_the_mass_elsewhere_is_half_alike() -> None:
    assert tv_complement(np.array([1, 1, 2, 2]), np.array([1, 1, 3, 3])) == 0.5


def test_a_third_is_a_third_alike_whichever_is_greater() -> None:
    assert ratio_similarity(1, 3) == pytest.approx(ratio_similarity(3, 1)) == pytest.approx(1 / 3)


def test_equal_shares_have_a_straight_lorenz_curve_and_one_holder_has_all() -> None:
    assert lorenz([5, 5, 5, 5]) == pytest.approx(np.linspace(0, 1, 200))
    assert lorenz([0] * 199 + [9])[1] == pytest.approx(1, abs=0.01)
    assert top_share([80, 10, 5, 3, 2]) == pytest.approx(0.8)


@pytest.mark.parametrize(
    ("amount", "digit"), [(1, 1), (0.029, 2), (999.99, 9), (1_000, 1), (10.0**7, 1), (0.3, 3), (-45, 4)]
)
def test_the_first_digit_of_an_amount(amount: float, digit: int) -> None:
    assert first_digits([amount]).tolist() == [digit]


def test_powers_of_two_obey_benford_and_nines_do_not() -> None:
    assert benford_deviation(2.0 ** np.arange(1_000)) < 0.002
    assert benford_deviation(np.full(100, 9.0)) > 0.2


def test_hundredths_do_not_suffer_from_binary_fractions() -> None:
    assert hundredths([0.29, 1.15, 12.0, 4.35]).tolist() == [29, 15, 0, 35]


def test_a_week_of_trading_days_resembles_the_week_before() -> None:
    series = np.tile([1, 2, 3, 4, 5, 9], 40)
    assert autocorrelation(series, 6) > 0.95
    assert autocorrelation(np.ones(50), 1) == autocorrelation([3, 4], 6) == 0
