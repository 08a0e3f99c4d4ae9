"""What: the products of one sale, their quantities and discounts, within the bounds, by the habits of the trade.

`tilt` moves a whole basket: above 0 towards more lines and larger quantities, below towards fewer and smaller, never
past a bound and never at the cost of a price.
"""

from bisect import bisect
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from math import exp, log
from typing import NamedTuple

import numpy as np
from numpy.random import Generator

from ledgerflow.billing.catalogue import Product
from ledgerflow.billing.money import Currency, round_to_step
from ledgerflow.billing.supply import SupplyLine
from ledgerflow.simulation.config import Establishment, IntegerBounds, ProductChoice, RealismProfile, SimulationConfig
from ledgerflow.simulation.trades import Floats, Trade

_FAVOUR = 2.5  # a most-sold product against the best of the rest
_NEGLECT = 20.0  # the weakest of the rest against a least-sold product
_RARE = 1e-6  # the weight of what a tilt must be able to reach and chance hardly ever does
_ROUND_NUMBERS = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 7.5, 8.0)
_FULL_LIST = 60
_CACHED_LINES = 1 << 16


class Pick(NamedTuple):
    """One line to be: the place of the product in the assortment, the quantity, the discount in per cent."""

    product: int
    quantity: int
    discount: int


class Assortment:
    """What an establishment sells, at which prices, and how its baskets fall out."""

    def __init__(
        self, products: Sequence[SupplyLine], popularity: Floats, config: SimulationConfig, trade: Trade
    ) -> None:
        self.products = products
        self.bounds = config.bounds
        basic = config.realism_profile is RealismProfile.BASIC
        self.most_lines = min(config.bounds.lines.maximum, len(products))
        self._shares = popularity / popularity.sum()
        self._by_popularity = _steps(popularity)
        self._sizes, self._by_size = line_counts(trade, config.bounds.lines.minimum, self.most_lines)
        self._quantities, self._by_quantity = pack_sizes(trade.packs, config.bounds.quantity)
        self._thrift = trade.thrift if config.realism_profile is RealismProfile.ADVANCED else 0.0
        self._usual_lines = log(self._sizes[bisect(self._by_size, 0.5)])
        self._prices = np.array([float(line.unit_price) for line in products])
        self._pull = _price_pull(self._prices, 0.0 if basic else trade.price_sense)
        self._percents = [*trade.discounts, 0]
        self._by_percent = [0.0] * len(trade.discounts) if basic else np.cumsum([*trade.discounts.values()]).tolist()
        self.line = lru_cache(_CACHED_LINES)(self._line)

    def draw(self, dice: Generator, tilt: float = 0.0) -> list[Pick]:
        """A basket of distinct products, within the bounds of lines and quantity."""
        size = self._sizes[bisect(self._by_size, dice.random() ** exp(-tilt / 2))]
        chances = dice.random(3 * size).tolist()
        lean = exp(-tilt + self._thrift * (log(size) - self._usual_lines))
        pull, quantities, by_quantity = self._pull, self._quantities, self._by_quantity
        percents, by_percent = self._percents, self._by_percent
        return [
            Pick(
                product,
                quantities[bisect(by_quantity, chances[place] ** (pull[product] * lean))],
                percents[bisect(by_percent, chances[place + size])],
            )
            for place, product in enumerate(self._distinct(dice, chances[2 * size :], size))
        ]

    def lines(self, picks: Iterable[Pick]) -> tuple[SupplyLine, ...]:
        """The picks as lines of a supply."""
        return tuple([self.line(pick) for pick in picks])

    def price(self, pick: Pick) -> float:
        """What one unit costs after its discount, near enough to steer by."""
        return float(self._prices[pick.product]) * (1 - pick.discount / 100)

    def priced(self, price: float, taken: Sequence[int]) -> int:
        """The product nearest to a price that is not in the basket yet."""
        distances = np.abs(self._prices - price)
        distances[list(taken)] = np.inf
        return int(np.argmin(distances))

    def _line(self, pick: Pick) -> SupplyLine:
        product = self.products[pick.product]
        return SupplyLine(  # named in full, for `replace` takes three times as long
            description=product.description,
            quantity=Decimal(pick.quantity),
            unit_price=product.unit_price,
            unit=product.unit,
            sku=product.sku,
            description_local=product.description_local,
            commodity_code=product.commodity_code,
            category=product.category,
            discount_percent=Decimal(pick.discount),
            declared_rate=product.declared_rate,
            cess_rate=product.cess_rate,
        )

    def _distinct(self, dice: Generator, chances: list[float], size: int) -> list[int]:
        """Products by popularity, drawn one after the other without putting back."""
        if size * 4 > len(self.products):
            keys = dice.standard_exponential(len(self.products)) / self._shares
            order: list[int] = np.argsort(keys, kind="stable")[:size].tolist()
            return order
        by_popularity = self._by_popularity
        found: dict[int, None] = {}
        while True:
            found |= dict.fromkeys([bisect(by_popularity, chance) for chance in chances])
            if len(found) >= size:
                return list(islice(found, size))
            chances = dice.random(size).tolist()


