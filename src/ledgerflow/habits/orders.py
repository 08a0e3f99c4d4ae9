"""Who comes when: customers with their own frequency, rhythm and life, and buyers who leave no name."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gamma, gammaincinv

from ledgerflow.habits.days import Days
from ledgerflow.habits.dice import Dice, Draw, Floats, Ints, pick, score_of
from ledgerflow.habits.profile import Customers

_POISSON = 3.0  # below this regularity, counts are as scattered as a Poisson's
_LIFE_STEPS = (2.5, 4.5, 8.5)
_FULL_LIFE = 0.5  # the mean of a life that is cut short


@dataclass(frozen=True, eq=False)
class Orders:
    """Each order's customer (-1: unnamed) and operational time; `frequency` is each customer's, as a normal score that
    is standard over the orders."""

    customer: Ints
    time: Floats
    frequency: Floats

    @property
    def named(self) -> NDArray[np.bool_]:
        """Whether the buyer is known."""
        return self.customer >= 0

    @property
    def customers(self) -> int:
        """How many customers there are, those that never come among them."""
        return len(self.frequency)


def orders_of(habits: Customers, days: Days, count: int, dice: Dice) -> Orders:
    """`count` orders of a period; the shop is as large as that takes, its customers come as often as learnt."""
    named = dice.chances(Draw.NAMED, np.arange(count))[0] < habits.named
    known = int(named.sum())
    customer, time = np.full(count, -1), np.empty(count)
    time[~named] = dice.chances(Draw.WALK_IN, np.flatnonzero(~named))[0]
    if not known:
        return Orders(customer, time, np.zeros(1))
    mean = habits.rates.mean * days.extent
    size = max(1, round(known / mean))
    chances = dice.chances(Draw.CUSTOMER, np.arange(size))
    rank = spread_evenly(chances[0], chances[3])
    rate = habits.rates.at(rank)
    who = _who(habits, rate * days.extent, known, dice)
    customer[named] = who
    time[named] = _times(habits, days, who, np.bincount(who, minlength=size), dice)
    score = score_of(rank)
    centre = np.average(score, weights=rate)
    spread = float(np.sqrt(np.average((score - centre) ** 2, weights=rate)))
    return Orders(customer, time, (score - centre) / (spread or 1.0))


def spread_evenly(chance: Floats, order: Floats) -> Floats:
    """Chances moved so that each stands in a cell of its own: a stratified sample, for populations drawn whole."""
    rank = np.empty(len(chance))
    rank[np.argsort(order, kind="stable")] = np.arange(len(chance))
    return (rank + chance) / len(chance)


def counting_regularity(regularity: float) -> float:
    """The regularity by which orders are counted; 1 where they scatter as a Poisson's."""
    return regularity if regularity > _POISSON else 1.0


def _who(habits: Customers, rate: Floats, known: int, dice: Dice) -> Ints:
    """The customers of the named orders, in rising order; together exactly as many as there are named orders."""
    regular = counting_regularity(habits.regularity)
    orders = np.arange(known)
    if regular == 1.0:
        who = pick(rate, dice.chances(Draw.ORDER, orders)[0])
        who.sort()
        return who
    luck = np.clip(dice.chances(Draw.CUSTOMER, np.arange(len(rate)), 1)[3], 1e-9, 1 - 1e-9)
    return pick(np.maximum(gammaincinv(rate * regular, luck) / regular, 1e-12), (orders + 0.5) / known)


def _times(habits: Customers, days: Days, who: Ints, orders: Ints, dice: Dice) -> Floats:
    """Operational times: each customer's gaps fill its life, in whole, and some keep their day."""
    size, known = len(orders), len(who)
    start = np.cumsum(orders) - orders
    turn = np.arange(known) - start[who]
    chances = dice.chances(Draw.GAP, np.arange(known))
    shape = _weibull_shape(habits.regularity)
    companion = (turn > 0) & (chances[0] < habits.companions)
    gap = np.where(companion, 0.0, (-np.log(chances[1])) ** (1 / shape))
    gap = np.where(turn == 0, gap * chances[2], gap)
    own, more = (dice.chances(Draw.CUSTOMER, np.arange(size), draw) for draw in (0, 1))
    tail = (-np.log(more[1])) ** (1 / shape) * more[2]
    begin, life = _lives(habits, orders, own, more)
    run = np.cumsum(gap)
    before = np.concatenate(([0.0], run))[start]
    whole = np.bincount(who, gap, size) + tail
    time = begin[who] + life[who] * (run - before[who]) / whole[who]
    manner = dice.chances(Draw.CUSTOMER, np.arange(size), 2)
    return _keep_days(habits, days, time, who, companion, manner, chances[3])


def _lives(habits: Customers, orders: Ints, own: Floats, more: Floats) -> tuple[Floats, Floats]:
    """When customers begin to come and for how long, as parts of the period."""
    usual = np.array(habits.lives)[np.searchsorted(_LIFE_STEPS, orders)]
    short = own[1] < np.clip((1 - usual) / _FULL_LIFE, 0, 1)
    life = np.where(short, np.maximum(more[0], 0.01), 1.0)
    return own[2] * (1 - life), life


def _keep_days(
    habits: Customers,
    days: Days,
    time: Floats,
    who: Ints,
    companion: NDArray[np.bool_],
    manner: Floats,
    part: Floats,
) -> Floats:
    """Orders of customers who keep a weekday, or a day of the month, moved to the nearest such day that is open."""
    if not (habits.week_loyal or habits.month_loyal):
        return time
    day = days.day_at(time)
    weekly = (manner[0] < habits.week_loyal)[who] & ~companion
    monthly = (manner[0] > 1 - habits.month_loyal)[who] & ~companion
    home = pick(np.bincount(days.weekday, days.weights, 7).astype(np.float64), manner[1])[who]
    date = pick(np.bincount(days.month_day, days.weights, 32).astype(np.float64), manner[1])[who]
    step = date - days.month_day[day]
    step = np.where(step > 15, step - 30, np.where(step < -15, step + 30, step))
    week_step = (home - days.weekday[day] + 3) % 7 - 3
    wish = day + np.where(monthly, step, np.where(weekly, week_step, 0))
    wish = np.where((wish >= 0) & (wish < len(days)), wish, day)
    for _ in range(2):
        wish = np.where(days.weights[wish] > 0, wish, np.minimum(wish + 1, len(days) - 1))
    moved = (wish != day) & (days.weights[wish] > 0)
    return np.where(moved, days.time_on(wish, part), time)


def _weibull_shape(regularity: float) -> float:
    """The Weibull shape whose gaps vary as those of a gamma renewal of this shape."""
    shapes = np.linspace(0.4, 8, 400)
    variation = np.sqrt(gamma(1 + 2 / shapes) / gamma(1 + 1 / shapes) ** 2 - 1)
    return float(shapes[np.argmin(np.abs(variation - regularity**-0.5))])
