"""Profile: how a business sells, in shapes and shares. It names no product and no buyer, and holds no row.

Money stands in minor units. `named` is about buyers who are known, `unnamed` about those who leave no name. Arrays over
sizes follow `size_class`: the classes of the number of lines of an invoice. Pairs of ranks are standard normal scores.
"""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any, Literal, Self

import numpy as np
import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from ledgerflow.habits.dice import Floats, Ints
from ledgerflow.habits.rates import Rates
from ledgerflow.habits.runs import Runs

SIZE_CLASSES = 12
LIVES = (0, 1, 2, 3, 4)  # classes of customers by their orders
TRAITS = ("lines", "total", "price", "popularity", "packs", "hour")
SIZE_EDGES = (2.0, 4.0, 9.0, 19.0, 39.0, 99.0)
AMOUNT_EDGES = (2.0, 3.0, 5.0, 11.0, 23.0, 47.0, 99.0)

Share = Annotated[float, Field(ge=0, le=1)]
Level = Annotated[float, Field(ge=0, le=1e6)]
Score = Annotated[float, Field(ge=-50, le=50)]
Hours = Annotated[tuple[Level, ...], Field(min_length=24, max_length=24)]
Week = Annotated[tuple[Hours, ...], Field(min_length=7, max_length=7)]
BySize = Annotated[tuple[Score, ...], Field(min_length=SIZE_CLASSES, max_length=SIZE_CLASSES)]
OfTraits = Annotated[tuple[Score, ...], Field(min_length=len(TRAITS), max_length=len(TRAITS))]
Covariances = Annotated[tuple[OfTraits, ...], Field(min_length=len(TRAITS), max_length=len(TRAITS))]
Edges = Annotated[tuple[Annotated[float, Field(gt=0, le=1e15)], ...], Field(max_length=20)]


def size_class(lines: Ints) -> Ints:
    """The class of an invoice by its number of lines: about three classes for each four-fold."""
    classes: Ints = np.minimum((np.log2(np.maximum(lines, 1)) * 1.2).astype(np.int64), SIZE_CLASSES - 1)
    return classes


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Calendar(_Part):
    """When: factors of each week since the first day learnt from, weekday (Monday first) and day of the month, days
    that were closed, and the hours of each weekday. `lumpiness` is the variance of a day beyond chance."""

    weeks: Annotated[tuple[Level, ...], Field(min_length=1)]
    weekdays: Annotated[tuple[Level, ...], Field(min_length=7, max_length=7)]
    month_days: Annotated[tuple[Level, ...], Field(max_length=31)] = ()
    closed: tuple[date, ...] = ()
    lumpiness: Annotated[float, Field(ge=0, le=100)]
    hours_named: Week
    hours_unnamed: Week

    @model_validator(mode="after")
    def _whole_month(self) -> Self:
        if len(self.month_days) not in (0, 31):
            raise ValueError("there are factors for all 31 days of the month, or none")
        return self


class Customers(_Part):
    """Who: how often, how regularly and how long customers buy.

    `regularity` is the shape of the gamma renewal between orders; `companions` the share of orders on the day of the
    one before; `lives` how much of the period customers of 2, 3-4, 5-8 and more orders span, against what chance
    would; `week_loyal` and `month_loyal` the shares that keep a weekday or a day of the month.
    """

    named: Share
    rates: Rates
    regularity: Annotated[float, Field(ge=0.1, le=100)]
    companions: Share
    lives: Annotated[tuple[Share, ...], Field(min_length=len(LIVES), max_length=len(LIVES))]
    week_loyal: Share
    month_loyal: Share


class Effects(_Part):
    """How traits hang together: covariances of normal scores over TRAITS, `between` customers and in all of an invoice
    (`named`, `unnamed`); `frequency` is how traits follow the customer's frequency."""

    between: Covariances
    named: Covariances
    unnamed: Covariances
    frequency: OfTraits


class Invoices(_Part):
    """How large: numbers of lines, totals for each size class, and lines that name a product again."""

    lines_named: Runs | None = None
    lines_unnamed: Runs | None = None
    totals_named: Annotated[tuple[Runs | None, ...], Field(min_length=SIZE_CLASSES, max_length=SIZE_CLASSES)]
    totals_unnamed: Annotated[tuple[Runs | None, ...], Field(min_length=SIZE_CLASSES, max_length=SIZE_CLASSES)]
    repeats: Share
    repeating: Share


