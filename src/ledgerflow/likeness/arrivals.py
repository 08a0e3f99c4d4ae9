"""M2: do sales come at the hours, on the days and in the weeks when business is done, and as unevenly?"""

import numpy as np

from ledgerflow.habits.lines import Codes
from ledgerflow.likeness.sales import Sales
from ledgerflow.likeness.statistics import (
    autocorrelation,
    difference_similarity,
    ratio_similarity,
    tv_complement,
)

_TRADING_WEEK = 6  # days of a trader who is closed on one


def arrivals(real: Sales, made: Sales) -> dict[str, float]:
    """Hours of the week and weeks of the year; the unevenness of days and how they follow one another."""
    return {
        "dow_hour": tv_complement(real.weekday * 24 + real.hour, made.weekday * 24 + made.hour),
        "week_of_year": tv_complement(iso_week(real.day), iso_week(made.day)),
        "fano": ratio_similarity(_lumpiness(made), _lumpiness(real)),
        "trading_days": ratio_similarity(_open_share(made), _open_share(real)),
        "acf1": _follows(real, made, 1),
        "acf_week": _follows(real, made, _TRADING_WEEK),
    }


def iso_week(day: Codes) -> Codes:
    """The ISO 8601 week of days counted from 1970-01-01, a Thursday: that of the Thursday of the same week."""
    thursday = day - (day + 3) % 7 + 3
    new_year = thursday.astype("datetime64[D]").astype("datetime64[Y]").astype("datetime64[D]").astype(np.int64)
    week: Codes = (thursday - new_year) // 7 + 1
    return week


def _lumpiness(sales: Sales) -> float:
    """The variance of the invoices a day over the square of their mean."""
    daily = sales.daily
    return float(daily.var(ddof=1) / daily.mean() ** 2) if len(daily) > 1 else 0.0


def _open_share(sales: Sales) -> float:
    """Days with a sale over all days from the first to the last."""
    return len(sales.daily) / max(int(sales.day.max() - sales.day.min()), 1)


def _follows(real: Sales, made: Sales, lag: int) -> float:
    return difference_similarity(autocorrelation(real.daily, lag), autocorrelation(made.daily, lag), 1)
