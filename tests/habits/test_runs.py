"""Runs and rates: written and read again, and drawn as they say."""

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError

from ledgerflow.habits.rates import rates_of
from ledgerflow.habits.runs import Runs


def test_runs_are_written_as_a_person_reads_them() -> None:
    text = "1:28.0 2:15.0 12:27.0 13~23:30.0"
    runs = Runs.parse(text)
    assert str(runs) == text
    assert TypeAdapter(Runs).validate_python(text).share.tolist() == [28, 15, 27, 30]


@pytest.mark.parametrize("text", ["", "1", "5~2:10", "1:-3", "a:b"])
def test_what_is_no_runs_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Runs).validate_python(text)


def test_values_come_as_often_as_their_share_says() -> None:
    values = Runs.parse("1:25 6:50 10~20:25").at((np.arange(4000) + 0.5) / 4000)
    assert (values == 1).mean() == pytest.approx(0.25)
    assert (values == 6).mean() == pytest.approx(0.5)
    stretch = values[values > 6]
    assert stretch.min() >= 10
    assert stretch.max() <= 20
    assert np.median(stretch) == pytest.approx(np.sqrt(200), rel=0.01)


def test_places_undo_draws() -> None:
    runs = Runs.parse("2:10 3~8:30 9:20 11~40:40")
    chances = (np.arange(1000) + 0.5) / 1000
    values = runs.at(chances)
    stretch = (values != 2) & (values != 9)
    assert np.allclose(runs.places(values, 0.5)[stretch], chances[stretch])
    assert runs.places(np.array([9.0]), 0.5)[0] == pytest.approx(0.5)


def test_rates_are_found_behind_counts_that_lack_the_noughts() -> None:
    """Counts drawn by the rates found are as those seen."""
    dice = np.random.Generator(np.random.Philox(1))
    counts = dice.poisson(np.exp(dice.normal(0.5, 1.0, 40_000)))
    rates = rates_of(counts[counts > 0])
    made = dice.poisson(rates.at((np.arange(60_000) + 0.5) / 60_000))
    for quantile in (0.25, 0.5, 0.75, 0.9, 0.99):
        assert abs(np.quantile(made[made > 0], quantile) - np.quantile(counts[counts > 0], quantile)) <= 1
    assert (made > 0).mean() == pytest.approx(rates.seen, abs=0.01)
