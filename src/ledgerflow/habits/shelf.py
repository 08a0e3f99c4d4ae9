"""What there is: a catalogue drawn from shapes; its products have price, popularity, family and a time in which they
sell, and a buyer's leaning finds its way to them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ledgerflow.habits.dice import Dice, Draw, Floats, Ints, pick, score_of
from ledgerflow.habits.orders import spread_evenly
from ledgerflow.habits.profile import Baskets, Products

BANDS = 12  # of price, each with an equal share of the lines
LEAK = 0.12  # of the lines ask for products whatever the time
_FAMILY_PRICE = 0.8  # of the variance of prices lies between families
_FAMILY_TASTE = 0.7
_WHOLE_SPAN = 0.97
_SEASONAL = 0.6
_SNAP = 0.2  # how far a price may move to get its ending
_SHORTEST = 0.02


@dataclass(frozen=True, eq=False)
class Shelf:
    """The products. `price` is in minor units, `popularity` a normal score, `begin` and `end` are operational times.

    `order` lists products by price band and taste, `ends` the share of the business up to each, `bands` where bands
    begin in it; `kin` lists them by family, `kin_ends` and `kin_begin` likewise.
    """

    price: Floats
    weight: Floats
    popularity: Floats
    begin: Floats
    end: Floats
    family: Ints
    order: Ints
    ends: Floats
    bands: Floats
    kin: Ints
    kin_ends: Floats
    kin_begin: Ints

    def __len__(self) -> int:
        return len(self.price)

    def find(self, dearness: Floats, taste: Floats) -> Ints:
        """The products at chances of price and of taste: evenly drawn, each is found as often as it is popular."""
        band = np.minimum((dearness * BANDS).astype(np.int64), BANDS - 1)
        spot = self.bands[band] + taste * (self.bands[band + 1] - self.bands[band])
        found: Ints = self.order[np.minimum(np.searchsorted(self.ends, spot), len(self) - 1)]
        return found

    def sibling(self, product: Ints, chance: Floats) -> Ints:
        """Products of the same families, by popularity."""
        family = self.family[product]
        low, high = self.kin_ends[self.kin_begin[family]], self.kin_ends[self.kin_begin[family + 1]]
        spot = np.searchsorted(self.kin_ends, low + chance * (high - low), side="right") - 1
        found: Ints = self.kin[np.clip(spot, self.kin_begin[family], self.kin_begin[family + 1] - 1)]
        return found

    def sells(self, product: Ints, time: Floats) -> NDArray[np.bool_]:
        """Whether the times fall into the time of the products."""
        within: NDArray[np.bool_] = (time >= self.begin[product]) & (time <= self.end[product])
        return within


def shelf_of(habits: Products, baskets: Baskets, dice: Dice) -> Shelf:
    """The catalogue of one seed."""
    size = max(1, round(habits.count / habits.rates.seen))
    products = np.arange(size)
    own, more = dice.chances(Draw.PRODUCT, products), dice.chances(Draw.PRODUCT, products, 1)
    rank = spread_evenly(own[0], own[3])
    popularity = score_of(rank)
    families = max(1, int(size / baskets.family))
    family = (more[0] * families).astype(np.int64)
    nature = dice.normals(Draw.FAMILY, np.arange(families))
    begin, end = _time(habits, own[1], own[2])
    weight = habits.rates.at(rank)
    density = weight / np.maximum((end - begin) * (1 - LEAK) + LEAK, _SHORTEST)
    follows = np.clip(habits.price_with_popularity, -0.95, 0.95)
    dear = follows * popularity + np.sqrt(1 - follows**2) * (
        np.sqrt(_FAMILY_PRICE) * nature[0][family] + np.sqrt(1 - _FAMILY_PRICE) * score_of(more[1])
    )
    by_price = np.argsort(dear, kind="stable")
    taste = (
        np.sqrt(_FAMILY_TASTE) * nature[1][family]
        + np.sqrt(1 - _FAMILY_TASTE) * dice.normals(Draw.PRODUCT, products, 2)[0]
    )
    band = np.empty(size, np.int64)
    run = np.cumsum(density[by_price])
    band[by_price] = np.minimum((run / run[-1] * BANDS).astype(np.int64), BANDS - 1)
    order = np.lexsort((taste, band))
    ends = np.cumsum(density[order])
    ends /= ends[-1]
    starts = np.searchsorted(band[order], np.arange(1, BANDS))
    bands = np.concatenate(([0.0], np.where(starts > 0, ends[np.maximum(starts, 1) - 1], 0.0), [1.0]))
    kin = np.lexsort((-density, family))
    return Shelf(
        price=_prices(habits, weight, by_price, more[2], dice.chances(Draw.PRODUCT, products, 2)[1]),
        weight=density,
        popularity=popularity,
        begin=begin,
        end=end,
        family=family,
        order=order,
        ends=ends,
        bands=bands,
        kin=kin,
        kin_ends=np.concatenate(([0.0], np.cumsum(density[kin]))),
        kin_begin=np.searchsorted(family[kin], np.arange(families + 1)),
    )


def _time(habits: Products, chance: Floats, place: Floats) -> tuple[Floats, Floats]:
    """When products begin and end to sell."""
    if habits.spans is None:
        return np.zeros(len(chance)), np.ones(len(chance))
    span = habits.spans.at(chance)
    span = np.where(span > _WHOLE_SPAN, 1.0, span)
    seasonal = habits.centres.at(place) if habits.centres else place
    centre = np.where(span < _SEASONAL, seasonal, span / 2 + place * (1 - span))
    begin = np.clip(centre - span / 2, 0, 1 - span / 2)
    return begin, np.minimum(begin + span, 1.0)


def _prices(habits: Products, weight: Floats, by_price: Ints, chance: Floats, keep: Floats) -> Floats:
    """List prices: as many lines stand at each as were learnt; what lies between price points gets a usual ending."""
    run = np.cumsum(weight[by_price])
    price = np.empty(len(weight))
    price[by_price] = habits.prices.at((run - weight[by_price] / 2) / run[-1])
    price = np.maximum(np.round(price), 1)
    if not habits.endings:
        return price
    points = habits.prices.low[habits.prices.low == habits.prices.high]
    ending = np.array(list(habits.endings), np.float64)[pick(np.array(list(habits.endings.values())), chance)]
    near = np.floor(price / 100) * 100 + ending
    near = near + np.where(near - price > 50, -100, np.where(price - near > 50, 100, 0))
    moves = ~np.isin(price, points) & (keep < habits.endings_known) & (near > 0) & (np.abs(near / price - 1) < _SNAP)
    return np.where(moves, near, price)
