"""Runs of values that many share: in rising order, readable again, and near to what they came from."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgerflow.habits.runs import Runs
from ledgerflow.learning.grouping import pair_covariance, runs_of


@given(
    st.lists(st.integers(1, 3000), min_size=40, max_size=300),
    st.integers(1, 60),
    st.sampled_from([1.0, 0.001, 17.0]),
)
def test_runs_of_anything_are_written_and_read_again(values: list[int], most: int, unit: float) -> None:
    amounts = np.array(values) * unit
    runs = runs_of(amounts, np.arange(len(amounts)), most)
    assert runs is not None
    assert str(Runs.parse(str(runs))) == str(runs)
    assert runs.share.sum() == len(values)
    assert runs.at(np.array([0.0, 0.5, 1.0])).max() <= 20 * amounts.max()


def test_runs_draw_what_they_came_from() -> None:
    dice = np.random.Generator(np.random.Philox(5))
    values = np.where(dice.random(20_000) < 0.3, 12.0, np.round(np.exp(dice.normal(3, 1, 20_000))) + 1)
    runs = runs_of(values, np.arange(20_000), 40)
    assert runs is not None
    made = np.sort(runs.at((np.arange(20_000) + 0.5) / 20_000))
    gap = np.searchsorted(np.sort(values), made, side="right") / 20_000 - (np.arange(20_000) + 1) / 20_000
    assert (
        np.abs(np.searchsorted(made, [5, 12, 30, 100]) - np.searchsorted(np.sort(values), [5, 12, 30, 100])).max() < 600
    )
    assert np.quantile(np.abs(gap), 0.5) < 0.02


def test_what_few_owners_have_is_not_told() -> None:
    values = np.concatenate((np.arange(1, 201, dtype=float), np.full(500, 77.7)))
    owners = np.concatenate((np.arange(200), np.full(500, 999)))
    runs = runs_of(values, owners, 20)
    assert runs is not None
    assert "77.7" not in str(runs)
    assert runs_of(values[200:], owners[200:], 20) is None


def test_a_pair_covariance_is_the_variance_between_groups() -> None:
    dice = np.random.Generator(np.random.Philox(6))
    groups = np.repeat(np.arange(3000), 4)
    values = np.sqrt(0.3) * dice.normal(size=3000)[groups] + np.sqrt(0.7) * dice.normal(size=12_000)
    assert pair_covariance(values, values, groups) == pytest.approx(0.3, abs=0.03)
    assert pair_covariance(values, values, np.arange(12_000)) == 0
