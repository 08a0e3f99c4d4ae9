"""The score: ten metrics with their parts, each 0 to 1, and REALISM, their geometric mean."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ledgerflow.habits.lines import Lines
from ledgerflow.likeness.arrivals import arrivals
from ledgerflow.likeness.baskets import baskets
from ledgerflow.likeness.credit_notes import credit_notes
from ledgerflow.likeness.customers import customers
from ledgerflow.likeness.dependence import dependence
from ledgerflow.likeness.digits import digits
from ledgerflow.likeness.features import Classifier, invoice_examples, line_examples
from ledgerflow.likeness.marginals import marginals
from ledgerflow.likeness.popularity import popularity
from ledgerflow.likeness.sales import Sales, gather
from ledgerflow.likeness.validity import validity
from ledgerflow.likeness.words import ABOUT, ENOUGH, About

_FLOOR = 0.01


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric: its score, 0 to 1, the parts it was made of, and what it asks. `key` is `M1_marginals` …"""

    key: str
    score: float
    parts: Mapping[str, float]

    @property
    def about(self) -> About:
        """What it asks, in words, and the bar."""
        return ABOUT[self.key]

    @property
    def passed(self) -> bool:
        """Whether the score reaches the bar."""
        return round(self.score, 3) >= self.about.bar

    def worst(self, count: int = 2) -> list[tuple[str, float]]:
        """The parts that tell most against the set, the worst first: the least, but of M9 the greatest areas."""
        return sorted(self.parts.items(), key=lambda part: part[1], reverse=self.key == "M9_c2st")[:count]


@dataclass(frozen=True, slots=True)
class Score:
    """How real a set is. `invoices` counts the sales of the made set, `reference` those of the real one."""

    metrics: tuple[Metric, ...]
    invoices: int
    reference: int
    shape: bool

    @property
    def realism(self) -> float:
        """The geometric mean with a floor of 0.01: what fails in one thing is not bought back by another."""
        return float(np.exp(np.mean(np.log([max(metric.score, _FLOOR) for metric in self.metrics]))))

    @property
    def is_meaningful(self) -> bool:
        """Whether both sets have enough invoices."""
        return min(self.invoices, self.reference) >= ENOUGH

    def __getitem__(self, key: str) -> Metric:
        """The metric of that key, or of its number: `M5`."""
        return next(metric for metric in self.metrics if key in (metric.key, metric.key.partition("_")[0]))


def score(real: Lines, made: Lines, *, shape: bool = False, classify: Classifier | None = None) -> Score:
    """Scores a made set against a real one; both need a sale line.

    With `shape` money counts in median invoices, for sets of different currencies. M8 is left out where the real set
    has no credit notes, M9 where no classifier is given.
    """
    theirs, ours = gather(real), gather(made)
    metrics = [
        _mean("M1_marginals", marginals(theirs, ours, shape=shape)),
        _mean("M2_calendar", arrivals(theirs, ours)),
        _mean("M3_dependence", dependence(theirs, ours)),
        _mean("M4_popularity", popularity(theirs, ours)),
        _mean("M5_customers", customers(theirs, ours)),
        _mean("M6_baskets", baskets(theirs, ours)),
        _mean("M7_digits", digits(theirs, ours)),
    ]
    if len(theirs.credits):
        metrics.append(_mean("M8_credit_notes", credit_notes(theirs, ours, shape=shape)))
    if classify:
        metrics.append(_indistinct(theirs, ours, classify, shape=shape))
    right = validity(theirs, ours)
    metrics.append(Metric("M10_validity", min(right.values()), right))
    return Score(tuple(metrics), ours.count, theirs.count, shape)


def _mean(key: str, parts: Mapping[str, float]) -> Metric:
    return Metric(key, float(np.mean(list(parts.values()))), parts)


def _indistinct(real: Sales, made: Sales, classify: Classifier, *, shape: bool) -> Metric:
    """M9: 1 where the classifier only guesses, 0 where it always knows. Its parts are areas under the ROC curve."""
    ours, theirs = (made.median, real.median) if shape else (1.0, 1.0)
    areas = {
        "invoice_auc": classify(invoice_examples(real, theirs), invoice_examples(made, ours)),
        "line_auc": classify(line_examples(real, theirs), line_examples(made, ours)),
    }
    return Metric("M9_c2st", float(np.mean([1 - 2 * max(0.0, area - 0.5) for area in areas.values()])), areas)
