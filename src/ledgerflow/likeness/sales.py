"""Lines gathered into sales: what each invoice, product, customer and day comes to."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ledgerflow.habits.lines import UNNAMED, Codes, Figures, Lines, Marks, Moments
from ledgerflow.likeness.statistics import ranks, sum_by

_LEAST = 0.01  # what a total is taken for where a logarithm is wanted and it is nothing


@dataclass(frozen=True, eq=False)
class Sales:
    """The sale lines of a set, oldest first, and its credit lines. `of` is the row of each line's invoice.

    Invoices are counted 0, 1, 2 … in the order of their first lines.
    """

    lines: Lines
    credits: Lines
    of: Codes
    first: Codes

    @cached_property
    def count(self) -> int:
        """How many invoices there are."""
        return len(self.first)

    @cached_property
    def ts(self) -> Moments:
        return self.lines.ts[self.first]

    @cached_property
    def day(self) -> Codes:
        """The day of each invoice, counted from 1970-01-01."""
        return self.ts.astype("datetime64[D]").astype(np.int64)

    @cached_property
    def hour(self) -> Codes:
        return self.ts.astype("datetime64[h]").astype(np.int64) % 24

    @cached_property
    def weekday(self) -> Codes:
        """0 for Monday."""
        return (self.day + 3) % 7

    @cached_property
    def cust(self) -> Codes:
        """The first name that stands on any line of the invoice, or -1."""
        cust = np.full(self.count, UNNAMED)
        named = np.flatnonzero(self.lines.cust != UNNAMED)
        rows, places = np.unique(self.of[named], return_index=True)
        cust[rows] = self.lines.cust[named[places]]
        return cust

    @cached_property
    def named(self) -> Codes:
        """The rows of invoices whose buyer is named."""
        return np.flatnonzero(self.cust != UNNAMED)

    @cached_property
    def size(self) -> Codes:
        """Lines on each invoice."""
        return np.bincount(self.of, minlength=self.count)

    @cached_property
    def pairs(self) -> Codes:
        """The places of lines that are the first of their product on their invoice."""
        return first_places(self.of * self.reach + self.lines.prod)

    @cached_property
    def reach(self) -> int:
        """One more than the greatest product code."""
        return int(self.lines.prod.max(initial=0)) + 1

    @cached_property
    def distinct(self) -> Codes:
        """Different products on each invoice."""
        return np.bincount(self.of[self.pairs], minlength=self.count)

    @cached_property
    def units(self) -> Figures:
        return self.summed(self.lines.qty)

    @cached_property
    def total(self) -> Figures:
        """The sum of each invoice's lines, to hundredths."""
        return np.round(self.summed(self.lines.total), 2)

    @cached_property
    def median(self) -> float:
        return float(np.median(self.total))

    @cached_property
    def products(self) -> Codes:
        """The codes of products that were sold."""
        return np.unique(self.lines.prod)

    @cached_property
    def product_row(self) -> Codes:
        """For each line the place of its product among `products`."""
        return np.searchsorted(self.products, self.lines.prod)

    @cached_property
    def bought(self) -> Codes:
        """On how many invoices each product stands."""
        return np.bincount(self.product_row[self.pairs], minlength=len(self.products))

    @cached_property
    def earned(self) -> Figures:
        """What each product brought."""
        return sum_by(self.product_row, self.lines.total, len(self.products))

    @cached_property
    def favour(self) -> Figures:
        """How popular each product is: the fifth in which it ranks, 0 to 4."""
        return np.floor(ranks(self.bought) / len(self.products) * 4.999)

    @cached_property
    def customer_row(self) -> Codes:
        """For each named invoice the row of its customer."""
        return np.unique(self.cust[self.named], return_inverse=True)[1]

    @cached_property
    def orders(self) -> Codes:
        """Invoices of each named customer."""
        return np.bincount(self.customer_row)

    @cached_property
    def spent(self) -> Figures:
        """What each named customer spent."""
        return sum_by(self.customer_row, self.total[self.named])

    @cached_property
    def gaps(self) -> Figures:
        """For each invoice the days since its customer's last one; NaN for the first and for the unnamed."""
        gaps = np.full(self.count, np.nan)
        by_customer = self.named[np.argsort(self.customer_row, kind="stable")]
        same = self.cust[by_customer[1:]] == self.cust[by_customer[:-1]]
        days = np.diff(self.day[by_customer])
        gaps[by_customer[1:][same]] = days[same]
        return gaps

    @cached_property
    def turn(self) -> Figures:
        """How many invoices its customer had before each; NaN for the unnamed."""
        turn = np.full(self.count, np.nan)
        order = np.argsort(self.customer_row, kind="stable")
        start = np.cumsum(self.orders) - self.orders
        turn[self.named[order]] = np.arange(len(order)) - np.repeat(start, self.orders)
        return turn

    @cached_property
    def daily(self) -> Codes:
        """Invoices of each day that had any."""
        return np.unique(self.day, return_counts=True)[1]

    @cached_property
    def log_total(self) -> Figures:
        return np.log(np.maximum(self.total, _LEAST))

    def summed(self, values: Figures | Marks) -> Figures:
        """The sum of a line's values by invoice."""
        return sum_by(self.of, values, self.count)

    def share(self, marks: Marks) -> Figures:
        """Which part of each invoice's lines has the mark."""
        return self.summed(marks) / self.size

    def greatest(self, values: Figures) -> Figures:
        """The greatest of a line's values by invoice."""
        order = np.argsort(self.of, kind="stable")
        starts = np.cumsum(self.size) - self.size
        greatest: Figures = np.maximum.reduceat(values[order], starts)
        return greatest


def first_places(keys: Codes) -> Codes:
    """Where each key stands for the first time, in the order of the keys' lines."""
    return np.sort(np.unique(keys, return_index=True)[1])


def gather(lines: Lines) -> Sales:
    """The sales of a set; needs at least one sale line."""
    ordered = lines.in_order()
    sold = ordered.take(~ordered.credit)
    _, first, inverse = np.unique(sold.inv, return_index=True, return_inverse=True)
    by_time = np.argsort(first)
    row = np.empty_like(by_time)
    row[by_time] = np.arange(len(by_time))
    return Sales(sold, ordered.take(ordered.credit), row[inverse], first[by_time])
