"""What is charged: the price of each line by what is bought and by whom, on the list or off it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ledgerflow.habits.baskets import Picked
from ledgerflow.habits.dice import Dice, Draw, Floats, Ints, chance_of
from ledgerflow.habits.profile import AMOUNT_EDGES, SIZE_CLASSES, Prices, Profile, Variant, size_class
from ledgerflow.habits.shelf import Shelf

_SNAP = 0.05  # how far a price off the list may be from a price point to become it


@dataclass(frozen=True, eq=False)
class Charges:
    """Prices of lines, in minor units, as they follow from quantities.

    `lists`, `lower` and `higher` are what a line costs on the list and off it; a line's `leaning` decides which.
    """

    lists: Floats
    lower: Floats
    higher: Floats
    leaning: Floats
    lower_share: Floats
    higher_share: Floats
    kind: Ints
    by_size: Floats

    def at(self, quantity: Floats) -> Floats:
        """The prices at quantities."""
        amount = np.searchsorted(AMOUNT_EDGES, quantity)
        lower = self.lower_share[self.kind, amount]
        higher = np.minimum(self.higher_share[self.kind, amount] * self.by_size, 1 - lower)
        return np.where(self.leaning < lower, self.lower, np.where(self.leaning > 1 - higher, self.higher, self.lists))


@dataclass(frozen=True, eq=False)
class PriceLists:
    """What each product costs unnamed (0) and named (1) buyers off the list, below and above it; and how much more
    often than usual invoices of a size are charged above it."""

    ways: tuple[Prices, Prices]
    lists: Floats
    lower: Floats
    higher: Floats
    by_size: Floats


def price_lists(profile: Profile, shelf: Shelf, counts: Ints, named: NDArray[np.bool_], dice: Dice) -> PriceLists:
    """The prices of all products."""
    ways = (profile.prices_unnamed, profile.prices_named)
    chances = dice.chances(Draw.VARIANT, np.arange(len(shelf)))
    lower, higher = (np.empty((2, len(shelf))) for _ in range(2))
    by_size = np.ones((2, SIZE_CLASSES))
    for kind, way in enumerate(ways):
        below = _off_list(way, way.lower, way.lower_points, shelf.price, chances[1 - kind])
        above = _off_list(way, way.higher, way.higher_points, shelf.price, chances[3 - kind])
        lower[kind], higher[kind] = np.minimum(below, shelf.price), np.maximum(above, shelf.price)
        lines = np.bincount(size_class(counts)[named == bool(kind)], counts[named == bool(kind)], SIZE_CLASSES)
        shares = np.array(way.higher_by_size)
        usual = (shares * lines).sum() / max(lines.sum(), 1)
        by_size[kind] = shares / usual if usual > 0 else 1.0
    return PriceLists(ways, shelf.price, lower, higher, by_size)


def charges_of(
    lists: PriceLists, lines: Picked, counts: Ints, named: NDArray[np.bool_], dice: Dice, block: slice
) -> Charges:
    """The prices of a block's lines. `counts` and `named` are of its invoices."""
    kind = named[lines.invoice].astype(np.int64)
    held = np.array([way.held for way in lists.ways])[kind]
    mood = dice.normals(Draw.INVOICE, np.arange(block.start, block.start + len(counts)), 1)[0][lines.invoice]
    luck = dice.normals(Draw.QUANTITY, lines.key)[1]
    return Charges(
        lists=lists.lists[lines.product],
        lower=lists.lower[kind, lines.product],
        higher=lists.higher[kind, lines.product],
        leaning=chance_of(np.sqrt(held) * mood + np.sqrt(1 - held) * luck),
        lower_share=np.array([way.lower.shares for way in lists.ways]),
        higher_share=np.array([way.higher.shares for way in lists.ways]),
        kind=kind,
        by_size=lists.by_size[kind, size_class(counts)[lines.invoice]],
    )


def _off_list(way: Prices, variant: Variant, points: tuple[int, ...], price: Floats, chance: Floats) -> Floats:
    """What each product costs off the list, one way: its list price's own, else a ratio near a price point."""
    if variant.ratio is None:
        return price
    classes = np.searchsorted(way.price_edges, price, side="right")
    ratio = np.ones(len(price))
    for place in np.unique(classes):
        here = classes == place
        runs = (variant.ratios[place] if place < len(variant.ratios) else None) or variant.ratio
        ratio[here] = runs.at(chance[here])
    off = np.maximum(np.round(price * ratio), 1)
    for listed, runs in variant.prices.items():
        here = price == listed
        if here.any():
            off[here] = np.maximum(np.round(runs.at(chance[here])), 1)
    return _near(off, points)


def _near(price: Floats, points: tuple[int, ...]) -> Floats:
    """Prices moved to the nearest price point that is not far."""
    if not points:
        return price
    grid = np.array(points, np.float64)
    above = np.clip(np.searchsorted(grid, price), 0, len(grid) - 1)
    below = np.maximum(above - 1, 0)
    nearest = np.where(np.abs(grid[above] - price) < np.abs(grid[below] - price), grid[above], grid[below])
    return np.where(np.abs(nearest / price - 1) < _SNAP, nearest, price)