def for_sale(catalogue: Sequence[Product], choice: ProductChoice) -> list[Product]:
    """The products that are not excluded."""
    excluded = set(choice.excluded)
    return [product for product in catalogue if not excluded & {product.sku, product.name}]


def price_list(
    catalogue: Sequence[Product], establishment: Establishment, currency: Currency, choice: ProductChoice
) -> list[SupplyLine]:
    """A line of one unit for each product that may be sold, at the establishment's own price."""
    return [
        SupplyLine(
            description=product.name,
            quantity=Decimal(1),
            unit_price=own_price(product.price, establishment, currency),
            unit=product.unit,
            sku=product.sku,
            description_local=product.name_local,
            commodity_code=product.commodity_code,
            category=product.tax_category,
            declared_rate=product.tax_rate,
            cess_rate=product.cess_rate,
        )
        for product in for_sale(catalogue, choice)
    ]


def own_price(price: Decimal, establishment: Establishment, currency: Currency) -> Decimal:
    """The catalogue's price at this establishment; what costs something costs at least one step."""
    step = establishment.price_step or currency.unit
    own = round_to_step(price * establishment.price_factor, step)
    return own if own or not price else step


def popularity(dice: Generator, products: Sequence[SupplyLine], choice: ProductChoice, spread: float) -> Floats:
    """How often each product is asked for. The most sold stand above all the rest, the least sold below it."""
    weights = dice.lognormal(0.0, spread, len(products))
    favoured = np.array([not {line.sku, line.description}.isdisjoint(choice.most_sold) for line in products])
    neglected = np.array([not {line.sku, line.description}.isdisjoint(choice.least_sold) for line in products])
    rest = weights[~favoured & ~neglected]
    top, bottom = (rest.max(), rest.min()) if len(rest) else (1.0, 1.0)
    own = np.exp(np.tanh(np.log(weights) / 4) / 4)
    weights = np.where(favoured, top * _FAVOUR * own, weights)
    return np.where(neglected, bottom / _NEGLECT * own, weights)


def pack_sizes(packs: Mapping[int, float], bounds: IntegerBounds) -> tuple[list[int], list[float]]:
    """The quantities that sell, and the steps from each to the next in the sum of shares.

    Where the trade's packs do not fit the bounds, any whole number within them does.
    """
    low, high = bounds.minimum, bounds.maximum
    weights = {quantity: weight for quantity, weight in packs.items() if low <= quantity <= high}
    if len(weights) < 3:
        grid = np.unique(np.geomspace(low, high, _FULL_LIST).round().astype(np.int64))
        weights = dict.fromkeys(range(low, high + 1) if high - low < _FULL_LIST else grid.tolist(), 1.0)
    rare = sum(weights.values()) * _RARE
    weights = dict.fromkeys([low, high, *_round_numbers(low, high)], rare) | weights
    quantities = sorted(weights)
    return quantities, _steps([weights[quantity] for quantity in quantities])


def line_counts(trade: Trade, low: int, high: int) -> tuple[list[int], list[float]]:
    """The numbers of lines an invoice may have, and the steps between them; bounds cut the trade's habit off."""
    weights = trade.lines(np.arange(1, high + 1, dtype=np.float64))[low - 1 :]
    top = weights.max()
    return list(range(low, high + 1)), _steps(weights / top + _RARE if top > 0 else np.ones(len(weights)))


def _round_numbers(low: int, high: int) -> list[int]:
    numbers = (round(base * 10**power) for power in range(len(str(high))) for base in _ROUND_NUMBERS)
    return [number for number in numbers if low <= number <= high]


def _steps(weights: Sequence[float] | Floats) -> list[float]:
    """Where in 0 … 1 each share ends and the next begins; a chance finds its share by bisection, the last is open."""
    ends = np.cumsum(weights)
    steps: list[float] = (ends[:-1] / ends[-1]).tolist()
    return steps


def _price_pull(prices: Floats, price_sense: float) -> list[float]:
    logs = np.log(np.maximum(prices, 1e-6))
    pull: list[float] = np.exp(np.clip(price_sense * (logs - logs.mean()), -2.0, 2.0)).tolist()
    return pull
