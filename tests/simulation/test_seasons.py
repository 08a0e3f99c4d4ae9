"""When sales happen: in the period, in opening hours, on working days, more in high season."""

from collections import Counter
from datetime import date, datetime, timedelta

import pytest
from tests.simulation.town import books

from ledgerflow.simulation.config import BusinessStyle
from ledgerflow.simulation.seasons import calendar_of, day_weights, hour_weights, moments
from ledgerflow.simulation.streams import Stream, dice_for
from ledgerflow.simulation.trades import TRADES

DICE = (7, Stream.CALENDAR)


def sales(style: str, country: str, count: int = 4000, **fields: object) -> list[datetime]:
    config = books(style=style, **fields)
    return moments(dice_for(*DICE), count, config, TRADES[BusinessStyle(style)], calendar_of(country))


@pytest.mark.parametrize("style", list(BusinessStyle))
def test_sales_are_in_time_in_the_period_and_in_opening_hours(style: BusinessStyle) -> None:
    hours = TRADES[style].hours
    when = sales(style, "IN", first_day="2026-02-27", last_day="2026-03-02")
    assert len(when) == 4000
    assert when == sorted(when)
    assert {moment.date() for moment in when} <= {date(2026, 2, 27) + timedelta(step) for step in range(4)}
    assert all(hours.opens <= moment.hour < hours.closes for moment in when)


@pytest.mark.parametrize(("country", "rest"), [("IN", 6), ("BH", 4), ("SA", 4), ("AE", 6), ("NZ", 6)])
def test_a_wholesaler_closes_on_the_country_s_day_of_rest(country: str, rest: int) -> None:
    assert rest not in {moment.weekday() for moment in sales("wholesale", country)}


def test_a_shop_is_open_on_it() -> None:
    week = Counter(moment.weekday() for moment in sales("retail_shop", "IN"))
    assert week[6] > week[1]


def test_a_period_of_nothing_but_rest_is_worked() -> None:
    when = sales("wholesale", "IN", count=5, first_day="2026-04-05", last_day="2026-04-05")
    assert {moment.date() for moment in when} == {date(2026, 4, 5)}


def test_diwali_is_busier_the_more_seasonal_the_books() -> None:
    def share(seasonality: float) -> float:
        when = sales("retail_shop", "IN", first_day="2026-10-01", last_day="2026-12-31", seasonality=seasonality)
        return sum(date(2026, 10, 30) <= moment.date() <= date(2026, 11, 8) for moment in when) / len(when)

    assert share(1) > share(0.5) > share(0)


def test_services_are_billed_at_the_end_of_the_month() -> None:
    when = sales("service_provider", "IN", seasonality=1)
    assert sum(moment.day > 25 for moment in when) / len(when) > 0.25


def test_basic_days_and_hours_are_even() -> None:
    trade = TRADES[BusinessStyle.ONLINE_STORE]
    days = [date(2026, 11, 2) + timedelta(step) for step in range(5)]
    weights = day_weights(dice_for(*DICE), days, books(realism_profile="basic"), trade, calendar_of("IN"))
    assert set(weights) == {1.0}
    assert set(hour_weights(trade.hours, flat=True)) == {1.0}


@pytest.mark.parametrize("country", ["generic", "IN", "AE", "BH", "SA", "OM"])
def test_calendars_are_whole(country: str) -> None:
    calendar = calendar_of(country)
    assert len(calendar.months) == 12
    assert sum(calendar.months) == pytest.approx(12, abs=0.2)
    assert all(peak.first <= peak.last and peak.factor > 1 for peak in calendar.peaks)
