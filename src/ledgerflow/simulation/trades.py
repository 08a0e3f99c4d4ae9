"""What sets one trade apart: sizes of baskets, packs, popularity, hours, terms. One table, a row a business style.

The figures are fits to published sets of real sales: a grocery panel, a gift wholesaler (UCI Online Retail), one day of
a liquor distributor, the CDNOW buyers; where there are no data, estimates.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ledgerflow.simulation.config import BusinessStyle

Floats: TypeAlias = NDArray[np.float64]
Sizes: TypeAlias = Callable[[Floats], Floats]


def negative_binomial(r: float, p: float) -> Sizes:
    """Weights of 1, 2, 3 … by a zero-truncated negative binomial."""

    def weigh(sizes: Floats) -> Floats:
        steps = np.concatenate(([np.log(r * (1 - p))], np.log((r + sizes[:-1]) / (sizes[:-1] + 1) * (1 - p))))
        logs = np.cumsum(steps)
        weights: Floats = np.exp(logs - logs.max())
        return weights

    return weigh


def lognormal(mean: float, spread: float) -> Sizes:
    """Weights of 1, 2, 3 … by a discrete lognormal; `mean` and `spread` are of the logarithm."""
    return lambda sizes: np.exp(-(((np.log(sizes) - mean) / spread) ** 2) / 2) / sizes


def geometric(p: float) -> Sizes:
    """Weights of 1, 2, 3 … , each `1 - p` of the one before."""
    return lambda sizes: np.power(1 - p, sizes - 1)


@dataclass(frozen=True, slots=True)
class Hours:
    """When the door is open, and its busiest hour; `slope` in hours says how far the rush reaches."""

    opens: int
    closes: int
    peak: int
    slope: float = 3.0


@dataclass(frozen=True, slots=True)
class Trade:
    """The habits of one business style.

    `popularity` is the spread of the logarithm of the products' weights, `loyalty` of the customers'. `rest_day` is how
    busy a day of rest is against a working day (0 is closed). `thrift` and `price_sense` say how much the number of
    lines and the price bring the quantity down. `discounts` maps per cent to the share of lines that get it.
    """

    lines: Sizes
    packs: Mapping[int, float]
    popularity: float
    loyalty: float
    hours: Hours
    rest_day: float
    month_end: float
    thrift: float
    price_sense: float
    discounts: Mapping[int, float]
    terms: tuple[tuple[str, int], ...]


_CASH = (("Paid on the spot", 0),)
_SMALL_PACKS = {1: 80.0, 2: 14.7, 3: 2.6, 4: 1.2, 5: 0.7, 6: 0.6, 10: 0.2}
_GIFT_PACKS = {
    1: 28.0, 2: 15.0, 3: 5.0, 4: 7.0, 5: 2.0, 6: 8.0, 8: 3.0, 10: 4.2, 12: 12.0, 16: 1.5, 20: 2.0, 24: 4.5, 25: 0.9,
    36: 1.5, 48: 2.0, 50: 1.1, 72: 0.8, 96: 0.7, 100: 0.8, 144: 0.6,
}  # fmt: skip
_CASE_PACKS = {
    1: 12.0,
    2: 15.0,
    3: 3.0,
    4: 3.0,
    6: 19.0,
    10: 3.0,
    12: 28.0,
    24: 8.0,
    36: 2.5,
    48: 3.0,
    60: 1.5,
    96: 1.0,
}
_LOT_PACKS = {5: 4.0, 10: 14.0, 20: 12.0, 25: 12.0, 40: 5.0, 50: 20.0, 100: 18.0, 200: 7.0, 250: 4.0, 500: 4.0}
_PIECES = {1: 85.0, 2: 8.0, 3: 2.5, 4: 1.5, 5: 1.0, 6: 1.0, 10: 1.0}

TRADES: Mapping[BusinessStyle, Trade] = {
    BusinessStyle.RETAIL_SHOP: Trade(
        lines=negative_binomial(0.43, 0.056),
        packs=_SMALL_PACKS,
        popularity=1.5,
        loyalty=0.9,
        hours=Hours(9, 21, 18),
        rest_day=1.2,
        month_end=1.0,
        thrift=0.0,
        price_sense=0.2,
        discounts={5: 0.03, 10: 0.02},
        terms=_CASH,
    ),
    BusinessStyle.WHOLESALE: Trade(
        lines=negative_binomial(0.57, 0.0236),
        packs=_GIFT_PACKS,
        popularity=1.2,
        loyalty=1.2,
        hours=Hours(9, 18, 12),
        rest_day=0.0,
        month_end=1.1,
        thrift=0.4,
        price_sense=0.4,
        discounts={5: 0.08, 10: 0.05},
        terms=(("Net 30 days", 30), ("Net 45 days", 45), ("Net 60 days", 60)),
    ),
    BusinessStyle.DISTRIBUTOR: Trade(
        lines=lognormal(3.28, 1.0),
        packs=_CASE_PACKS,
        popularity=1.0,
        loyalty=0.6,
        hours=Hours(8, 18, 10),
        rest_day=0.0,
        month_end=1.3,
        thrift=0.3,
        price_sense=0.1,
        discounts={2: 0.10, 5: 0.06},
        terms=(("Net 7 days", 7), ("Net 15 days", 15), ("Net 30 days", 30)),
    ),
    BusinessStyle.MANUFACTURER: Trade(
        lines=lognormal(1.1, 0.7),
        packs=_LOT_PACKS,
        popularity=0.9,
        loyalty=1.0,
        hours=Hours(9, 18, 15),
        rest_day=0.0,
        month_end=1.5,
        thrift=0.1,
        price_sense=0.3,
        discounts={3: 0.08, 8: 0.04},
        terms=(("Net 30 days", 30), ("Net 45 days", 45)),
    ),
    BusinessStyle.SERVICE_PROVIDER: Trade(
        lines=geometric(0.5),
        packs={1: 88.0, 2: 5.0, 3: 2.0, 4: 1.5, 5: 1.0, 8: 1.5, 10: 1.0},
        popularity=0.8,
        loyalty=0.8,
        hours=Hours(10, 18, 14),
        rest_day=0.0,
        month_end=2.5,
        thrift=0.0,
        price_sense=0.0,
        discounts={10: 0.03},
        terms=(("Net 30 days", 30), ("Net 15 days", 15)),
    ),
    BusinessStyle.ONLINE_STORE: Trade(
        lines=geometric(0.42),
        packs=_PIECES,
        popularity=1.6,
        loyalty=1.0,
        hours=Hours(0, 24, 14, 5.0),
        rest_day=1.1,
        month_end=1.0,
        thrift=0.0,
        price_sense=0.1,
        discounts={10: 0.05, 15: 0.02},
        terms=(("Prepaid", 0), ("Cash on delivery", 0)),
    ),
}
