"""The statistics that the metrics are made of: distances between samples, ranks, concentration, digits.

Definitions of the complements are those of SDMetrics (KSComplement, TVComplement); Benford's law after Nigrini (2012).
"""

import numpy as np
from numpy.typing import ArrayLike

from ledgerflow.habits.lines import Codes, Figures

_NO_ZERO = 1e-9
_GRID = np.linspace(0, 1, 200)


def ks_complement(one: ArrayLike, other: ArrayLike) -> float:
    """One less the greatest distance of two empirical distributions (Kolmogorov, Smirnov); 0 if either has no two."""
    a, b = _finite(one), _finite(other)
    if min(len(a), len(b)) < 2:
        return 0.0
    both = np.concatenate([a, b])
    below_a = np.searchsorted(a, both, side="right") / len(a)
    below_b = np.searchsorted(b, both, side="right") / len(b)
    return float(1 - np.abs(below_a - below_b).max())


def tv_complement(one: Codes, other: Codes) -> float:
    """One less half the summed difference of the shares of each whole number (total variation)."""
    if not len(one) or not len(other):
        return 0.0
    values, place = np.unique(np.concatenate([one, other]), return_inverse=True)
    a = np.bincount(place[: len(one)], minlength=len(values)) / len(one)
    b = np.bincount(place[len(one) :], minlength=len(values)) / len(other)
    return float(1 - np.abs(a - b).sum() / 2)


def ratio_similarity(one: float, other: float) -> float:
    """The smaller over the greater of two positive figures."""
    if not (one >= 0 and other >= 0):
        return 0.0
    return float(np.exp(-abs(np.log((one + _NO_ZERO) / (other + _NO_ZERO)))))


def difference_similarity(one: float, other: float, scale: float) -> float:
    """One less the difference of two figures, in units of `scale`; never below 0."""
    away = abs(one - other)
    return float(max(0.0, 1 - away / scale)) if np.isfinite(away) else 0.0


def lorenz(values: ArrayLike) -> Figures:
    """The share of the whole that the greatest 0, 1/199 … 1 of the values hold: 200 points from 0 to 1."""
    falling = np.sort(np.asarray(values, np.float64))[::-1]
    if not len(falling) or not falling.sum():
        return np.zeros(len(_GRID))
    held = np.concatenate([[0.0], np.cumsum(falling) / falling.sum()])
    curve: Figures = np.interp(_GRID, np.linspace(0, 1, len(held)), held)
    return curve


def lorenz_complement(one: ArrayLike, other: ArrayLike) -> float:
    """One less the greatest gap between two Lorenz curves."""
    return float(1 - np.abs(lorenz(one) - lorenz(other)).max())


def top_share(values: ArrayLike, share: float = 0.2) -> float:
    """What the greatest fifth (or another share) of the values holds of their sum."""
    falling = np.sort(np.asarray(values, np.float64))[::-1]
    return float(falling[: max(1, round(share * len(falling)))].sum() / falling.sum()) if len(falling) else 0.0


def ranks(values: ArrayLike) -> Figures:
    """Ranks from 1; equal values share the mean of theirs."""
    _, place, counts = np.unique(np.asarray(values), return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    mean: Figures = (last - (counts - 1) / 2)[place]
    return mean


def spearman(one: ArrayLike, other: ArrayLike) -> float:
    """The correlation of the ranks; 0 where either is constant."""
    return float(rank_correlations([one, other])[0, 1])


def rank_correlations(columns: list[ArrayLike]) -> Figures:
    """Spearman's correlation of each column with each; 0 for a constant column."""
    ranked = np.stack([ranks(column) for column in columns])
    centred = ranked - ranked.mean(axis=1, keepdims=True)
    spread = np.sqrt((centred**2).sum(axis=1))
    scaled = centred / np.where(spread > 0, spread, np.inf)[:, None]
    correlations: Figures = scaled @ scaled.T
    return correlations


def autocorrelation(series: ArrayLike, lag: int) -> float:
    """How a series resembles itself `lag` steps earlier; 0 if it is constant or too short."""
    centred = np.asarray(series, np.float64)
    centred = centred - centred.mean() if len(centred) else centred
    whole = float((centred * centred).sum())
    return float((centred[lag:] * centred[:-lag]).sum() / whole) if whole and len(centred) > lag else 0.0


def head_slope(counts: ArrayLike, head: int = 100) -> float:
    """How steeply the counts of the `head` most frequent fall in a log-log plot; 0 if there are fewer."""
    falling = np.sort(np.asarray(counts, np.float64))[::-1][:head]
    if len(falling) < head:
        return 0.0
    return float(-np.polyfit(np.log(np.arange(1, head + 1)), np.log(falling + _NO_ZERO), 1)[0])


def first_digits(amounts: ArrayLike) -> Codes:
    """The first significant digit of each amount that is not zero."""
    size = np.abs(np.asarray(amounts, np.float64))
    size = size[size > 0]
    digits: Codes = np.floor(size / 10.0 ** np.floor(np.log10(size) + 1e-12) + _NO_ZERO).astype(np.int64)
    return digits


def benford_deviation(amounts: ArrayLike) -> float:
    """The mean absolute deviation of the first digits' shares from log10(1 + 1/d) (Nigrini's MAD)."""
    digits = np.clip(first_digits(amounts), 1, 9)
    shares = np.bincount(digits, minlength=10)[1:10] / max(len(digits), 1)
    return float(np.abs(shares - np.log10(1 + 1 / np.arange(1, 10))).mean())


def hundredths(amounts: ArrayLike) -> Codes:
    """What stands behind the point, in hundredths: 95 for 12.95."""
    return np.round(np.asarray(amounts, np.float64) * 100).astype(np.int64) % 100


def sum_by(row: Codes, values: ArrayLike, rows: int = 0) -> Figures:
    """The sum of the values of each row, of at least so many rows."""
    return np.bincount(row, weights=np.asarray(values), minlength=rows).astype(np.float64)


def _finite(values: ArrayLike) -> Figures:
    array = np.asarray(values, np.float64)
    return np.sort(array[np.isfinite(array)])
