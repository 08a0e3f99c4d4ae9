"""Profile: how a business sells, in shapes and shares. It names no product and no buyer, and holds no row.

Money stands in minor units. `named` is about buyers who are known, `unnamed` about those who leave no name. Arrays over
sizes follow `size_class`: the classes of the number of lines of an invoice. Pairs of ranks are standard normal scores.
"""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any

import numpy as np
import yaml
from pydantic import BaseModel, ConfigDict, Field

from ledgerflow.habits.dice import Floats, Ints
from ledgerflow.habits.rates import Rates
from ledgerflow.habits.runs import Runs

SIZE_CLASSES = 12
TRAITS = ("lines", "total", "price", "popularity", "packs", "hour")
SIZE_EDGES = (2.0, 4.0, 9.0, 19.0, 39.0, 99.0)
AMOUNT_EDGES = (2.0, 3.0, 5.0, 11.0, 23.0, 47.0, 99.0)

Numbers = tuple[float, ...]
Share = Annotated[float, Field(ge=0, le=1)]


def size_class(lines: Ints) -> Ints:
    """The class of an invoice by its number of lines: about three classes for each four-fold."""
    classes: Ints = np.minimum((np.log2(np.maximum(lines, 1)) * 1.2).astype(np.int64), SIZE_CLASSES - 1)
    return classes


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Calendar(_Part):
    """When: factors of each week since the first day learnt from, weekday (Monday first) and day of the month, days
    that were closed, and the hours of each weekday. `lumpiness` is the variance of a day beyond chance."""

    weeks: Numbers
    weekdays: Numbers
    month_days: Numbers = ()
    closed: tuple[date, ...] = ()
    lumpiness: float
    hours_named: tuple[Numbers, ...]
    hours_unnamed: tuple[Numbers, ...]


class Customers(_Part):
    """Who: how often, how regularly and how long customers buy.

    `regularity` is the shape of the gamma renewal between orders; `companions` the share of orders on the day of the
    one before; `lives` how much of the period customers of 2, 3-4, 5-8 and more orders span, against what chance
    would; `week_loyal` and `month_loyal` the shares that keep a weekday or a day of the month.
    """

    named: Share
    rates: Rates
    regularity: float
    companions: Share
    lives: Numbers
    week_loyal: Share
    month_loyal: Share


class Effects(_Part):
    """How traits hang together: covariances of normal scores over TRAITS, `between` customers and in all of an invoice
    (`named`, `unnamed`); `frequency` is how traits follow the customer's frequency."""

    between: tuple[Numbers, ...]
    named: tuple[Numbers, ...]
    unnamed: tuple[Numbers, ...]
    frequency: Numbers


class Invoices(_Part):
    """How large: numbers of lines, totals for each size class, and lines that name a product again."""

    lines_named: Runs | None = None
    lines_unnamed: Runs | None = None
    totals_named: tuple[Runs | None, ...]
    totals_unnamed: tuple[Runs | None, ...]
    repeats: Share
    repeating: Share


class Products(_Part):
    """What there is: popularity, list prices by the lines at each, how long products sell, and how taste for dear and
    for well-sold products moves with the size of an invoice."""

    count: int
    rates: Rates
    prices: Runs
    price_with_popularity: float
    endings: dict[int, float]
    endings_known: Share
    spans: Runs | None = None
    centres: Runs | None = None
    dearness_named: Numbers
    dearness_unnamed: Numbers
    popularity_named: Numbers
    popularity_unnamed: Numbers


class Baskets(_Part):
    """What goes together: `usual` is the share of lines from a customer's own list, which is `breadth` invoices long;
    `siblings` the share that follows another line's family; `taste` how narrow an invoice's taste is, of 1."""

    usual: Share
    breadth: float
    siblings: Share
    family: float
    taste: Share


class Cell(_Part):
    """Quantities of one class of price and size: the share in whole packs, and the runs of loose and packed."""

    packed: Share
    loose: Runs | None = None
    packs: Runs | None = None


class Quantities(_Part):
    """How many: cells by price and size, and how much of the rest is the invoice's, the product's, popularity's."""

    step: float
    pack: int
    price_edges: Numbers
    cells_named: dict[int, Cell]
    cells_unnamed: dict[int, Cell]
    invoice_named: Share
    invoice_unnamed: Share
    product: Share
    product_packs: Share
    popularity: float


class Variant(_Part):
    """Prices off the list, one way: shares by quantity, the prices that stand for a list price, and the ratios in each
    class of price where too few share one."""

    shares: Numbers
    prices: dict[int, Runs]
    ratios: tuple[Runs | None, ...]
    ratio: Runs | None = None


class Prices(_Part):
    """What is charged: lower and higher than the list; `held` is how much an invoice keeps to one way, `higher_by_size`
    how the share of higher prices moves with size; `points` are prices that many lines share."""

    price_edges: Numbers
    lower: Variant
    higher: Variant
    held: Share
    higher_by_size: Numbers
    lower_points: tuple[int, ...]
    higher_points: tuple[int, ...]


class CreditNotes(_Part):
    """What comes back: as a share of documents and of value, lines, amounts, days since the sale, and the share of
    lines that come back whole."""

    share: Share
    value: float
    whole: Share
    lines: Runs
    amounts: Runs
    days: Runs


class Learnt(_Part):
    """From what, roughly: the period, and how much there was."""

    first_day: date
    last_day: date
    invoices: int
    lines: int
    dated: bool = True


class Profile(_Part):
    """All habits of one business."""

    version: int = 1
    decimals: Annotated[int, Field(ge=0, le=3)] = 2
    learnt: Learnt
    calendar: Calendar
    customers: Customers
    effects: Effects
    invoices: Invoices
    products: Products
    baskets: Baskets
    quantities: Quantities
    prices_named: Prices
    prices_unnamed: Prices
    credit_notes: CreditNotes | None = None
    not_learnt: tuple[str, ...] = ()

    def to_yaml(self) -> str:
        """The profile as a person may read it."""
        tree = self.model_dump(mode="json", exclude_none=True)
        return yaml.dump(tree, sort_keys=False, allow_unicode=True, width=2000, Dumper=_Dense)


class _Dense(yaml.CSafeDumper):
    """Lists on one line, mappings below one another."""

    def represent_sequence(
        self, tag: str, sequence: Iterable[Any], flow_style: bool | None = None
    ) -> yaml.SequenceNode:
        return super().represent_sequence(tag, sequence, flow_style=True)


def matrix(rows: tuple[Numbers, ...]) -> Floats:
    """Rows of a profile as an array."""
    return np.array(rows, np.float64)
