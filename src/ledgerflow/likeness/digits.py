"""M7: do digits fall as they do in books of this trade: first digits, price endings, list prices?"""

import numpy as np

from ledgerflow.habits.lines import Codes
from ledgerflow.likeness.sales import Sales
from ledgerflow.likeness.statistics import (
    benford_deviation,
    difference_similarity,
    first_digits,
    hundredths,
    ratio_similarity,
    tv_complement,
)

_LEAST = 0.01


def digits(real: Sales, made: Sales) -> dict[str, float]:
    """First digits of totals, the departure from Benford's law, endings of prices and totals, lines off the list."""
    return {
        "first_digit_tv": tv_complement(total_digits(real), total_digits(made)),
        "benford_mad_ratio": ratio_similarity(benford_deviation(made.lines.total), benford_deviation(real.lines.total)),
        "price_ending_tv": tv_complement(hundredths(real.lines.price), hundredths(made.lines.price)),
        "total_cents_tv": tv_complement(hundredths(real.total), hundredths(made.total)),
        "off_list_share": difference_similarity(off_list_share(real), off_list_share(made), 0.5),
    }


def total_digits(sales: Sales) -> Codes:
    """The first digit of each invoice's total."""
    return first_digits(np.maximum(sales.total, _LEAST))


def off_list_share(sales: Sales) -> float:
    """The share of lines that are not at the price at which their product is sold most often."""
    product, price = sales.product_row, sales.lines.price
    order = np.lexsort((price, product))
    product, price = product[order], price[order]
    starts = np.flatnonzero(np.r_[True, (np.diff(product) != 0) | (np.diff(price) != 0)])
    lengths = np.diff(np.r_[starts, len(price)])
    usual = np.zeros(len(sales.products), np.int64)
    np.maximum.at(usual, product[starts], lengths)
    return float(1 - usual.sum() / len(price))
