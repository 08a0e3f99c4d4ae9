"""What is bought together and again: found by making books with a guess, measuring them, and guessing better."""

from collections.abc import Callable

import numpy as np

from ledgerflow.habits.dice import Floats, Ints
from ledgerflow.habits.profile import Baskets, Profile
from ledgerflow.habits.twin import twin
from ledgerflow.learning.books import Books, books_of
from ledgerflow.learning.grouping import codes

_INVOICES = 6000  # of the books made to try a guess
_TRIES = 6
_TOP = 200
_EXPECTED = 3.0
_PAIRS = 30


def baskets_of(books: Books, profile: Profile) -> Baskets:
    """Baskets whose books have the rebuying and the spread of joint purchases of the books learnt from."""
    baskets = profile.baskets
    count = min(len(books.counts), _INVOICES)

    def made(guess: Baskets) -> Books:
        return books_of(twin(profile.model_copy(update={"baskets": guess, "credit_notes": None}), count, 7))

    wanted_lift = lift_spread(books)
    if wanted_lift is not None:
        goal = wanted_lift
        taste = _solve(lambda value: lift_spread(made(baskets.model_copy(update={"taste": value}))) or 0.0, goal, 0.95)
        baskets = baskets.model_copy(update={"taste": taste})
    again = rebuying(books)
    if again is not None:
        usual = _solve(lambda value: rebuying(made(baskets.model_copy(update={"usual": value}))) or 0.0, again, 0.95)
        baskets = baskets.model_copy(update={"usual": usual})
    return baskets


def _solve(measure: Callable[[float], float], goal: float, most: float) -> float:
    """By bisection the value from 0 to `most` at which a rising measure meets its goal."""
    low, high = 0.0, most
    for _ in range(_TRIES):
        middle = (low + high) / 2
        if measure(middle) < goal:
            low = middle
        else:
            high = middle
    return float(f"{(low + high) / 2:.3g}")


def rebuying(books: Books) -> float | None:
    """Of the lines after a customer's first invoice, the share whose product it had bought before."""
    named = books.line_named
    customer, product, invoice = books.customer[books.invoice][named], books.product[named], books.invoice[named]
    size = int(books.product.max()) + 1
    pairs = np.unique(np.stack([customer * size + product, invoice]), axis=1)
    key, order = pairs
    seen = np.concatenate(([False], np.diff(key) == 0))
    first = np.full(int(books.customer.max(initial=0)) + 1, np.iinfo(np.int64).max)
    np.minimum.at(first, customer, invoice)
    later = order > first[key // size]
    return float(seen[later].mean()) if later.any() else None


def lift_spread(books: Books) -> float | None:
    """The spread of how often two of the best sellers are bought together against chance: log of upper over lower
    quartile of the lifts of pairs (Brin et al., SIGMOD 1997). None where too few pairs are to be expected."""
    lifts = pair_lifts(books.invoice, books.product)
    if len(lifts) < _PAIRS:
        return None
    low, high = np.quantile(np.maximum(lifts, 0.05), [0.25, 0.75])
    return float(np.log(high / low))


def pair_lifts(invoice: Ints, product: Ints) -> Floats:
    """The lifts of pairs of the best-selling products, where at least three joint invoices were to be expected."""
    size = int(product.max()) + 1
    pairs = np.unique(invoice * size + product)
    sold = np.bincount(pairs % size, minlength=size)
    top = np.argsort(-sold, kind="stable")[:_TOP]
    place = np.full(size, -1)
    place[top] = np.arange(len(top))
    kept = pairs[place[pairs % size] >= 0]
    row, column = codes(kept // size), place[kept % size]
    count = int(invoice.max()) + 1
    table = np.zeros((int(row.max(initial=-1)) + 1, len(top)), np.float32)
    table[row, column] = 1
    joint = table.T @ table
    share = np.diag(joint) / count
    upper = np.triu_indices(len(top), 1)
    expected = share[upper[0]] * share[upper[1]] * count
    lifts: Floats = (joint[upper] / np.maximum(expected, 1e-9)).astype(np.float64)[expected >= _EXPECTED]
    return lifts
