"""How many: quantities by price and size, loose and in packs, and whose they are: the invoice's, the product's."""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from ledgerflow.habits.amounts import cell_of, cells_for
from ledgerflow.habits.dice import Floats, Ints, score_of
from ledgerflow.habits.profile import SIZE_EDGES, Cell, Quantities
from ledgerflow.habits.runs import Runs
from ledgerflow.learning.books import Books
from ledgerflow.learning.grouping import THRESHOLD, means, pair_covariance, runs_of
from ledgerflow.learning.products import Catalogue

_PRICE_CLASSES = 14
_ENOUGH = 60  # lines of a cell of its own
_PACKS = (3, 4, 5, 6, 8, 10, 12, 20, 24, 25, 50)
_LARGEST = 400
_STANDS_OUT = 0.05  # of the lines must be at multiples beyond their neighbours
_NEARLY = 0.7
_CAP = 10


@dataclass(frozen=True, eq=False)
class Amounts:
    """What was learnt, and each line's leaning to whole packs against its cell, in units of the normal scale."""

    quantities: Quantities
    packs: Floats


def amounts_of(books: Books, catalogue: Catalogue, dice: Generator, detail: int) -> Amounts:
    """The quantities of lines; `detail` is the number of runs of a cell."""
    quantity, price = books.quantity, catalogue.price[books.product]
    step = step_of(quantity)
    pack = pack_of(quantity)
    packed = quantity % pack == 0 if pack else np.zeros(len(quantity), np.bool_)
    edges = np.unique(np.quantile(price, np.arange(1, _PRICE_CLASSES) / _PRICE_CLASSES))
    place = cell_of(price, books.counts[books.invoice], edges.tolist())
    count = (len(edges) + 1) * (len(SIZE_EDGES) + 1)
    score, share = np.zeros(len(quantity)), np.zeros(len(quantity))
    cells: dict[bool, dict[int, Cell]] = {}
    for known in (True, False):
        here = np.flatnonzero(books.line_named == known)
        cells[known] = _cells(books, here, place, packed, detail)
        if not cells[known]:
            continue
        table = cells_for(cells[known], count)
        for cell in np.unique(place[here]):
            lines = here[place[here] == cell]
            share[lines] = table[cell].packed
            for whole, runs in ((False, table[cell].loose), (True, table[cell].packs)):
                these = lines[packed[lines] == whole]
                if runs is not None and len(these):
                    score[these] = runs.scores(quantity[these], 0.5, step)
    return _whose(books, catalogue, cells, edges, step, pack, packed, score, share)


def step_of(quantity: Floats) -> float:
    """The step that quantities keep to: whole, halves, or hundredths."""
    for step in (1.0, 0.5, 0.1):
        if (np.abs(quantity / step - np.round(quantity / step)) < 1e-6).mean() > 0.995:
            return step
    return 0.01


def pack_of(quantity: Floats) -> int:
    """The largest pack whose multiples stand out over their neighbours as much as those of any; 0: none."""
    if step_of(quantity) != 1.0:
        return 0
    count = np.bincount(np.minimum(quantity, _LARGEST).astype(np.int64), minlength=_LARGEST + 2) / len(quantity)
    beyond = {}
    for pack in _PACKS:
        multiples = np.arange(pack, _LARGEST - 1, pack)
        beyond[pack] = np.maximum(count[multiples] - (count[multiples - 1] + count[multiples + 1]) / 2, 0).sum()
    most = max(beyond.values())
    return max(pack for pack, share in beyond.items() if share > _NEARLY * most) if most > _STANDS_OUT else 0


def _cells(books: Books, here: Ints, place: Ints, packed: NDArray[np.bool_], detail: int) -> dict[int, Cell]:
    """The cells of enough lines; where there is none, one for all."""
    owner = books.owner[books.invoice]
    made: dict[int, Cell] = {}
    for cell in np.unique(place[here]).tolist():
        lines = here[place[here] == cell]
        if len(lines) >= _ENOUGH and (found := _cell(books, lines, packed, owner, detail)):
            made[cell] = found
    if not made and len(here):
        found = _cell(books, here, packed, owner, detail) or _cell(books, here, packed, np.arange(len(owner)), detail)
        made = {0: found} if found else {}
    return made


def _cell(books: Books, lines: Ints, packed: NDArray[np.bool_], owner: Ints, detail: int) -> Cell | None:
    parts: list[Runs | None] = []
    for whole in (False, True):
        these = lines[packed[lines] == whole]
        parts.append(runs_of(books.quantity[these], owner[these], detail))
    loose, packs = parts
    if loose is None and packs is None:
        return None
    share = float(packed[lines].mean()) if loose and packs else float(packs is not None)
    return Cell(packed=float(f"{share:.3g}"), loose=loose, packs=packs)


def _whose(
    books: Books,
    catalogue: Catalogue,
    cells: dict[bool, dict[int, Cell]],
    edges: Floats,
    step: float,
    pack: int,
    packed: NDArray[np.bool_],
    score: Floats,
    share: Floats,
) -> Amounts:
    """How much of the scores, and of the leaning to packs, is the invoice's, and how much the product's.

    What few values can say weighs less: covariances are set right by the variance that the scores have kept.
    """
    named, invoice, product = books.line_named, books.invoice, books.product
    kept = max(float((score**2).mean()), 0.05) ** 2
    density = np.exp(-(score_of(np.clip(share, 0.01, 0.99)) ** 2)) / (2 * np.pi)
    packs = (packed - share) / np.sqrt(max(float(density.mean()), 1e-3))
    beyond = score - means(score, invoice, len(books.counts))[invoice]
    long = books.counts[invoice] > 3
    frequent = np.bincount(product) >= 20
    effect = means(beyond, product, len(frequent))[frequent]
    popular = catalogue.popularity[frequent]
    slope = float(np.cov(effect, popular)[0, 1] / popular.var()) if frequent.sum() > 3 * THRESHOLD else 0.0

    def part(values: Floats, groups: Ints, which: NDArray[np.bool_], scale: float, most: float, cap: float) -> float:
        value = pair_covariance(values[which], values[which], groups[which], cap) / scale
        return float(f"{np.clip(value, 0, most):.3g}")

    learnt = Quantities(
        step=step,
        pack=pack,
        price_edges=tuple(float(f"{edge:.4g}") for edge in edges.tolist()),
        cells_named=cells[True],
        cells_unnamed=cells[False],
        invoice_named=part(score, invoice, named, kept, 0.85, _CAP),
        invoice_unnamed=part(score, invoice, ~named, kept, 0.85, _CAP),
        product=part(beyond, product, long, 1.0, 0.5, 30),
        product_packs=part(packs, product, named if named.any() else ~named, 1.0, 0.6, 60),
        popularity=float(f"{slope:.3g}"),
    )
    return Amounts(learnt, packs)
