"""M4: do a few products carry the trade, and is the long tail as long?"""

from ledgerflow.likeness.sales import Sales
from ledgerflow.likeness.statistics import difference_similarity, head_slope, lorenz_complement, top_share


def popularity(real: Sales, made: Sales) -> dict[str, float]:
    """Concentration of lines and of revenue over products, the slope of the head, what the top fifth earns."""
    return {
        "lorenz_lines": lorenz_complement(real.bought, made.bought),
        "lorenz_revenue": lorenz_complement(real.earned, made.earned),
        "head_slope": difference_similarity(head_slope(real.bought), head_slope(made.bought), 0.5),
        "top20": difference_similarity(top_share(real.earned), top_share(made.earned), 0.5),
    }
