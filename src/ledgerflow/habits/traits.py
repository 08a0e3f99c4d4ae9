"""How traits hang together: customers and invoices lean their own way in size, price, popularity, packs, hour."""

from dataclasses import dataclass

import numpy as np

from ledgerflow.habits.dice import Dice, Draw, Floats
from ledgerflow.habits.orders import Orders
from ledgerflow.habits.profile import TRAITS, Effects, matrix

_WHOLE = (0, 1, 5)  # traits of the invoice itself, told as full normal scores
_MOST = 0.85  # of the variance of a line's trait may be the invoice's
_MOST_BY_FREQUENCY = 0.9


@dataclass(frozen=True, eq=False)
class Traits:
    """Scores over TRAITS, shape (6, invoices), with their variance, and the customers' part of them (6, customers)."""

    invoice: Floats
    variance: Floats
    customer: Floats
    customer_variance: Floats

    def of(self, block: slice) -> "Traits":
        """The traits of a block of invoices."""
        return Traits(self.invoice[:, block], self.variance[:, block], self.customer, self.customer_variance)


def traits_of(effects: Effects, orders: Orders, dice: Dice) -> Traits:
    """The leanings of all customers and invoices."""
    invoices, customers = np.arange(len(orders.customer)), np.arange(orders.customers)
    luck = np.vstack([dice.normals(Draw.INVOICE, invoices), dice.normals(Draw.INVOICE, invoices, 2)])[: len(TRAITS)]
    taste = np.vstack([dice.normals(Draw.TASTE, customers), dice.normals(Draw.TASTE, customers, 1)])[: len(TRAITS)]
    between = proper(matrix(effects.between))
    most = _MOST_BY_FREQUENCY * np.sqrt(np.diag(between))
    slope = np.clip(np.array(effects.frequency), -most, most)
    own = slope[:, None] * orders.frequency + root(proper(between - np.outer(slope, slope))) @ taste
    within, unnamed = proper(matrix(effects.named) - between), proper(matrix(effects.unnamed))
    named = orders.named
    scores = np.where(named, own[:, np.maximum(orders.customer, 0)] + root(within) @ luck, root(unnamed) @ luck)
    variance = np.where(named, np.diag(between + within)[:, None], np.diag(unnamed)[:, None])
    for trait in _WHOLE:
        scores[trait] /= np.sqrt(variance[trait])
    return Traits(scores, np.minimum(variance, _MOST), own, np.diag(between).copy())


def proper(matrix: Floats) -> Floats:
    """The nearest matrix that is a covariance (Higham, Linear Algebra and its Applications 1988)."""
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
    made: Floats = (vectors * np.maximum(values, 1e-6)) @ vectors.T
    return made


def root(matrix: Floats) -> Floats:
    """A square root of a covariance."""
    values, vectors = np.linalg.eigh(matrix)
    made: Floats = vectors * np.sqrt(np.maximum(values, 0))
    return made
