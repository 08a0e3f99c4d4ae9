"""The portrait of a set: how its sales are spread over hours, weeks, sizes, digits, products and customers.

Two portraits can be laid beside each other whatever the currency: totals count in median invoices.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ledgerflow.habits.lines import Codes, Figures, Lines
from ledgerflow.likeness.arrivals import iso_week
from ledgerflow.likeness.credit_notes import lags
from ledgerflow.likeness.customers import named_share, repeat_share
from ledgerflow.likeness.digits import off_list_share, total_digits
from ledgerflow.likeness.sales import Sales, gather
from ledgerflow.likeness.statistics import hundredths, lorenz, top_share

# Where each step begins; the last is open.
LINE_STEPS = (1, 2, 3, 4, 6, 9, 13, 19, 28, 41, 61, 91)
ORDER_STEPS = (1, 2, 3, 4, 5, 7, 10, 15, 25, 50)
GAP_STEPS = (0, 1, 2, 4, 8, 15, 22, 31, 61, 91, 181)
TOTAL_STEPS = (0.0, 1 / 16, 1 / 8, 1 / 4, 1 / 2, 1.0, 2.0, 4.0, 8.0, 16.0)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a set comes to, in figures that a reader knows. Shares are 0 to 1; amounts in the set's own currency."""

    invoices: int
    lines: int
    products: int
    customers: int
    first_day: str
    last_day: str
    median_lines: float
    median_total: float
    named_share: float
    repeat_share: float
    top_fifth_revenue: float
    off_list_share: float
    credit_note_share: float
    median_return_days: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Portrait:
    """Shares of the invoices by hour (24), weekday (7, Monday first), ISO week (53), lines, total and first digit (9);
    of lines by price ending (100); of named customers by orders; of repeat invoices by days since the last; and what
    the greatest part of products and of customers brings (200 points of a Lorenz curve). Without customers: nothing.
    """

    facts: Facts
    hours: Figures
    weekdays: Figures
    weeks: Figures
    lines: Figures
    totals: Figures
    first_digits: Figures
    endings: Figures
    products: Figures
    customers: Figures
    orders: Figures
    gaps: Figures


def portrait(lines: Lines) -> Portrait | None:
    """The portrait of a set, or none where nothing was sold."""
    if lines.credit.all():
        return None
    sales = gather(lines)
    gaps = sales.gaps[np.isfinite(sales.gaps)]
    return Portrait(
        facts=_facts(sales),
        hours=_shares(sales.hour, 24),
        weekdays=_shares(sales.weekday, 7),
        weeks=_shares(iso_week(sales.day) - 1, 53),
        lines=_steps(sales.size, LINE_STEPS),
        totals=_steps(sales.total / (sales.median or 1.0), TOTAL_STEPS),
        first_digits=_shares(total_digits(sales) - 1, 9),
        endings=_shares(hundredths(sales.lines.price), 100),
        products=lorenz(sales.earned),
        customers=lorenz(sales.spent) if len(sales.named) else np.empty(0),
        orders=_steps(sales.orders, ORDER_STEPS) if len(sales.named) else np.empty(0),
        gaps=_steps(gaps, GAP_STEPS) if len(gaps) else np.empty(0),
    )


def _facts(sales: Sales) -> Facts:
    notes = len(np.unique(sales.credits.inv))
    returns = lags(sales)
    return Facts(
        invoices=sales.count,
        lines=len(sales.lines),
        products=len(sales.products),
        customers=len(sales.orders),
        first_day=str(sales.ts[0].astype("datetime64[D]")),
        last_day=str(sales.ts[-1].astype("datetime64[D]")),
        median_lines=float(np.median(sales.size)),
        median_total=sales.median,
        named_share=named_share(sales),
        repeat_share=repeat_share(sales),
        top_fifth_revenue=top_share(sales.earned),
        off_list_share=off_list_share(sales),
        credit_note_share=notes / (notes + sales.count),
        median_return_days=float(np.median(returns)) if len(returns) else None,
    )


def _shares(values: Codes, kinds: int) -> Figures:
    shares: Figures = np.bincount(values, minlength=kinds) / max(len(values), 1)
    return shares


def _steps(values: ArrayLike, starts: tuple[float, ...]) -> Figures:
    return _shares(
        np.maximum(np.searchsorted(np.asarray(starts), np.asarray(values), side="right") - 1, 0), len(starts)
    )
