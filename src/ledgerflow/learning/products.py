"""What there is: popularity, list prices, endings, and the times in which products sell."""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from ledgerflow.habits.dice import Floats, Ints, score_of
from ledgerflow.habits.profile import SIZE_CLASSES, Products, size_class
from ledgerflow.habits.rates import rates_of
from ledgerflow.habits.runs import Runs
from ledgerflow.learning.books import Books
from ledgerflow.learning.grouping import FEW, THRESHOLD, rank_scores, rounded, runs_of

_PRICE_RUNS, _SPAN_RUNS = 120, 12
_OFTEN = 30  # lines from which on it shows when a product sells
_SEASONAL = 0.6
_SOME = 5 * THRESHOLD


@dataclass(frozen=True, eq=False)
class Catalogue:
    """What was learnt, each product's list price in minor units and popularity score, and for each line the scores of
    dearness and popularity beyond what invoices of its size lean to."""

    products: Products
    price: Floats
    popularity: Floats
    dearness: Floats
    favour: Floats


def catalogue_of(books: Books, time: Floats, dice: Generator) -> Catalogue:
    """The catalogue behind the lines."""
    product = books.product
    size = int(product.max()) + 1
    price = list_prices(books)
    lines = np.bincount(product, minlength=size)
    pairs = np.unique(product * len(books.counts) + books.invoice)
    invoices = np.bincount(pairs // len(books.counts), minlength=size)
    popularity = score_of((np.argsort(np.argsort(lines, kind="stable"), kind="stable") + 0.5) / size)
    runs = runs_of(price[product], product, _PRICE_RUNS, FEW) or Runs.of([_middle(price)])
    dear = runs.scores(price, dice.random(size), 1.0)
    dearness = runs.scores(price[product], dice.random(len(product)), 1.0)
    favour = rank_scores(invoices[product].astype(np.float64))
    by_size = {key: _by_size(books, score) for key, score in (("dear", dearness), ("fav", favour))}
    line_class = size_class(books.counts)[books.invoice]
    kind = books.line_named.astype(np.int64)
    follows = float(np.corrcoef(dear, popularity)[0, 1]) if size > 2 and dear.std() > 0 else 0.0
    endings, told = _endings(price)
    spans, centres = _times(product, time[books.invoice])
    learnt = Products(
        count=int(float(f"{size:.3g}")),
        rates=rates_of(invoices),
        prices=runs,
        price_with_popularity=float(f"{follows:.3g}"),
        endings=endings,
        endings_known=told,
        spans=spans,
        centres=centres,
        dearness_named=rounded(by_size["dear"][1]),
        dearness_unnamed=rounded(by_size["dear"][0]),
        popularity_named=rounded(by_size["fav"][1]),
        popularity_unnamed=rounded(by_size["fav"][0]),
    )
    return Catalogue(
        learnt,
        price,
        popularity,
        dearness - by_size["dear"][kind, line_class],
        favour - by_size["fav"][kind, line_class],
    )


def list_prices(books: Books) -> Floats:
    """The price of each product that most of its lines have, those of known buyers where there are any."""
    size = int(books.product.max()) + 1
    prices = modes(books.product, books.price, size)
    named = books.line_named
    own = modes(books.product[named], books.price[named], size)
    return np.where(own > 0, own, prices)


def modes(groups: Ints, values: Floats, size: int) -> Floats:
    """The most frequent value of each group, the least of several; 0 where there is none."""
    made = np.zeros(size)
    if not len(groups):
        return made
    distinct, place = np.unique(values, return_inverse=True)
    pairs, counts = np.unique(groups * len(distinct) + place, return_counts=True)
    order = np.lexsort((-pairs, counts))  # the last of a group wins: the most frequent, the least of those
    made[pairs[order] // len(distinct)] = distinct[pairs[order] % len(distinct)]
    return made


def _middle(price: Floats) -> tuple[float, float, float]:
    """Too few products to say more of prices than about where they are."""
    centre = float(np.median(price))
    return float(f"{centre / 2:.1g}"), float(f"{centre * 2:.1g}"), 1.0


def _by_size(books: Books, score: Floats) -> "np.ndarray[tuple[int, int], np.dtype[np.float64]]":
    """The mean score of lines by kind of buyer and size of invoice, 0 where few are told."""
    label = books.line_named * SIZE_CLASSES + size_class(books.counts)[books.invoice]
    count = np.bincount(label, minlength=2 * SIZE_CLASSES)
    total = np.bincount(label, score, 2 * SIZE_CLASSES)
    return np.where(count >= _SOME, total / np.maximum(count, 1), 0.0).reshape(2, SIZE_CLASSES)


def _endings(price: Floats) -> tuple[dict[int, float], float]:
    """The last two digits of list prices that many products share, and the share of products that have such a one."""
    ending, counts = np.unique((price % 100).astype(np.int64), return_counts=True)
    told: NDArray[np.bool_] = counts >= THRESHOLD
    share = {
        int(end): float(f"{count / len(price):.3g}") for end, count in zip(ending[told], counts[told], strict=True)
    }
    return share, float(f"{counts[told].sum() / len(price):.3g}")


def _times(product: Ints, time: Floats) -> tuple[Runs | None, Runs | None]:
    """How long products sell, as parts of the period, and the middle of that time for those that sell a while only."""
    order = np.lexsort((time, product))
    count = np.bincount(product)
    often = np.flatnonzero(count >= _OFTEN)
    if len(often) < 3 * THRESHOLD:
        return None, None
    start = np.cumsum(count) - count
    sorted_time = time[order]
    early, late = (sorted_time[start[often] + ((count[often] - 1) * part).astype(np.int64)] for part in (0.1, 0.9))
    span = np.clip((late - early) / 0.8, 0.02, 1.0)
    seasonal = span < _SEASONAL
    centre = np.clip((early + late) / 2, 0.001, 1)[seasonal]
    spans = runs_of(span, often, _SPAN_RUNS)
    return spans, runs_of(centre, often[seasonal], _SPAN_RUNS) if seasonal.sum() >= 2 * THRESHOLD else None
