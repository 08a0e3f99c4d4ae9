"""Invoice lines as columns, the table that every metric reads. Floats: nothing here is billed, only measured."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int64]
Figures = NDArray[np.float64]
Moments = NDArray[np.datetime64]
Marks = NDArray[np.bool_]

UNNAMED = -1


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """One entry a line in each column. Amounts are in major units of one currency, before tax.

    `inv`, `cust` and `prod` are codes, `cust` is -1 where the buyer left no name; `ts` is local time to the second
    (datetime64[s]). Credit-note lines are marked, their `qty` and `total` negative. `products` is the name of each
    product code where it is known: only by it can a basket of one set be found again in another.
    """

    inv: Codes
    ts: Moments
    cust: Codes
    prod: Codes
    qty: Figures
    price: Figures
    total: Figures
    credit: Marks
    products: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        lengths = {column: len(getattr(self, column)) for column in COLUMNS}
        if len(set(lengths.values())) > 1:
            raise ValueError(f"The columns differ in length: {lengths}")

    def __len__(self) -> int:
        return len(self.inv)

    def take(self, which: Codes | Marks) -> "Lines":
        """The lines at these places, or where the mark is set."""
        return Lines(**{column: getattr(self, column)[which] for column in COLUMNS}, products=self.products)

    def with_more(self, more: "Lines") -> "Lines":
        """These lines and, behind them, others that share their codes."""
        columns = {name: np.concatenate([getattr(self, name), getattr(more, name)]) for name in COLUMNS}
        return Lines(**columns, products=self.products)

    def in_order(self) -> "Lines":
        """The lines oldest first, those of one moment by invoice."""
        return self.take(np.lexsort((self.inv, self.ts)))


COLUMNS = tuple(field.name for field in fields(Lines) if field.name != "products")


def no_lines() -> Lines:
    """A table without a line."""
    whole, real = np.empty(0, np.int64), np.empty(0, np.float64)
    return Lines(whole, np.empty(0, "datetime64[s]"), whole, whole, real, real, real, np.empty(0, np.bool_))
