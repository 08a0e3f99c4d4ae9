"""M6: are the same things bought together, and bought again?"""

import numpy as np

from ledgerflow.habits.lines import UNNAMED, Figures
from ledgerflow.likeness.sales import Sales
from ledgerflow.likeness.statistics import difference_similarity, ks_complement

_TOP = 200  # products whose pairs are counted
_INVOICES = 12_000  # that suffice for it
_EXPECTED = 3  # a pair counts if chance alone would bring it together so often
_PAIRS = 30


def baskets(real: Sales, made: Sales) -> dict[str, float]:
    """Lifts of pairs of products, the share of lines bought again, the share of products standing twice."""
    return {
        "lift_ks": ks_complement(lifts(real), lifts(made)),
        "rebuy": difference_similarity(rebuy_share(real), rebuy_share(made), 0.5),
        "dup_lines": difference_similarity(_twice(real), _twice(made), 0.1),
    }


def lifts(sales: Sales) -> Figures:
    """How many times as often as by chance each pair of frequent products stands on one invoice."""
    top = np.argsort(-sales.bought, kind="stable")[:_TOP]
    column = np.full(len(sales.products), -1)
    column[top] = np.arange(len(top))
    step = max(1, sales.count // _INVOICES)
    count = -(-sales.count // step)
    invoice, product = sales.of[sales.pairs], column[sales.product_row[sales.pairs]]
    taken = (product >= 0) & (invoice % step == 0)
    bought = np.zeros((count, len(top)), np.float32)
    bought[invoice[taken] // step, product[taken]] = 1
    together = (bought.T @ bought).astype(np.float64)
    alone = np.diag(together) / count
    pairs = np.triu_indices(len(top), 1)
    expected = alone[pairs[0]] * alone[pairs[1]] * count
    enough = expected >= _EXPECTED
    return together[pairs][enough] / expected[enough] if enough.sum() > _PAIRS else np.ones(2)


def rebuy_share(sales: Sales) -> float:
    """Of the products on a named customer's later invoices, those that the customer had bought before."""
    places = sales.pairs[sales.lines.cust[sales.pairs] != UNNAMED]
    customer, product, invoice = sales.lines.cust[places], sales.lines.prod[places], sales.of[places]
    seen = np.ones(len(places), np.bool_)
    seen[np.unique(customer * sales.reach + product, return_index=True)[1]] = False
    _, first, row = np.unique(customer, return_index=True, return_inverse=True)
    later = invoice != invoice[first][row]
    return float(seen[later].mean()) if later.any() else 0.0


def _twice(sales: Sales) -> float:
    return float(1 - sales.distinct.sum() / sales.size.sum())
