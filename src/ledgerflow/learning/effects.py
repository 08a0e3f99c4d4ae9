"""How traits hang together, between customers and within invoices: covariances of normal scores."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ledgerflow.habits.dice import Floats, score_of
from ledgerflow.habits.profile import TRAITS, Effects
from ledgerflow.learning.books import Books
from ledgerflow.learning.grouping import codes, means, pair_covariance, rank_scores, rounded
from ledgerflow.learning.products import Catalogue
from ledgerflow.learning.quantities import Amounts
from ledgerflow.learning.sizes import Sizes

_OF_LINES = ("price", "popularity", "packs")
_CUSTOMER_CAP, _INVOICE_CAP = 60, 10
_ENOUGH = 50  # invoices
_MANY = 30  # customers who came more than once
_ALONE = np.diag([1.0, 1.0, 0.2, 0.2, 0.2, 1.0])


def effects_of(books: Books, sizes: Sizes, catalogue: Catalogue, amounts: Amounts) -> Effects:
    """The covariances of TRAITS."""
    lines = {"price": catalogue.dearness, "popularity": catalogue.favour, "packs": amounts.packs}
    size = len(books.counts)
    scores = {"lines": sizes.lines, "total": sizes.totals, "hour": _hours(books)}
    scores |= {trait: means(values, books.invoice, size) for trait, values in lines.items()}
    named = books.named
    return Effects(
        between=_rows(_between(books, scores)),
        named=_rows(_within(books, scores, lines, named)),
        unnamed=_rows(_within(books, scores, lines, ~named)),
        frequency=rounded(_frequency(books, scores)),
    )


def _rows(matrix: Floats) -> tuple[tuple[float, ...], ...]:
    return tuple(rounded(row) for row in matrix)


def _within(
    books: Books, scores: Mapping[str, Floats], lines: Mapping[str, Floats], which: NDArray[np.bool_]
) -> Floats:
    """Covariances in an invoice: of scores of the invoice, or over pairs of its lines."""
    if which.sum() < _ENOUGH:
        return _ALONE.copy()
    here = which[books.invoice]
    matrix = np.eye(len(TRAITS))
    for row, one in enumerate(TRAITS):
        for column, other in enumerate(TRAITS):
            if one in _OF_LINES and other in _OF_LINES:
                value = pair_covariance(lines[one][here], lines[other][here], books.invoice[here], _INVOICE_CAP)
                matrix[row, column] = np.clip(value, 0.01, 0.8) if row == column else value
            elif row != column:
                matrix[row, column] = (scores[one] * scores[other])[which].mean()
    return matrix


def _between(books: Books, scores: Mapping[str, Floats]) -> Floats:
    """Covariances between customers, over pairs of their invoices."""
    named = books.named
    customer = codes(books.customer[named])
    if not len(customer) or (np.bincount(customer) > 1).sum() < _MANY:
        return np.zeros((len(TRAITS), len(TRAITS)))
    matrix = np.array(
        [
            [pair_covariance(scores[one][named], scores[other][named], customer, _CUSTOMER_CAP) for other in TRAITS]
            for one in TRAITS
        ]
    )
    symmetric: Floats = (matrix + matrix.T) / 2
    return symmetric


def _frequency(books: Books, scores: Mapping[str, Floats]) -> Floats:
    """How much a customer's mean scores rise by one deviation of the frequency of its orders."""
    named = books.named
    if not named.any():
        return np.zeros(len(TRAITS))
    customer = codes(books.customer[named])
    orders = np.bincount(customer).astype(np.float64)
    often = rank_scores(orders)
    often -= np.average(often, weights=orders)
    deviation = np.sqrt(np.average(often**2, weights=orders))
    if not deviation:
        return np.zeros(len(TRAITS))
    slopes = []
    for trait in TRAITS:
        mean = means(scores[trait][named], customer, len(orders))
        slopes.append(np.average(often * (mean - np.average(mean, weights=orders)), weights=orders) / deviation)
    return np.array(slopes)


def _hours(books: Books) -> Floats:
    """Normal scores of the hours of invoices among those of their weekday and kind of buyer."""
    scores = np.zeros(len(books.counts))
    for known in (True, False):
        for day in range(7):
            here = np.flatnonzero((books.named == known) & (books.weekday == day))
            if len(here):
                order = np.argsort(books.second[here], kind="stable")
                rank = np.empty(len(here))
                rank[order] = np.arange(len(here))
                scores[here] = score_of((rank + 0.5) / len(here))
    return scores
