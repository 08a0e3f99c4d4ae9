"""When: working days and hours, rest days, festivals, month ends and the high season, drawn for all orders at once."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from ledgerflow.simulation.config import RealismProfile, SimulationConfig
from ledgerflow.simulation.trades import Floats, Hours, Trade

_RUSH_DAYS = 5  # how many days before its end a month is busier


@dataclass(frozen=True, slots=True)
class Peak:
    """Days that are busier than others, festivals above all."""

    first: date
    last: date
    factor: float


@dataclass(frozen=True, slots=True)
class Calendar:
    """A country's week and year. The first of the rest days is the day of rest proper."""

    rest: tuple[int, ...]
    months: tuple[float, ...]
    peaks: tuple[Peak, ...]


def calendar_of(country: str) -> Calendar:
    """The calendar of a country, or a generic one."""
    calendars = _calendars()
    return calendars.get(country, calendars["generic"])


def moments(dice: Generator, count: int, config: SimulationConfig, trade: Trade, calendar: Calendar) -> list[datetime]:
    """`count` moments of sale in the period, in their order, to the second."""
    days = [config.first_day + timedelta(step) for step in range((config.last_day - config.first_day).days + 1)]
    weights = day_weights(dice, days, config, trade, calendar)
    picks = _draw(dice, weights, count)
    hours = _draw(dice, hour_weights(trade.hours, flat=config.realism_profile is RealismProfile.BASIC), count)
    seconds = hours * 3600 + dice.integers(0, 3600, count)
    order = np.lexsort((seconds, picks))
    midnights = [datetime.combine(day, time()) for day in days]
    pairs = zip(picks[order].tolist(), seconds[order].tolist(), strict=True)
    return [midnights[day] + timedelta(seconds=second) for day, second in pairs]


def day_weights(
    dice: Generator, days: Sequence[date], config: SimulationConfig, trade: Trade, calendar: Calendar
) -> Floats:
    """How busy each day is. Where the whole period is rest days, business is done on them all the same."""
    weights = np.array([_week(day, trade, calendar) for day in days])
    if config.realism_profile is not RealismProfile.BASIC:
        swing = np.array([_year(day, trade, calendar) - 1 for day in days])
        weights = weights * np.maximum(1 + config.seasonality * swing, 0.05)
        weights = weights * dice.gamma(40.0, 1 / 40.0, len(days))
    return weights if weights.sum() > 0 else np.ones(len(days))


def hour_weights(hours: Hours, *, flat: bool = False) -> Floats:
    """How busy each hour of the day is."""
    clock = np.arange(24)
    rush = np.ones(24) if flat else 1 / (1 + ((clock - hours.peak) / hours.slope) ** 2)
    return np.where((clock >= hours.opens) & (clock < hours.closes), rush, 0.0)


def _week(day: date, trade: Trade, calendar: Calendar) -> float:
    if day.weekday() == calendar.rest[0]:
        return trade.rest_day
    return (1 + trade.rest_day) / 2 if day.weekday() in calendar.rest else 1.0


def _year(day: date, trade: Trade, calendar: Calendar) -> float:
    season = calendar.months[day.month - 1]
    for peak in calendar.peaks:
        if peak.first <= day <= peak.last:
            season *= peak.factor
    ends_soon = (day + timedelta(_RUSH_DAYS)).month != day.month
    return season * (trade.month_end if ends_soon else 1.0)


def _draw(dice: Generator, weights: Floats, count: int) -> NDArray[np.int64]:
    steps = np.cumsum(weights)
    places = np.searchsorted(steps, dice.random(count) * steps[-1], side="right")
    drawn: NDArray[np.int64] = np.minimum(places, len(steps) - 1)
    return drawn


@cache
def _calendars() -> Mapping[str, Calendar]:
    text = files("ledgerflow.simulation").joinpath("calendars.toml").read_text("utf-8")
    return {
        country: Calendar(
            rest=tuple(table["rest"]),
            months=tuple(table["months"]),
            peaks=tuple(Peak(peak["first"], peak["last"], peak["factor"]) for peak in table.get("peaks", ())),
        )
        for country, table in tomllib.loads(text).items()
    }
