"""How an exact revenue is met: by choosing among whole sales drawn for the same orders. No price or line is edited.

Every order keeps its day and its customer; for some orders several baskets are drawn, and one basket for each order is
chosen so that the amounts add up to the target in whole minor units: greedy steps first, then the residual is looked
up among all single exchanges and all pairs of them.
"""

from collections.abc import Sequence

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

_ATTEMPTS = 1500


class Pool:
    """The amounts of all sales drawn, order by order; the first sale of each order stands before its others."""

    def __init__(self, amounts: Sequence[Sequence[int]]) -> None:
        counts = [len(row) for row in amounts]
        self.orders = np.repeat(np.arange(len(amounts)), counts)
        self.amounts = np.array([amount for row in amounts for amount in row], dtype=np.int64)
        self.starts = np.concatenate(([0], np.cumsum(counts)[:-1])).astype(np.int64)
        self.free = np.flatnonzero(np.isin(self.orders, np.flatnonzero(np.array(counts) > 1)))

    def choose(self, target: int, dice: Generator) -> tuple[list[int], int]:
        """Which sale of each order is taken, and what is still missing from the target: 0 where it is met."""
        chosen = self.starts.copy()
        gap = target - int(self.amounts[chosen].sum())
        best, least = chosen.copy(), gap
        if gap and len(self.free):
            gap = self._walk(chosen, gap, dice)
            for _ in range(self._attempts(target)):
                if abs(gap) < abs(least):
                    best, least = chosen.copy(), gap
                if not least or not self._reachable(gap):
                    break
                gap = self._close(chosen, gap, dice)
            if abs(gap) < abs(least):
                best, least = chosen, gap
        return (best - self.starts).tolist(), least

    def _attempts(self, target: int) -> int:
        """One look is exhaustive where there are but two orders, and none closes a gap beyond the outermost sums."""
        low = int(np.minimum.reduceat(self.amounts, self.starts).sum())
        high = int(np.maximum.reduceat(self.amounts, self.starts).sum())
        return _ATTEMPTS if low <= target <= high and len(self.starts) > 2 else 1

    def _reachable(self, gap: int) -> bool:
        """Amounts that all lie on a coarse grid cannot add up to what lies off it."""
        step = int(np.gcd.reduce(self.amounts[self.free] - self.amounts[self.starts[self.orders[self.free]]]))
        return bool(step) and gap % step == 0

    def _deltas(self, chosen: NDArray[np.int64]) -> NDArray[np.int64]:
        return self.amounts[self.free] - self.amounts[chosen[self.orders[self.free]]]

    def _walk(self, chosen: NDArray[np.int64], gap: int, dice: Generator) -> int:
        """Exchanges sales in a random order as long as each brings the sum nearer, without passing the target."""
        reach = np.abs(self._deltas(chosen)).mean() / 2
        for place in dice.permutation(self.free).tolist():
            if abs(gap) < reach:
                break
            order = self.orders[place]
            delta = int(self.amounts[place] - self.amounts[chosen[order]])
            if abs(gap - delta) < abs(gap):
                chosen[order] = place
                gap -= delta
        return gap

    def _close(self, chosen: NDArray[np.int64], gap: int, dice: Generator) -> int:
        """One or two exchanges that close the gap, or at least narrow it; else one at random that leaves it small."""
        deltas = self._deltas(chosen)
        order = np.argsort(deltas, kind="stable")
        ranked = deltas[order]
        single = [int(np.argmin(np.abs(ranked - gap)))]
        pair = self._pair(ranked, self.orders[self.free[order]], gap)
        moves = min((single, pair), key=lambda moves: abs(gap - int(ranked[moves].sum())))
        if abs(gap - int(ranked[moves].sum())) >= abs(gap):
            nearest = np.argsort(np.abs(ranked - gap), kind="stable")[: max(8, len(ranked) // 4)]
            moves = [int(dice.choice(nearest))]
        for place in self.free[order[moves]].tolist():
            chosen[self.orders[place]] = place
        return gap - int(ranked[moves].sum())

    @staticmethod
    def _pair(ranked: NDArray[np.int64], owners: NDArray[np.int64], gap: int) -> list[int]:
        """The two exchanges in different orders that together come nearest."""
        spots = np.searchsorted(ranked, gap - ranked)
        best: list[int] = []
        least = -1
        for partners in (np.minimum(spots, len(ranked) - 1), np.maximum(spots - 1, 0)):
            rest = np.abs(ranked[partners] + ranked - gap)
            rest[owners == owners[partners]] = np.iinfo(np.int64).max
            place = int(np.argmin(rest))
            if owners[place] != owners[partners[place]] and (least < 0 or rest[place] < least):
                best, least = [place, int(partners[place])], int(rest[place])
        return best
