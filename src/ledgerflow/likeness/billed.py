"""The lines of issued invoices, for the same measure as those of a file.

A line counts before discount and tax, as the books that it is compared with hold it; prices quoted in a foreign
currency are converted. A debit note is no sale and no return, and is left out. Two buyers of one name are one only if
their tax number and telephone are the same too.
"""

from collections.abc import Hashable, Iterable
from typing import Protocol

import numpy as np

from ledgerflow.billing.party import Party
from ledgerflow.billing.supply import Supply
from ledgerflow.billing.tax import DocumentKind, TaxResult
from ledgerflow.habits.lines import UNNAMED, Lines

_SIGNS = {DocumentKind.CREDIT_NOTE: -1.0, DocumentKind.DEBIT_NOTE: 0.0}


class Billed(Protocol):
    """An invoice, or a sale with its tax that has no number yet."""

    @property
    def supply(self) -> Supply:
        """What was sold to whom."""
        ...

    @property
    def tax(self) -> TaxResult:
        """The tax on it."""
        ...


def lines_of(invoices: Iterable[Billed]) -> Lines:
    """The lines of invoices and credit notes, all of one currency."""
    buyers: dict[Hashable, int] = {}
    products: dict[Hashable, int] = {}
    rows = []
    for number, invoice in enumerate(invoices):
        sign = _SIGNS.get(invoice.tax.document, 1.0)
        if not sign:
            continue
        buyer = _number(buyers, _identity(invoice.supply.buyer)) if invoice.supply.buyer.name else UNNAMED
        moment = np.datetime64(invoice.supply.tax_point.replace(tzinfo=None), "s")
        for sold, line in zip(invoice.supply.lines, invoice.tax.lines, strict=True):
            product = _number(products, sold.sku or sold.description)
            each = line.gross / sold.quantity if invoice.supply.quoted and sold.quantity else sold.unit_price
            figures = (float(sold.quantity) * sign, float(each), float(line.gross) * sign)
            rows.append((number, moment, buyer, product, *figures, sign < 0))
    columns = list(zip(*rows, strict=True)) or [()] * 8
    inv, cust, prod = (np.array(columns[place], np.int64) for place in (0, 2, 3))
    qty, price, total = (np.array(columns[place], np.float64) for place in (4, 5, 6))
    moments, credit = np.array(columns[1], "datetime64[s]"), np.array(columns[7], np.bool_)
    return Lines(inv, moments, cust, prod, qty, price, total, credit, tuple(map(str, products)))


def _identity(buyer: Party) -> Hashable:
    return buyer.name, buyer.tax_number, buyer.phone


def _number(numbers: dict[Hashable, int], key: Hashable) -> int:
    return numbers.setdefault(key, len(numbers))
