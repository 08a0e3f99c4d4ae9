"""M3: do the figures of an invoice belong together: more lines, fewer units; the same customer, the same size?"""

import numpy as np
from numpy.typing import ArrayLike

from ledgerflow.habits.lines import Figures
from ledgerflow.likeness.sales import Sales
from ledgerflow.likeness.statistics import difference_similarity, rank_correlations, spearman


def dependence(real: Sales, made: Sales) -> dict[str, float]:
    """Rank correlations of seven figures of an invoice and of a line's quantity with its price; likeness within a
    customer."""
    pairs = np.triu_indices(7, 1)
    away = np.abs(_together(real)[pairs] - _together(made)[pairs]).mean()
    return {
        "invoice_pairs": float(1 - away),
        "line_qty_price": difference_similarity(
            spearman(real.lines.qty, real.lines.price), spearman(made.lines.qty, made.lines.price), 1
        ),
        "size_by_customer_icc": difference_similarity(customer_share(real), customer_share(made), 1),
    }


def _together(sales: Sales) -> Figures:
    columns: list[ArrayLike] = [
        sales.size,
        sales.units,
        sales.total,
        sales.total / sales.units,
        sales.share(sales.lines.qty == 1),
        mean_favour(sales),
        sales.hour,
    ]
    return rank_correlations(columns)


def mean_favour(sales: Sales) -> Figures:
    """How popular the products of each invoice are on average."""
    return sales.summed(sales.favour[sales.product_row]) / sales.size


def customer_share(sales: Sales) -> float:
    """The part of the variance of log totals that lies between customers, of those with several invoices (ICC)."""
    several = sales.orders[sales.customer_row] > 1
    customers, size = sales.customer_row[several], sales.log_total[sales.named][several]
    if len(size) <= 2 or not size.var():
        return 0.0
    means = np.bincount(customers, weights=size) / np.maximum(np.bincount(customers), 1)
    within = ((size - means[customers]) ** 2).sum() / max(len(size) - len(np.unique(customers)), 1)
    return float(1 - within / size.var(ddof=1))
