"""Invoice numbers: the year they name, what the law allows, when a series is full."""

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgerflow.billing.errors import NumberSeriesExhausted, NumberSeriesInvalid
from ledgerflow.billing.numbering import NumberingRule, NumberSeries, YearStart, year_label

VECTORS = json.loads((Path(__file__).parents[1] / "golden" / "gst_golden.json").read_text("utf-8"))["vectors"]
INDIA = NumberingRule(r"[A-Z1-9][A-Z0-9/-]{0,15}", YearStart.APRIL)


@pytest.mark.parametrize("vector", VECTORS["financial_year"], ids=lambda vector: vector["date"])
def test_indian_financial_year(vector: dict[str, str]) -> None:
    day = date.fromisoformat(vector["date"])
    assert year_label(day, YearStart.APRIL, century=True) == vector["fy"]
    assert year_label(day, YearStart.APRIL) == vector["fy"][2:]
    assert year_label(day, YearStart.JANUARY) == vector["date"][:4]


@pytest.mark.requirement("FR-1.4")
@pytest.mark.parametrize("vector", VECTORS["invoice_number"], ids=lambda vector: vector["value"] or "empty")
def test_what_indian_law_allows(vector: dict[str, object]) -> None:
    assert INDIA.allows(str(vector["value"])) is vector["ok"]


def test_a_series_names_the_year_and_the_count() -> None:
    series = NumberSeries("INV/{fy}/{n:06}", INDIA)
    assert series.number(123, date(2026, 4, 1)) == "INV/26-27/000123"
    assert series.number(1, date(2026, 3, 31)) == "INV/25-26/000001"
    assert [series.period(date(2026, month, 1)) for month in (3, 4)] == ["25-26", "26-27"]
    assert NumberSeries("A{n:04}").period(date(2026, 4, 1)) == "all"


def test_a_rolling_series_goes_on_with_the_next_letter() -> None:
    series = NumberSeries("{roll}{n:02}")
    assert [series.number(count, date(2026, 1, 1)) for count in (99, 100, 2574)] == ["A99", "B01", "Z99"]
    assert series.capacity == 26 * 99


@given(count=st.integers(1, 26 * 99))
def test_each_count_has_its_own_number(count: int) -> None:
    series, day = NumberSeries("{roll}{n:02}"), date(2026, 1, 1)
    number = series.number(count, day)
    assert (ord(number[0]) - ord("A")) * 99 + int(number[1:]) == count


@pytest.mark.requirement("FR-1.4")
def test_a_full_series_is_refused_before_anything_is_made() -> None:
    series, day = NumberSeries("A{n:03}"), date(2026, 1, 1)
    series.require(990, 9, "all")
    with pytest.raises(NumberSeriesExhausted, match=r"has 9 number\(s\) left in all, and 10 are asked for"):
        series.require(990, 10, "all")
    for count in (0, 1000):
        with pytest.raises(NumberSeriesExhausted):
            series.number(count, day)


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        ("INV", "needs {n:06}"),
        ("{n:03}{n:04}", "needs {n:06}"),
        ("{fy}{fy}{n:03}", "at most once"),
        ("INVOICE/{fy}/{n:06}", r"INVOICE/26-27/000001 \(20 characters\)"),
        ("0{n:03}", "does not allow"),
    ],
)
def test_an_unusable_series_says_why(template: str, reason: str) -> None:
    with pytest.raises(NumberSeriesInvalid, match=reason):
        NumberSeries(template, INDIA)


@pytest.mark.requirement("FR-1.5")
def test_a_series_has_nobody_in_reserve_where_there_is_no_room_for_the_letter() -> None:
    assert NumberSeries("A{n:03}").reserve == NumberSeries("AX{n:02}")
    assert NumberSeries("A{n:01}").reserve is None
    assert NumberSeries("7{n:03}", NumberingRule("[0-9]+")).reserve is None, "the law allows digits only"
