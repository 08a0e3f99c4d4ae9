"""Twins of real books, of books that move on, and of other trades, with the classifier; and how fast they come."""

from collections.abc import Callable
from datetime import date

import numpy as np
import pytest
from benchmarks.measuring import best, record
from tests.learning.trades import distributor, grocery
from tests.likeness.books import as_lines, uci

from ledgerflow.habits.lines import Lines
from ledgerflow.habits.twin import twin
from ledgerflow.learning.fit import fit
from ledgerflow.likeness.classifier import boosted_auc
from ledgerflow.likeness.scoring import score

SPLIT = np.datetime64("2011-06-01")


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Lines:
    return as_lines(uci(), tmp_path_factory.mktemp("uci"))


def test_the_twin_of_the_whole_set(real: Lines) -> None:
    profile = fit(real)
    count = _invoices(real)
    result = score(real, twin(profile, count, 1), classify=boosted_auc)
    words = ", ".join(f"{metric.key.partition('_')[0]} {metric.score:.2f}" for metric in result.metrics)
    size = len(profile.to_yaml().encode())
    record("realism_twin", result.realism, "at least 0.88", met=result.realism >= 0.88, detail=words)
    record("profile_kilobytes", size / 1000, "at most 64", met=size <= 64_000, detail="learnt from 527,725 sale lines")
    took = best(lambda: twin(profile, count, 2))
    rate = len(real) / took
    record("twin_lines_a_second", rate, "at least 50,000", met=rate >= 50_000, detail="one core, without tax")
    for metric in result.metrics:
        if metric.key != "M10_validity":
            assert metric.score >= (0.5 if metric.key == "M9_c2st" else 0.95 * metric.about.bar), metric.key
    assert result.realism >= 0.88


def test_the_twin_of_half_a_year_against_the_half_that_came_after(real: Lines) -> None:
    before, after = real.take(real.ts < SPLIT), real.take(real.ts >= SPLIT)
    made = twin(fit(before), _invoices(after), 1, date(2011, 6, 1), date(2011, 12, 9))
    result = score(after, made, classify=boosted_auc)
    record("realism_forward", result.realism, "at least 0.80", met=result.realism >= 0.8, detail="December to May")
    assert result.realism >= 0.8


@pytest.mark.parametrize("trade", [grocery, distributor])
def test_twins_of_other_trades(trade: Callable[[], Lines]) -> None:
    books = trade()
    result = score(books, twin(fit(books), _invoices(books), 1), classify=boosted_auc)
    name = f"realism_{trade.__name__}"
    record(name, result.realism, "at least 0.75", met=result.realism >= 0.75, detail=f"{len(books):,} lines, made up")
    assert result.realism >= 0.75


def _invoices(lines: Lines) -> int:
    return len(np.unique(lines.inv[~lines.credit]))
