"""When business is done: weeks, weekdays, days of the month, closed days, hours and how lumpy the days are."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ledgerflow.habits.dice import Floats, Ints
from ledgerflow.habits.profile import Calendar
from ledgerflow.learning.books import Books
from ledgerflow.learning.grouping import rounded

_OPEN = 0.25  # a weekday is one of business if it is open this often
_ROUNDS = 6
_MONTHS = 84  # days from which on days of the month can be told
_CLEAR = 5.0  # standard errors by which a day of the month must stand out
_SURE = 3.0  # invoices that a day must be expected to have to say something about lumps
_HOURS_TOLD = 3  # invoices that an hour of a weekday must have had


@dataclass(frozen=True, eq=False)
class Season:
    """What was learnt of the calendar, and the operational time of each invoice."""

    calendar: Calendar
    time: Floats


def season_of(books: Books) -> Season:
    """The calendar behind the days of the books."""
    counts = np.bincount(books.day, minlength=books.days).astype(np.float64)
    weekday = np.array([day.weekday() for day in books.dates()])
    month_day = np.array([day.day - 1 for day in books.dates()])
    week = np.arange(books.days) // 7
    level, by_weekday, by_month_day = _factors(counts, weekday, month_day, week)
    level = _settled(level, counts, week)
    expected = level[week] * by_weekday[weekday] * by_month_day[month_day]
    open_days = counts > 0
    closed = [
        day for day, is_open, hope in zip(books.dates(), open_days, expected, strict=True) if not is_open and hope > 0
    ]
    weights = np.where(open_days, expected, 0.0)
    steps = np.concatenate(([0.0], np.cumsum(weights / weights.sum())))
    calendar = Calendar(
        weeks=rounded(level / level.mean()),
        weekdays=rounded(by_weekday),
        month_days=rounded(by_month_day) if (by_month_day != 1).any() else (),
        closed=tuple(closed),
        lumpiness=float(f"{_lumpiness(counts, weights):.3g}"),
        hours_named=_hours(books, books.named),
        hours_unnamed=_hours(books, ~books.named),
    )
    part = books.second / 86_400
    return Season(calendar, steps[books.day] + (steps[books.day + 1] - steps[books.day]) * part)


def _factors(counts: Floats, weekday: Ints, month_day: Ints, week: Ints) -> tuple[Floats, Floats, Floats]:
    """Levels of weeks, and factors of weekdays and of days of the month, fitted in turn."""
    is_open = counts > 0
    by_weekday = np.zeros(7)
    for day in range(7):
        here = weekday == day
        if here.any() and is_open[here].mean() > _OPEN:
            by_weekday[day] = 1.0
    by_month_day = np.ones(31)
    level = np.ones(int(week.max()) + 1)
    monthly = False
    for turn in range(2 * _ROUNDS):
        if turn == _ROUNDS:
            monthly = _monthly(counts, level[week] * by_weekday[weekday] * is_open, month_day)
        level = _ratio(counts, by_weekday[weekday] * by_month_day[month_day] * is_open, week, len(level))
        fit = _ratio(counts, level[week] * by_month_day[month_day] * is_open, weekday, 7)
        by_weekday = np.where(by_weekday > 0, fit, 0.0)
        if monthly:
            by_month_day = np.maximum(_ratio(counts, level[week] * by_weekday[weekday] * is_open, month_day, 31), 0.05)
    scale = by_weekday[by_weekday > 0].mean() if by_weekday.any() else 1.0
    return level * scale, by_weekday / scale, by_month_day


def _ratio(counts: Floats, expected: Floats, groups: Ints, size: int) -> Floats:
    hope = np.bincount(groups, expected, size)
    ratio: Floats = np.where(hope > 0, np.bincount(groups, counts, size) / np.maximum(hope, 1e-9), 0.0)
    return ratio


def _monthly(counts: Floats, expected: Floats, month_day: Ints) -> bool:
    """Whether some day of the month stands out by more than chance."""
    if len(counts) < _MONTHS:
        return False
    used = expected > 0
    factor = _ratio(counts, expected, month_day, 31)
    scatter = np.sqrt(np.mean((counts[used] / expected[used] - 1) ** 2))
    seen = np.bincount(month_day[used], minlength=31)
    return bool((np.abs(factor - 1) > _CLEAR * scatter / np.sqrt(np.maximum(seen, 1)))[seen > 0].any())


def _settled(level: Floats, counts: Floats, week: Ints) -> Floats:
    """Levels of weeks drawn towards their mean by as much of their spread as chance explains."""
    days = np.bincount(week, counts > 0, len(level))
    full = days >= min(3, int(days.max()))
    invoices = np.bincount(week, counts, len(level))
    mean = level[full].mean()
    spread = np.var(level[full] / mean)
    chance = np.mean(1 / np.maximum(invoices[full], 1))
    keep = max(0.0, 1 - chance / spread) if spread > 0 else 0.0
    settled: Floats = mean * (1 + (level / mean - 1) * keep)
    return np.where(days > 0, settled, mean)


def _lumpiness(counts: Floats, expected: Floats) -> float:
    """The variance of days beyond weeks, weekdays and chance."""
    sure = expected > _SURE
    if not sure.any():
        return 0.0
    beyond = (counts[sure] / expected[sure] - 1) ** 2 - 1 / expected[sure]
    return max(0.0, float(beyond.mean())) * 7 / 6


def _hours(books: Books, which: NDArray[np.bool_]) -> tuple[tuple[float, ...], ...]:
    """Invoices of each weekday by hour, in parts of 1,000 of the whole; what few share is left out."""
    hour = books.second // 3600
    table = np.bincount((books.weekday * 24 + hour)[which], minlength=168).reshape(7, 24).astype(np.float64)
    if table.sum() >= 20 * _HOURS_TOLD:
        table[table < _HOURS_TOLD] = 0
    return tuple(rounded(row * 1000 / max(table.sum(), 1)) for row in table)