class Products(_Part):
    """What there is: popularity, list prices by the lines at each, how long products sell, and how taste for dear and
    for well-sold products moves with the size of an invoice."""

    count: Annotated[int, Field(ge=1, le=10_000_000)]
    rates: Rates
    prices: Runs
    price_with_popularity: Annotated[float, Field(ge=-1, le=1)]
    endings: dict[Annotated[int, Field(ge=0, le=99)], Annotated[float, Field(gt=0, le=1)]]
    endings_known: Share
    spans: Runs | None = None
    centres: Runs | None = None
    dearness_named: BySize
    dearness_unnamed: BySize
    popularity_named: BySize
    popularity_unnamed: BySize


class Baskets(_Part):
    """What goes together: `usual` is the share of lines from a customer's own list, which is `breadth` invoices long;
    `siblings` the share that follows another line's family; `taste` how narrow an invoice's taste is, of 1."""

    usual: Share
    breadth: Annotated[float, Field(gt=0, le=1000)]
    siblings: Share
    family: Annotated[float, Field(ge=1, le=1000)]
    taste: Share


class Cell(_Part):
    """Quantities of one class of price and size: the share in whole packs, and the runs of loose and packed."""

    packed: Share
    loose: Runs | None = None
    packs: Runs | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.loose is None and self.packs is None:
            raise ValueError("a cell has loose quantities, packs, or both")
        return self


class Quantities(_Part):
    """How many: cells by price and size, and how much of the rest is the invoice's, the product's, popularity's."""

    step: Annotated[float, Field(gt=0, le=1000)]
    pack: Annotated[int, Field(ge=0)]
    price_edges: Edges
    cells_named: dict[Annotated[int, Field(ge=0)], Cell]
    cells_unnamed: dict[Annotated[int, Field(ge=0)], Cell]
    invoice_named: Share
    invoice_unnamed: Share
    product: Share
    product_packs: Share
    popularity: Score

    @model_validator(mode="after")
    def _some_cell(self) -> Self:
        if not self.cells_named and not self.cells_unnamed:
            raise ValueError("there is no cell")
        return self


class Variant(_Part):
    """Prices off the list, one way: shares by quantity, the prices that stand for a list price, and the ratios in each
    class of price where too few share one."""

    shares: Annotated[tuple[Share, ...], Field(min_length=len(AMOUNT_EDGES) + 1, max_length=len(AMOUNT_EDGES) + 1)]
    prices: dict[int, Runs]
    ratios: tuple[Runs | None, ...]
    ratio: Runs | None = None


class Prices(_Part):
    """What is charged: lower and higher than the list; `held` is how much an invoice keeps to one way, `higher_by_size`
    how the share of higher prices moves with size; `points` are prices that many lines share."""

    price_edges: Edges
    lower: Variant
    higher: Variant
    held: Share
    higher_by_size: Annotated[tuple[Share, ...], Field(min_length=SIZE_CLASSES, max_length=SIZE_CLASSES)]
    lower_points: tuple[Annotated[int, Field(ge=1)], ...]
    higher_points: tuple[Annotated[int, Field(ge=1)], ...]


class CreditNotes(_Part):
    """What comes back: as a share of documents and of value, lines, amounts, days since the sale, and the share of
    lines that come back whole."""

    share: Annotated[float, Field(ge=0, le=0.9)]
    value: Annotated[float, Field(ge=0, le=1)]
    whole: Share
    lines: Runs
    amounts: Runs
    days: Runs


class Learnt(_Part):
    """From what, roughly: the period, and how much there was."""

    first_day: date
    last_day: date
    invoices: Annotated[int, Field(ge=1)]
    lines: Annotated[int, Field(ge=1)]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.first_day > self.last_day:
            raise ValueError("the first day is after the last")
        return self


class Profile(_Part):
    """All habits of one business."""

    version: Literal[1] = 1
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


def matrix(rows: tuple[tuple[float, ...], ...]) -> Floats:
    """Rows of a profile as an array."""
    return np.array(rows, np.float64)
