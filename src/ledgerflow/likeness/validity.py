"""M10: is each line right, is time in order, and is no basket copied from the reference?"""

import numpy as np
from numpy.typing import NDArray

from ledgerflow.likeness.sales import Sales

_A_BASKET = 4  # products from which on an equal basket is a copy and no chance
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)


def validity(real: Sales, made: Sales) -> dict[str, float]:
    """The share of lines whose total is quantity x price, of invoices in order, of baskets that are not copies."""
    due = np.round(made.lines.qty * made.lines.price, 2)
    steps = np.diff(made.ts).astype(np.int64)
    return {
        "line_arithmetic": float(np.isclose(made.lines.total, due, atol=0.011).mean()),
        "chronological": float((steps >= 0).mean()) if len(steps) else 1.0,
        "no_copied_baskets": 1 - _copied_share(real, made),
    }


def _copied_share(real: Sales, made: Sales) -> float:
    """Needs the names of products: codes of two sets have nothing to do with each other."""
    if not real.lines.products or not made.lines.products:
        return 0.0
    shared = {name: number for number, name in enumerate(dict.fromkeys(real.lines.products + made.lines.products))}
    theirs, ours = _baskets(real, shared), _baskets(made, shared)
    return len(np.intersect1d(theirs, ours)) / max(len(ours), 1)


def _baskets(sales: Sales, shared: dict[str, int]) -> NDArray[np.uint64]:
    """Each different basket of four products or more, as the sum of its products' marks: order does not matter."""
    number = np.array([shared[name] for name in sales.lines.products], np.uint64)
    marks = _scattered(number[sales.lines.prod[sales.pairs]])
    sums = np.zeros(sales.count, np.uint64)
    np.add.at(sums, sales.of[sales.pairs], marks)
    return np.unique(sums[sales.distinct >= _A_BASKET])


def _scattered(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Each number as 64 bits without a pattern (the finaliser of SplitMix64; Steele, Lea, Flood 2014)."""
    bits = (numbers + np.uint64(1)) * _MULTIPLIER
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))
