"""Who buys how often, how regularly and for how long."""

import numpy as np

from ledgerflow.habits.dice import Floats, Ints
from ledgerflow.habits.orders import counting_regularity
from ledgerflow.habits.profile import Customers
from ledgerflow.habits.rates import Rates, rates_of
from ledgerflow.learning.books import Books
from ledgerflow.learning.grouping import THRESHOLD, codes

_LIFE_CLASSES = ((2, 2), (3, 4), (5, 8), (9, 10**9))
_LONG = 5  # visits from which on a customer's regularity shows
_ENOUGH = 20  # such customers
_LOYAL = 0.75
_SOME = 0.05
_MONTHS = 120


def customers_of(books: Books, time: Floats) -> Customers:
    """The customers' habits; where no buyer is known, only that."""
    named = float(books.named.mean())
    if not books.named.any():
        nobody = Rates(lowest=1, highest=2, shares=(1.0, 0.0), seen=1)
        return Customers(
            named=0, rates=nobody, regularity=1, companions=0, lives=(1, 1, 1, 1, 1), week_loyal=0, month_loyal=0
        )
    order = np.lexsort((time, books.customer))
    order = order[books.named[order]]
    customer, moment, day = books.customer[order], time[order], books.day[order]
    again = np.concatenate(([False], np.diff(customer) == 0))
    companion = again & (np.concatenate(([0], np.diff(day))) == 0)
    visits = ~companion
    regularity = _regularity(customer[visits], moment[visits])
    week_loyal, month_loyal = _loyalty(books, customer[visits], day[visits])
    return Customers(
        named=float(f"{named:.4g}"),
        rates=rates_of(np.bincount(codes(customer)), counting_regularity(regularity)),
        regularity=float(f"{regularity:.3g}"),
        companions=float(f"{companion.sum() / max(again.sum(), 1):.3g}"),
        lives=(1.0, *_lives(customer[visits], moment[visits])),
        week_loyal=week_loyal,
        month_loyal=month_loyal,
    )


def _regularity(customer: Ints, moment: Floats) -> float:
    """The gamma shape of the gaps between a customer's visits, from their coefficient of variation."""
    same = np.diff(customer) == 0
    gap, owner = np.diff(moment)[same], codes(customer[1:][same])
    if not len(gap):
        return 1.0
    size = np.bincount(owner)
    mean = np.bincount(owner, gap) / size
    spread = np.sqrt(np.maximum(np.bincount(owner, gap**2) - size * mean**2, 0) / np.maximum(size - 1, 1))
    long = (size >= _LONG) & (mean > 0)
    if long.sum() < _ENOUGH:
        return 1.0
    return float(np.clip(0.95 / (spread[long] / mean[long]).mean() ** 2, 0.5, 30))


def _lives(customer: Ints, moment: Floats) -> list[float]:
    """For customers of 2, 3-4, 5-8 and more visits, how much of the period they span against chance, 0.15 to 1."""
    owner = codes(customer)
    visits = np.bincount(owner)
    first, last = np.full(len(visits), np.inf), np.full(len(visits), -np.inf)
    np.minimum.at(first, owner, moment)
    np.maximum.at(last, owner, moment)
    reach = (last - first) * (visits + 1) / np.maximum(visits - 1, 1)
    lives = []
    for least, most in _LIFE_CLASSES:
        here = (visits >= least) & (visits <= most)
        life = float(np.clip(reach[here].mean(), 0.15, 1)) if here.sum() >= 3 * THRESHOLD else 1.0
        lives.append(float(f"{life:.3g}"))
    return lives


def _loyalty(books: Books, customer: Ints, day: Ints) -> tuple[float, float]:
    """The shares of frequent customers that keep to a weekday, and to a day of the month (two days more or less)."""
    owner = codes(customer)
    often = np.bincount(owner) >= _LONG
    if often.sum() < THRESHOLD:
        return 0.0, 0.0
    dates = books.dates()
    weekday = np.array([date.weekday() for date in dates])[day]
    month_day = np.array([date.day for date in dates])[day]
    visits = np.bincount(owner)
    table = np.bincount(owner * 7 + weekday, minlength=7 * len(visits)).reshape(-1, 7)
    weekly = table.max(axis=1) / visits
    median = np.array([np.median(month_day[owner == who]) if often[who] else 0 for who in range(len(visits))])
    monthly = np.bincount(owner, np.abs(month_day - median[owner]) <= 2) / visits
    shares = [float((part[often] >= _LOYAL).mean()) for part in (weekly, monthly)]
    shares[1] = shares[1] if books.days >= _MONTHS else 0.0
    week, month = (float(f"{share:.3g}") if share > _SOME else 0.0 for share in shares)
    return week, month
