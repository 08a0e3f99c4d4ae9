"""What is charged off the list: how often by quantity, at which prices, and by which invoices."""

import numpy as np
from numpy.typing import NDArray

from ledgerflow.habits.dice import Floats, Ints
from ledgerflow.habits.profile import AMOUNT_EDGES, SIZE_CLASSES, Prices, Variant, size_class
from ledgerflow.habits.runs import Runs
from ledgerflow.learning.books import Books
from ledgerflow.learning.grouping import FEW, THRESHOLD, pair_covariance, rounded, runs_of

_SAME = 0.0005
_PRICE_CLASSES = 14
_PRICE_RUNS, _CLASS_RUNS, _ALL_RUNS = 5, 5, 12
_CAP = 10
_HELD = 0.98


def prices_of(books: Books, price: Floats, *, named: bool) -> Prices:
    """How named, or unnamed, buyers are charged against the list prices of products."""
    here = books.line_named == named
    listed = price[books.product]
    ratio = books.price / listed
    lower, higher = here & (ratio < 1 - _SAME), here & (ratio > 1 + _SAME)
    edges = np.unique(np.quantile(listed, np.arange(1, _PRICE_CLASSES) / _PRICE_CLASSES))
    amount = np.searchsorted(AMOUNT_EDGES, books.quantity)
    classes = size_class(books.counts)[books.invoice]
    sized = np.bincount(classes[here], minlength=SIZE_CLASSES)
    usual = float(higher[here].mean()) if here.any() else 0.0
    by_size = np.where(
        sized >= 5 * THRESHOLD, np.bincount(classes[here], higher[here], SIZE_CLASSES) / np.maximum(sized, 1), usual
    )
    return Prices(
        price_edges=tuple(float(f"{edge:.4g}") for edge in edges.tolist()),
        lower=_variant(books, listed, ratio, lower, here, amount, edges),
        higher=_variant(books, listed, ratio, higher, here, amount, edges),
        held=_held(books, higher, here),
        higher_by_size=rounded(by_size),
        lower_points=_points(books, lower, 2 * THRESHOLD),
        higher_points=_points(books, higher, 3 * THRESHOLD),
    )


def _variant(
    books: Books,
    listed: Floats,
    ratio: Floats,
    which: NDArray[np.bool_],
    here: NDArray[np.bool_],
    amount: Ints,
    edges: Floats,
) -> Variant:
    size = len(AMOUNT_EDGES) + 1
    shares = np.bincount(amount[which], minlength=size) / np.maximum(np.bincount(amount[here], minlength=size), 1)
    product = books.product
    classes = np.searchsorted(edges, listed, side="right")

    def ratios(lines: Ints, most: int) -> Runs | None:
        return runs_of(np.round(ratio[lines], 3), product[lines], most, FEW) if len(lines) >= THRESHOLD else None

    lines = np.flatnonzero(which)
    by_class = [lines[classes[lines] == place] for place in range(len(edges) + 1)]
    return Variant(
        shares=rounded(shares),
        prices=_by_list_price(books, listed, lines),
        ratios=tuple(ratios(part, _CLASS_RUNS) if len(part) >= 3 * THRESHOLD else None for part in by_class),
        ratio=ratios(lines, _ALL_RUNS),
    )


def _by_list_price(books: Books, listed: Floats, lines: Ints) -> dict[int, Runs]:
    """The prices that stand for a list price, where several products share both."""
    prices = {}
    values, counts = np.unique(listed[lines], return_counts=True)
    for value in values[counts >= 3 * THRESHOLD].tolist():
        these = lines[listed[lines] == value]
        runs = runs_of(books.price[these], books.product[these], _PRICE_RUNS, FEW)
        if runs is not None:
            prices[int(value)] = runs
    return prices


def _held(books: Books, higher: NDArray[np.bool_], here: NDArray[np.bool_]) -> float:
    """How much an invoice keeps to higher prices: the covariance of its lines against their variance."""
    if here.sum() < 5 * THRESHOLD:
        return 0.0
    values = higher[here] - higher[here].mean()
    if not values.any():
        return 0.0
    held = pair_covariance(values, values, books.invoice[here], _CAP) / values.var()
    return float(f"{np.clip(held, 0, _HELD):.3g}")


def _points(books: Books, which: NDArray[np.bool_], least: int) -> tuple[int, ...]:
    """Prices off the list that many lines of several products share."""
    values, place, counts = np.unique(books.price[which], return_inverse=True, return_counts=True)
    pairs = np.unique(place * (int(books.product.max()) + 1) + books.product[which])
    products = np.bincount(pairs // (int(books.product.max()) + 1), minlength=len(values))
    told = (counts >= least) & (products >= FEW)
    return tuple(int(value) for value in values[told].tolist())
