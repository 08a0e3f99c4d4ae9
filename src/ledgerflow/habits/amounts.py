"""How many: quantities on the grid of packs, by price, size and product, so that invoices come to usual totals."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ledgerflow.habits.baskets import Picked
from ledgerflow.habits.charges import Charges
from ledgerflow.habits.dice import Dice, Draw, Floats, Ints, chance_of
from ledgerflow.habits.profile import SIZE_EDGES, Cell, Invoices, Profile, Quantities, size_class
from ledgerflow.habits.runs import Runs
from ledgerflow.habits.shelf import Shelf
from ledgerflow.habits.traits import Traits

_STEPS = 7
_REACH = 3.5
_FULL = 0.5  # an invoice's part of the variance from which on its total rules its quantities
_RULED = (0.6, 0.8)  # of the variance, where totals rule: unnamed, named


@dataclass(frozen=True, eq=False)
class _Group:
    """Lines that share a distribution of quantities."""

    lines: Ints
    runs: Runs


def cell_of(price: Floats, size: Ints, edges: Sequence[float]) -> Ints:
    """The cell of a line by its list price in minor units and the number of lines of its invoice."""
    cells: Ints = np.searchsorted(edges, price, side="right") * (len(SIZE_EDGES) + 1) + np.searchsorted(
        SIZE_EDGES, size, side="right"
    )
    return cells


def cells_for(known: Mapping[int, Cell], count: int) -> list[Cell]:
    """A cell for each place: its own, else the one nearest in price among those of its size, else the nearest."""
    sizes = len(SIZE_EDGES) + 1
    return [
        known[min(known, key=lambda other: (other % sizes != place % sizes, abs(other - place)))]
        for place in range(count)
    ]


def quantities_of(
    profile: Profile,
    named: NDArray[np.bool_],
    traits: Traits,
    counts: Ints,
    lines: Picked,
    shelf: Shelf,
    charges: Charges,
    dice: Dice,
) -> Floats:
    """The quantity of each line of a block; `named`, `traits` and `counts` are of its invoices.

    Each line has a score by its product and by chance; each invoice a shift, by bisection the one that brings its total
    nearest to one drawn from the totals of its size.
    """
    habits = profile.quantities
    ruled = np.clip(np.where(named, habits.invoice_named, 2 * habits.invoice_unnamed) / _FULL, 0, 1)
    own = np.where(named, habits.invoice_named, habits.invoice_unnamed)
    share = ruled * np.where(named, _RULED[1], _RULED[0]) + (1 - ruled) * own
    luck = dice.normals(Draw.QUANTITY, lines.key)
    nature = dice.normals(Draw.PRODUCT, np.arange(len(shelf)), 1)[3]
    rest = 1 - share[lines.invoice]
    score = (
        np.sqrt(habits.product * rest) * nature[lines.product]
        + np.sqrt((1 - habits.product) * rest) * luck[0]
        + habits.popularity * (shelf.popularity - shelf.popularity.mean())[lines.product]
    )
    groups = _groups(habits, named, traits, counts, lines, shelf, luck[2], dice)
    grid = max(habits.step, 1e-9)

    def at(shift: Floats) -> Floats:
        chance = chance_of(score + shift[lines.invoice])
        quantity = np.empty(len(score))
        for group in groups:
            quantity[group.lines] = group.runs.at(chance[group.lines])
        return np.maximum(np.round(quantity / grid) * grid, habits.step)

    wanted = _totals(profile.invoices, named, size_class(counts), traits.invoice[1])
    return at(_shift(at, charges, wanted, lines.invoice) * np.sqrt(ruled))


def _groups(
    habits: Quantities,
    named: NDArray[np.bool_],
    traits: Traits,
    counts: Ints,
    lines: Picked,
    shelf: Shelf,
    luck: Floats,
    dice: Dice,
) -> list[_Group]:
    """Lines by their cell and by whether they are in whole packs."""
    invoice, product = lines.invoice, lines.product
    size = len(habits.price_edges) + 1
    count = size * (len(SIZE_EDGES) + 1)
    tables = [cells_for(known, count) if known else [] for known in (habits.cells_unnamed, habits.cells_named)]
    cells = (tables[0] or tables[1]) + (tables[1] or tables[0])
    place = cell_of(shelf.price[product], counts[invoice], habits.price_edges) + count * named[invoice]
    lean, variance = traits.invoice[4][invoice], traits.variance[4][invoice]
    nature = dice.normals(Draw.PRODUCT, np.arange(len(shelf)), 3)[0][product]
    rest = 1 - variance
    score = lean + np.sqrt(habits.product_packs * rest) * nature + np.sqrt((1 - habits.product_packs) * rest) * luck
    packed = chance_of(score) > 1 - np.array([cell.packed for cell in cells])[place]
    label = place * 2 + packed
    order = np.argsort(label, kind="stable")
    edges = np.flatnonzero(np.diff(label[order])) + 1
    groups = []
    for part in np.split(order, edges) if len(order) else []:
        cell, whole = cells[int(place[part[0]])], bool(packed[part[0]])
        runs = (cell.packs or cell.loose) if whole else (cell.loose or cell.packs)
        if runs is not None:
            groups.append(_Group(part, runs))
    return groups


def _totals(habits: Invoices, named: NDArray[np.bool_], size: Ints, score: Floats) -> Floats:
    """The totals that invoices of their size come to, in minor units; NaN where none were learnt."""
    wanted = np.full(len(named), np.nan)
    chance = chance_of(score)
    for known, tables in ((True, habits.totals_named), (False, habits.totals_unnamed)):
        for place, runs in enumerate(tables):
            here = (named == known) & (size == place)
            if runs is not None and here.any():
                wanted[here] = runs.at(chance[here])
    return wanted


def _shift(at: Callable[[Floats], Floats], charges: Charges, wanted: Floats, invoice: Ints) -> Floats:
    """The shift of each invoice's scores that brings its total nearest to the wanted one."""
    low, high = np.full(len(wanted), -_REACH), np.full(len(wanted), _REACH)
    best, miss = np.zeros(len(wanted)), np.full(len(wanted), np.inf)
    for _ in range(_STEPS):
        middle = (low + high) / 2
        quantity = at(middle)
        total = np.bincount(invoice, quantity * charges.at(quantity), len(wanted))
        error = np.abs(np.log(total / wanted))
        nearer = error < miss
        best, miss = np.where(nearer, middle, best), np.where(nearer, error, miss)
        above = total > wanted
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    return best
