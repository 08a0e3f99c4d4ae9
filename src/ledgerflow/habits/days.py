"""When: how busy each day of a period is, as operational time, and the hours of the clock."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from ledgerflow.habits.dice import Dice, Draw, Floats, Ints, pick, score_of
from ledgerflow.habits.profile import Calendar, Learnt

_YEAR = 364  # whole weeks, so that weekdays stay
_WHOLE_YEAR = 350


@dataclass(frozen=True, eq=False)
class Days:
    """The days of a period. `steps` runs from 0 to 1: the share of the business done by the beginning of each day.

    `extent` is how much business the period holds against the period learnt from.
    """

    first: date
    weights: Floats
    steps: Floats
    weekday: Ints
    month_day: Ints
    extent: float

    def __len__(self) -> int:
        return len(self.weights)

    def day_at(self, time: Floats) -> Ints:
        """The days that operational times fall on."""
        return np.clip(np.searchsorted(self.steps, time, side="right") - 1, 0, len(self) - 1)

    def time_on(self, day: Ints, part: Floats) -> Floats:
        """The operational time at a part of a day, 0 to 1."""
        time: Floats = self.steps[day] + (self.steps[day + 1] - self.steps[day]) * part
        return time

    def midnight(self, day: Ints) -> NDArray[np.datetime64]:
        """The beginnings of days, to the second."""
        start = np.datetime64(self.first, "s")
        midnights: NDArray[np.datetime64] = start + (day * 86_400).astype("timedelta64[s]")
        return midnights


def days_of(calendar: Calendar, learnt: Learnt, first: date, last: date, dice: Dice) -> Days:
    """The days from `first` to `last` by a calendar that was learnt from another period, or this one."""
    base = _weights(calendar, learnt, first, last)
    if not base.any():
        base = np.ones(len(base))  # business is done even where the whole period is days of rest
    whole = _weights(calendar, learnt, learnt.first_day, learnt.last_day).sum()
    weights = base
    if calendar.lumpiness > 0:
        spread = np.sqrt(np.log1p(calendar.lumpiness))
        luck = score_of(dice.chances(Draw.DAY, _ordinals(first, len(base)))[0])
        weights = base * np.exp(spread * luck - spread**2 / 2)
    dates = [first + timedelta(place) for place in range(len(base))]
    return Days(
        first=first,
        weights=weights,
        steps=np.concatenate(([0.0], np.cumsum(weights / weights.sum()))),
        weekday=np.array([day.weekday() for day in dates]),
        month_day=np.array([day.day for day in dates]),
        extent=float(base.sum() / whole) if whole else 1.0,
    )


def clock(calendar: Calendar, weekday: Ints, named: NDArray[np.bool_], chance: Floats) -> Ints:
    """The hours, 0 to 23, of orders on weekdays."""
    hours = np.zeros(len(weekday), np.int64)
    for known, table in ((True, calendar.hours_named), (False, calendar.hours_unnamed)):
        rows = np.array(table, np.float64)
        for day in range(7):
            here = (named == known) & (weekday == day)
            if here.any():
                row = rows[day] if rows[day].any() else rows.sum(axis=0) + 1e-9
                hours[here] = pick(row, chance[here])
    return hours


def _weights(calendar: Calendar, learnt: Learnt, first: date, last: date) -> Floats:
    yearly = (learnt.last_day - learnt.first_day).days >= _WHOLE_YEAR
    closed = {(day.month, day.day) for day in calendar.closed}
    days = [first + timedelta(step) for step in range((last - first).days + 1)]
    weights = np.array([calendar.weekdays[day.weekday()] * _level(calendar, learnt, day, yearly) for day in days])
    if calendar.month_days:
        weights *= np.array([calendar.month_days[day.day - 1] for day in days])
    weights[[(day.month, day.day) in closed for day in days]] = 0.0
    return weights


def _level(calendar: Calendar, learnt: Learnt, day: date, yearly: bool) -> float:
    """The level of a day's week: as learnt, else as a year before or after, else the mean."""
    since = (day - learnt.first_day).days
    week = since // 7
    if not 0 <= week < len(calendar.weeks) and yearly:
        week = since % _YEAR // 7
    return calendar.weeks[week] if 0 <= week < len(calendar.weeks) else 1.0


def _ordinals(first: date, count: int) -> Ints:
    return np.arange(first.toordinal(), first.toordinal() + count)
