"""M1: are lines, quantities, prices and totals of the usual sizes?"""

from ledgerflow.likeness.sales import Sales
from ledgerflow.likeness.statistics import ks_complement


def marginals(real: Sales, made: Sales, *, shape: bool) -> dict[str, float]:
    """The Kolmogorov-Smirnov complement of six sizes; with `shape` money counts in median invoices."""
    ours, theirs = (made.median, real.median) if shape else (1.0, 1.0)
    return {
        "lines": ks_complement(real.size, made.size),
        "qty": ks_complement(real.lines.qty, made.lines.qty),
        "price": ks_complement(real.lines.price / theirs, made.lines.price / ours),
        "line_total": ks_complement(real.lines.total / theirs, made.lines.total / ours),
        "inv_total": ks_complement(real.total / theirs, made.total / ours),
        "units": ks_complement(real.units, made.units),
    }
