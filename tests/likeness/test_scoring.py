"""The score: agrees with the yardstick, knows real books from diced ones, and finds what was spoilt."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.likeness.books import (
    SMOKE,
    as_lines,
    dearer,
    shuffled_customers,
    sorted_by_customer,
    uniform,
    yardstick_score,
)

from ledgerflow.habits.lines import Lines
from ledgerflow.likeness.classifier import boosted_auc
from ledgerflow.likeness.scoring import Metric, Score, score

Frames = tuple[pd.DataFrame, pd.DataFrame]
WITHIN = 0.01


@pytest.mark.parametrize("shape", [False, True], ids=["amounts", "shape"])
@pytest.mark.parametrize("naive", [False, True], ids=["real", "uniform"])
@pytest.mark.requirement("RE-1.1")
def test_every_part_agrees_with_the_yardstick(
    real_frames: Frames, real: Lines, tmp_path: Path, naive: bool, shape: bool
) -> None:
    made = uniform(SMOKE) if naive else real_frames[1]
    scores, parts = yardstick_score(real_frames[0], made, shape=shape)
    ours = score(real, as_lines(made, tmp_path), shape=shape)
    assert {metric.key for metric in ours.metrics} == set(parts)
    for metric in ours.metrics:
        assert metric.score == pytest.approx(scores[metric.key], abs=WITHIN), metric.key
        assert dict(metric.parts) == pytest.approx(dict(parts[metric.key]), abs=WITHIN), metric.key
    assert ours.realism == pytest.approx(scores["REALISM"], abs=WITHIN)


@pytest.mark.requirement("RE-1.2")
def test_uniform_dice_are_found_out(real: Lines, tmp_path: Path) -> None:
    result = score(real, as_lines(uniform(SMOKE), tmp_path), classify=boosted_auc)
    assert result.realism < 0.35
    assert result["M9"].parts["invoice_auc"] > 0.99


@pytest.mark.requirement("RE-1.2")
def test_other_real_customers_pass_for_real(real: Lines, other: Lines) -> None:
    result = score(real, other)
    assert result.realism > 0.88
    assert all(result[key].passed for key in ("M1", "M2", "M3", "M4", "M5", "M6", "M7"))


@pytest.mark.requirement("RE-1.3")
def test_prices_scaled_fail_the_digits(real_frames: Frames, real: Lines, tmp_path: Path) -> None:
    result = score(real, as_lines(dearer(real_frames[1], 1.07), tmp_path))
    assert not result["M7"].passed
    assert result["M7"].worst()[0][0] == "price_ending_tv"


@pytest.mark.requirement("RE-1.3")
def test_customers_shuffled_fail_coherence_and_baskets(real_frames: Frames, real: Lines, tmp_path: Path) -> None:
    result = score(real, as_lines(shuffled_customers(real_frames[1]), tmp_path))
    assert not result["M3"].passed
    assert not result["M6"].passed
    assert result["M1"].passed


@pytest.mark.requirement("RE-1.3")
def test_invoices_sorted_by_customer_fail_customers(real_frames: Frames, real: Lines, tmp_path: Path) -> None:
    result = score(real, as_lines(sorted_by_customer(real_frames[1]), tmp_path))
    assert not result["M5"].passed
    assert result["M5"].worst()[0][0] == "gaps"


def test_the_same_books_are_told_apart_by_nobody_but_are_a_copy(real: Lines) -> None:
    result = score(real, real, classify=lambda _real, _made: 0.5)
    assert result["M10"].parts["no_copied_baskets"] == 0
    assert all(metric.score == pytest.approx(1) for metric in result.metrics if metric.key != "M10_validity")


def test_the_order_of_the_lines_does_not_matter(real: Lines, other: Lines) -> None:
    backwards = other.take(np.arange(len(other))[::-1])
    assert score(real, backwards).realism == pytest.approx(score(real, other).realism, abs=1e-3)


def test_another_currency_is_another_only_without_shape(real_frames: Frames, real: Lines, tmp_path: Path) -> None:
    """Endings of prices change with the currency, sizes do not."""
    rupees = as_lines(dearer(real_frames[1], 100), tmp_path)
    assert score(real, rupees)["M1"].score < 0.6
    assert score(real, rupees, shape=True)["M1"].score > 0.9


def test_without_credit_notes_in_the_reference_none_are_asked_for(real: Lines, other: Lines) -> None:
    result = score(real.take(~real.credit), other)
    assert "M8_credit_notes" not in [metric.key for metric in result.metrics]


def test_one_failure_is_not_bought_back() -> None:
    metrics = tuple(Metric(f"M{number}", 1.0 if number else 0.0, {}) for number in range(10))
    assert Score(metrics, 5_000, 5_000, shape=False).realism == pytest.approx(0.01**0.1)


@pytest.mark.parametrize(("invoices", "meaningful"), [(999, False), (1_000, True)])
def test_few_invoices_mean_little(invoices: int, meaningful: bool) -> None:
    assert Score((), invoices, 19_773, shape=False).is_meaningful is meaningful
