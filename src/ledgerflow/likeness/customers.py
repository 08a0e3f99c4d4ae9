"""M5: do customers come back as often, after as long, and does the same part of them bring the revenue?"""

import numpy as np

from ledgerflow.likeness.sales import Sales
from ledgerflow.likeness.statistics import difference_similarity, ks_complement, lorenz_complement


def customers(real: Sales, made: Sales) -> dict[str, float]:
    """Orders a customer, days between them, concentration of revenue, shares of repeat and of named invoices."""
    return {
        "orders_per_customer": ks_complement(real.orders, made.orders),
        "revenue_lorenz": lorenz_complement(real.spent, made.spent),
        "gaps": ks_complement(real.gaps, made.gaps),
        "repeat_share": difference_similarity(repeat_share(real), repeat_share(made), 0.5),
        "known_share": difference_similarity(named_share(real), named_share(made), 0.5),
    }


def repeat_share(sales: Sales) -> float:
    """Of the invoices to named customers, those that are not their first."""
    return float(np.nansum(sales.turn > 0) / len(sales.named)) if len(sales.named) else 0.0


def named_share(sales: Sales) -> float:
    """Of all invoices, those to named customers."""
    return len(sales.named) / sales.count
