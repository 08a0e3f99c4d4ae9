"""The books to learn from: sale lines by invoice in their order of time, credit-note lines apart."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from ledgerflow.habits.dice import Floats, Ints
from ledgerflow.habits.lines import Lines
from ledgerflow.learning.grouping import THRESHOLD, codes

_DAY = 86_400
_NEAR = 7  # days by which single early or late invoices may widen the period


@dataclass(frozen=True, eq=False)
class Books:
    """Sales. For each line: invoice, product, quantity, price and total in minor units; for each invoice: moment in
    seconds, day since `first_day`, customer (-1: unnamed), number of lines and total."""

    first_day: date
    last_day: date
    decimals: int
    invoice: Ints
    product: Ints
    quantity: Floats
    price: Floats
    total: Floats
    moment: Ints
    customer: Ints
    counts: Ints
    totals: Floats
    credits: Lines
    sales: Lines

    @property
    def days(self) -> int:
        """How many days the period has."""
        return (self.last_day - self.first_day).days + 1

    @property
    def named(self) -> NDArray[np.bool_]:
        """Which invoices have a known buyer."""
        return self.customer >= 0

    @property
    def line_named(self) -> NDArray[np.bool_]:
        """Which lines have a known buyer."""
        return self.named[self.invoice]

    @property
    def owner(self) -> Ints:
        """Whose an invoice is: the customer's, and each unnamed one its own."""
        return np.where(self.named, self.customer, self.customer.max(initial=0) + 1 + np.arange(len(self.customer)))

    @property
    def day(self) -> Ints:
        """The day of each invoice since the first."""
        start = np.datetime64(self.first_day, "s").astype(np.int64)
        days: Ints = (self.moment - start) // _DAY
        return days

    @property
    def second(self) -> Ints:
        """The second of the day of each invoice."""
        return self.moment % _DAY

    @property
    def weekday(self) -> Ints:
        """The weekday of each invoice, Monday 0."""
        return (self.moment // _DAY + 3) % 7

    def dates(self) -> list[date]:
        """The days of the period."""
        return [self.first_day + timedelta(step) for step in range(self.days)]


def books_of(lines: Lines) -> Books:
    """The books in lines; those far outside the period in which business was done are left out."""
    sales = lines.take(~lines.credit)
    first, last = _period(sales)
    inside = (sales.ts >= first) & (sales.ts < last + np.timedelta64(1, "D"))
    sales = sales.take(inside)
    seconds = sales.ts.astype("datetime64[s]").astype(np.int64)
    raw = codes(sales.inv)
    begins = np.full(int(raw.max()) + 1, np.iinfo(np.int64).max)
    np.minimum.at(begins, raw, seconds)
    rank = np.empty(len(begins), np.int64)
    rank[np.argsort(begins, kind="stable")] = np.arange(len(begins))
    order = np.argsort(rank[raw], kind="stable")
    sales = sales.take(order)
    invoice = rank[raw][order]
    first_line = np.searchsorted(invoice, np.arange(len(begins)))
    decimals = _decimals(sales.price)
    unit = 10.0**decimals
    total = np.round(sales.total * unit)
    customer = sales.cust[first_line]
    known = customer >= 0
    customer = np.where(known, codes(np.where(known, customer, customer.max(initial=0))), -1)
    return Books(
        first_day=first.astype(date),
        last_day=last.astype(date),
        decimals=decimals,
        invoice=invoice,
        product=codes(sales.prod),
        quantity=sales.qty,
        price=np.maximum(np.round(sales.price * unit), 1),
        total=total,
        moment=np.sort(begins),
        customer=customer,
        counts=np.bincount(invoice),
        totals=np.maximum(np.bincount(invoice, total), 1),
        credits=lines.take(lines.credit),
        sales=sales,
    )


def _period(sales: Lines) -> "tuple[np.datetime64, np.datetime64]":
    """The first and the last day of business; a few stray invoices far off do not widen it."""
    invoice = codes(sales.inv)
    order = np.lexsort((sales.ts, invoice))
    starts = np.flatnonzero(np.diff(invoice[order], prepend=-1))
    days = np.sort(sales.ts[order][starts].astype("datetime64[D]"))
    few = min(THRESHOLD, max(1, len(days) // 20))
    early, late = days[few - 1], days[-few]
    near = np.timedelta64(_NEAR, "D")
    inside = days[(days >= early - near) & (days <= late + near)]
    return inside[0], inside[-1]


def _decimals(price: Floats) -> int:
    """How many decimals prices have: as few as nearly all keep to, at most 3."""
    for decimals in range(3):
        scaled = price * 10**decimals
        if (np.abs(scaled - np.round(scaled)) < 1e-6).mean() > 0.995:
            return decimals
    return 3
