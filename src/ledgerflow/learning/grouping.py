"""Distributions and dependence, learnt so that nobody stands out: what fewer than THRESHOLD share is blurred."""

import numpy as np

from ledgerflow.habits.dice import Floats, Ints, score_of
from ledgerflow.habits.runs import Runs
from ledgerflow.likeness.statistics import ranks

THRESHOLD = 10
_ALONE = 4.0  # times less than an even share of the values may stand alone
_FINEST = 6  # times finer than elsewhere may stretches be at the top
FEW = 5  # products that must share a price before it is told


def codes(values: Ints) -> Ints:
    """Values as codes from 0, in rising order of the values."""
    return np.unique(values, return_inverse=True)[1].astype(np.int64)


def rank_scores(values: Floats) -> Floats:
    """Normal scores of the ranks, equals sharing their mean rank."""
    return score_of((ranks(values) - 0.5) / max(len(values), 1))


def runs_of(values: Floats, owners: Ints, most: int = 40, threshold: int = THRESHOLD) -> Runs | None:
    """The runs that values fall into, at most about `most`; none where fewer than `threshold` owners share them.

    A value stands alone where `threshold` owners (buyers, products) have it, and it matters; the rest is joined into
    stretches of at least `threshold` values whose ends lie between values. The greatest is reckoned from the owners'
    own greatest, those `threshold` and twice `threshold` from the top, as a Pareto tail has them (Hill, Annals of
    Statistics 1975); so neither the ends nor a single owner is told.
    """
    if not len(values) or len(np.unique(owners)) < threshold:
        return None
    distinct, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    support = np.bincount(np.unique(np.stack([place, codes(owners)]), axis=1)[0], minlength=len(distinct))
    alone = (support >= threshold) & (counts >= len(values) / (_ALONE * most))
    spans = _spans(counts, alone, most, threshold)
    low, high = _quiet_ends(values, owners, threshold)
    edges = np.sqrt(np.maximum(distinct[:-1], 1e-9) * np.maximum(distinct[1:], 1e-9))
    runs: list[tuple[float, float, float]] = []
    for begin, end in spans:
        held = float(counts[begin:end].sum())
        if alone[begin]:
            value = float(distinct[begin])
            if runs and runs[-1][1] > value:  # a stretch whose blurred end went past
                runs[-1] = (min(runs[-1][0], value), value, runs[-1][2])
            runs.append((value, value, held))
            continue
        under = max(low, 0.0) if begin == 0 else float(edges[begin - 1])
        over = high if end == len(distinct) else float(edges[end - 1])
        under, over = _blurred(min(under, over)), _blurred(max(under, over))
        runs.append((max(under, runs[-1][1] if runs else under), max(over, runs[-1][1] if runs else over), held))
    return Runs.of(runs)


def _blurred(value: float) -> float:
    return float(f"{value:.3g}")


def _spans(
    counts: Ints, alone: "np.ndarray[tuple[int], np.dtype[np.bool_]]", most: int, threshold: int
) -> list[tuple[int, int]]:
    """Stretches of places, each single or of at least `threshold` values, finer towards the top."""
    spans: list[tuple[int, int]] = []
    total = left = int(counts.sum())
    place = 0
    while place < len(counts):
        end, held = place + 1, int(counts[place])
        if not alone[place]:
            goal = max(threshold, min(total / most, left / 3), total / (_FINEST * most))
            while end < len(counts) and not alone[end] and held < goal:
                held += int(counts[end])
                end += 1
            if held < threshold and spans and not alone[spans[-1][0]]:
                spans[-1] = (spans[-1][0], end)
                left, place = left - held, end
                continue
        spans.append((place, end))
        left, place = left - held, end
    return spans


def _quiet_ends(values: Floats, owners: Ints, threshold: int) -> tuple[float, float]:
    """A least and a greatest value that no single owner sets."""
    order = np.lexsort((values, owners))
    last = np.flatnonzero(np.diff(owners[order], append=owners[order][-1] + 1))
    greatest = np.sort(values[order][last])
    first = np.concatenate(([0], last[:-1] + 1))
    least = np.sort(values[order][first])
    upper, base = float(greatest[-threshold]), float(greatest[-min(2 * threshold, len(greatest))])
    reach = upper * (upper / base) ** np.log2(threshold) if base > 0 else upper
    return float(least[threshold - 1]), min(float(reach), 20 * upper)


def pair_covariance(one: Floats, other: Floats, groups: Ints, cap: float = np.inf) -> float:
    """The mean product of `one` and `other` over all pairs of different members of a group.

    A group weighs as its members less one, at most `cap`: the covariance that lies between groups. 0 without a pair.
    """
    group = codes(groups)
    size = np.bincount(group).astype(np.float64)
    products = np.bincount(group, one) * np.bincount(group, other) - np.bincount(group, one * other)
    paired = size > 1
    weight = np.minimum(size[paired] - 1, cap)
    if not weight.sum():
        return 0.0
    return float((products[paired] / (size[paired] * (size[paired] - 1)) * weight).sum() / weight.sum())


def means(values: Floats, groups: Ints, size: int) -> Floats:
    """The mean of each group of `size`; 0 where it has no member."""
    made: Floats = np.bincount(groups, values, size) / np.maximum(np.bincount(groups, minlength=size), 1)
    return made


def rounded(values: Floats, digits: int = 3) -> tuple[float, ...]:
    """Figures as a profile tells them."""
    return tuple(float(f"{value:.{digits}g}") for value in np.asarray(values, np.float64).tolist())
