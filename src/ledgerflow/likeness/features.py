"""What a classifier may look at to tell made invoices from real ones: 22 figures an invoice, 10 a line."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ledgerflow.habits.lines import UNNAMED, Codes, Figures
from ledgerflow.likeness.dependence import mean_favour
from ledgerflow.likeness.digits import total_digits
from ledgerflow.likeness.sales import Sales
from ledgerflow.likeness.statistics import hundredths

_LEAST = 0.01
_TINY = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """A row of figures for each invoice or line, and the customer (or nameless invoice) that it belongs to."""

    rows: Figures
    group: Codes


Classifier = Callable[[Examples, Examples], float]
"""Tries to tell two sets of examples apart, never training on a customer it is asked about; gives the area under the
ROC curve: 0.5 if it cannot, 1 if it always can."""


def invoice_examples(sales: Sales, unit: float) -> Examples:
    """One row an invoice, in their order; money counts in `unit`s."""
    lines = sales.lines
    cents = hundredths(lines.price)
    price = sales.summed(lines.price) / sales.size
    columns = [
        *(sales.size, sales.size - sales.distinct, sales.units, np.log(np.maximum(sales.total / unit, _TINY))),
        *(np.log(price / unit), np.log(sales.greatest(lines.price) / unit)),
        *(sales.greatest(lines.qty), -sales.greatest(-lines.qty)),
        *(sales.share(lines.qty == 1), sales.share(lines.qty % 6 == 0)),
        *(sales.share(cents % 10 == 5), sales.share(cents % 10 == 9), sales.share(cents == 0)),
        *(sales.hour, sales.weekday, _day_of_year(sales), sales.cust != UNNAMED, sales.turn, sales.gaps),
        *(mean_favour(sales), total_digits(sales), hundredths(sales.total)),
    ]
    return Examples(np.stack([np.asarray(column, np.float64) for column in columns], axis=1), _groups(sales))


def line_examples(sales: Sales, unit: float) -> Examples:
    """One row a line, in their order; money counts in `unit`s."""
    lines, of = sales.lines, sales.of
    columns = [
        *(lines.qty, np.log(lines.price / unit), hundredths(lines.price)),
        *(np.log(np.maximum(lines.total, _LEAST) / unit), sales.size[of]),
        *(
            (lines.ts.astype("datetime64[D]").astype(np.int64) + 3) % 7,
            lines.ts.astype("datetime64[h]").astype(np.int64) % 24,
        ),
        *(sales.favour[sales.product_row], lines.cust != UNNAMED, sales.turn[of]),
    ]
    return Examples(np.stack([np.asarray(column, np.float64) for column in columns], axis=1), _groups(sales)[of])


def _day_of_year(sales: Sales) -> Codes:
    new_year = sales.ts.astype("datetime64[Y]").astype("datetime64[D]").astype(np.int64)
    day: Codes = sales.day - new_year + 1
    return day


def _groups(sales: Sales) -> Codes:
    return np.where(sales.cust != UNNAMED, sales.cust, -1 - np.arange(sales.count))
