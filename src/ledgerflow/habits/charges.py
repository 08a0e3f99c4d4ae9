"""What is charged: the price of each line by what is bought and by whom, on the list or off it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ledgerflow.habits.dice import Dice, Draw, Floats, Ints, chance_of
from ledgerflow.habits.profile import AMOUNT_EDGES, Prices, Profile, Variant, size_class
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


def charges_of(
    profile: Profile, shelf: Shelf, product: Ints, invoice: Ints, counts: Ints, named: NDArray[np.bool_], dice: Dice
) -> Charges:
    """The price lists of named and unnamed buyers, for each line."""
    ways = (profile.prices_unnamed, profile.prices_named)
    chances = dice.chances(Draw.VARIANT, np.arange(len(shelf)))
    lower, higher = (np.empty((2, len(shelf))) for _ in range(2))
    for turn, way in enumerate(ways):
        lower[turn] = np.minimum(
            _off_list(way, way.lower, way.lower_points, shelf.price, chances[1 - turn]), shelf.price
        )
        higher[turn] = np.maximum(
            _off_list(way, way.higher, way.higher_points, shelf.price, chances[3 - turn]), shelf.price
        )
    kind = named[invoice].astype(np.int64)
    held = np.array([way.held for way in ways])[kind]
    mood = dice.normals(Draw.INVOICE, np.arange(len(counts)), 1)[0][invoice]
    luck = dice.normals(Draw.QUANTITY, _line_keys(invoice, counts))[1]
    return Charges(
        lists=shelf.price[product],
        lower=lower[kind, product],
        higher=higher[kind, product],
        leaning=chance_of(np.sqrt(held) * mood + np.sqrt(1 - held) * luck),
        lower_share=np.array([way.lower.shares for way in ways]),
        higher_share=np.array([way.higher.shares for way in ways]),
        kind=kind,
        by_size=_by_size(ways, kind, size_class(counts)[invoice]),
    )


def _line_keys(invoice: Ints, counts: Ints) -> Ints:
    start = np.cumsum(counts) - counts
    keys: Ints = invoice << 12 | (np.arange(len(invoice)) - start[invoice])
    return keys


def _by_size(ways: tuple[Prices, Prices], kind: Ints, size: Ints) -> Floats:
    """How much more often lines of invoices of their size are charged above the list than the mean line."""
    shares = np.array([way.higher_by_size for way in ways])[kind, size]
    factor = np.ones(len(shares))
    for which in (0, 1):
        here = kind == which
        mean = shares[here].mean() if here.any() else 0.0
        if mean > 0:
            factor[here] = shares[here] / mean
    return factor


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
