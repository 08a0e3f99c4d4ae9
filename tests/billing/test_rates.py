"""The rate book: what was in force on a day, and by which source."""

from datetime import date
from decimal import Decimal

import pytest

from ledgerflow.billing.errors import RateUnknown
from ledgerflow.billing.rates import RateBook

BOOK = RateBook.from_toml("""
[[rates]]
code = "64"
title = "Footwear"
history = [
    { since = 2025-09-22, rate = "5", limit = "2500", rate_above = "18", source = "Notification 9/2025" },
    { since = 2017-07-01, rate = "18", source = "Notification 1/2017" },
]

[[rates]]
code = "8703"
title = "Cars"
history = [{ since = 2017-07-01, rate = "28", cess = "15", source = "Notification 1/2017" }]

[[thresholds]]
name = "b2cl"
history = [
    { since = 2024-08-01, value = "100000", source = "Notification 12/2024" },
    { since = 2017-07-01, value = "250000", source = "Rule 59" },
]
""")


@pytest.mark.parametrize(
    ("code", "day", "rate", "source"),
    [
        ("64", date(2017, 7, 1), "18", "Notification 1/2017"),
        ("6403", date(2025, 9, 21), "18", "Notification 1/2017"),
        ("640399", date(2025, 9, 22), "5", "Notification 9/2025"),
    ],
)
def test_a_code_answers_for_longer_ones_by_the_day(code: str, day: date, rate: str, source: str) -> None:
    found = BOOK.find(code, day)
    assert (found.rate, found.source) == (Decimal(rate), source)
    assert BOOK.find(code, day) is found


@pytest.mark.parametrize(("value", "rate"), [("2500", "5"), ("2500.01", "18")])
def test_a_rate_may_turn_on_the_value_of_one_unit(value: str, rate: str) -> None:
    assert BOOK.find("64", date(2026, 1, 1)).at(Decimal(value)) == Decimal(rate)
    assert BOOK.find("8703", date(2026, 1, 1)).at(Decimal(value)) == 28


@pytest.mark.parametrize(("code", "day"), [("64", date(2017, 6, 30)), ("99", date(2026, 1, 1)), ("", date(2026, 1, 1))])
def test_what_the_book_does_not_know_is_said(code: str, day: date) -> None:
    with pytest.raises(RateUnknown, match=f"No rate is known for {code or 'a line without a code'} on {day}"):
        BOOK.find(code, day)


def test_thresholds_are_dated_too() -> None:
    assert BOOK.threshold("b2cl", date(2024, 7, 31)).value == 250000
    assert BOOK.threshold("b2cl", date(2024, 8, 1)).source == "Notification 12/2024"
    with pytest.raises(RateUnknown):
        BOOK.threshold("b2cl", date(2017, 6, 30))


def test_the_whole_history_can_be_read() -> None:
    assert [(rate.code, rate.since.year, str(rate.cess)) for rate in BOOK] == [
        ("64", 2017, "0"),
        ("64", 2025, "0"),
        ("8703", 2017, "15"),
    ]
