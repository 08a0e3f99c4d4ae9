"""How large invoices are: lines, totals by lines, and products named twice."""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from ledgerflow.habits.dice import Floats
from ledgerflow.habits.profile import SIZE_CLASSES, Invoices, size_class
from ledgerflow.habits.runs import Runs
from ledgerflow.learning.books import Books
from ledgerflow.learning.grouping import THRESHOLD, runs_of

_LINE_RUNS, _TOTAL_RUNS = 60, 16
_LONG = 10  # lines from which on it shows whether an invoice repeats products


@dataclass(frozen=True, eq=False)
class Sizes:
    """What was learnt, and each invoice's normal scores by its lines and by its total among those of its size."""

    invoices: Invoices
    lines: Floats
    totals: Floats


def sizes_of(books: Books, dice: Generator) -> Sizes:
    """The sizes of named and unnamed invoices. `dice` spread the scores of equal values."""
    size = len(books.counts)
    lines, totals = np.zeros(size), np.zeros(size)
    runs: dict[bool, Runs | None] = {}
    by_size: dict[bool, tuple[Runs | None, ...]] = {}
    classes = size_class(books.counts)
    for known in (True, False):
        here = books.named == known
        runs[known] = _runs(books.counts[here].astype(np.float64), books.owner[here], _LINE_RUNS)
        if (found := runs[known]) is not None:
            lines[here] = found.scores(books.counts[here].astype(np.float64), dice.random(int(here.sum())), 1.0)
        whole = _runs(books.totals[here], books.owner[here], _TOTAL_RUNS)
        tables: list[Runs | None] = []
        for place in range(SIZE_CLASSES):
            part = here & (classes == place)
            own = runs_of(books.totals[part], books.owner[part], _TOTAL_RUNS) if part.sum() >= 5 * THRESHOLD else None
            table = (own or whole) if part.any() else None
            tables.append(table)
            if table is not None:
                totals[part] = table.scores(books.totals[part], 0.5)
        by_size[known] = tuple(tables)
    repeats, repeating = _repeats(books)
    return Sizes(
        Invoices(
            lines_named=runs[True],
            lines_unnamed=runs[False],
            totals_named=by_size[True],
            totals_unnamed=by_size[False],
            repeats=repeats,
            repeating=repeating,
        ),
        lines,
        totals,
    )


def _runs(values: Floats, owners: "np.ndarray[tuple[int], np.dtype[np.int64]]", most: int) -> Runs | None:
    """The runs of values; of a few owners only one blurred stretch."""
    return runs_of(values, owners, most) or runs_of(values, np.arange(len(values)), 1)


def _repeats(books: Books) -> tuple[float, float]:
    """The share of lines that name a product again, and the share of invoices in which that happens."""
    pairs = np.unique(books.invoice * (int(books.product.max()) + 1) + books.product)
    distinct = np.bincount(pairs // (int(books.product.max()) + 1), minlength=len(books.counts))
    repeats = 1 - len(pairs) / len(books.product)
    long = books.counts >= _LONG
    if long.sum() < 3 * THRESHOLD:
        return float(f"{repeats:.3g}"), 1.0
    again = float(np.clip((distinct < books.counts)[long].mean() * 1.15, 0.02, 1))
    return float(f"{repeats:.3g}"), float(f"{again:.3g}")
