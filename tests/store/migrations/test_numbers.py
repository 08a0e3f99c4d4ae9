"""Whatever numbers earlier books hold, each ends with one that nobody else has, in a series that writes it so."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgerflow.billing.numbering import NumberingRule, NumberSeries
from ledgerflow.store.migrations.numbers import Shapes, counted, place

pytestmark = pytest.mark.requirement("MIG-1")

SEVERAL = st.lists(
    st.one_of(
        st.from_regex(r"\A(INV|A-|X|)[/-]?(2024|24-25|26-28|)[/-]?[0-9]{0,4}\Z"),
        st.text(st.sampled_from("A9\n{}٣-0"), max_size=6),
    ),
    max_size=40,
)


@given(numbers=SEVERAL)
def test_fresh_numbers_are_nobodys(numbers: list[str]) -> None:
    shapes, seen = Shapes(numbers), set[str]()
    given_ = []
    for number in numbers:
        given_.append(shapes.fresh(number) if number in seen else number)
        seen.add(number)
    assert max(Counter(given_).values(), default=1) == 1
    assert set(numbers) <= set(given_)


@given(numbers=SEVERAL)
def test_a_series_writes_the_numbers_that_are_counted_in_it(numbers: list[str]) -> None:
    for number in numbers:
        where = place(number)
        if where.count:
            series = NumberSeries(where.series, NumberingRule(".+"))
            assert series.text(where.count, where.period) == number
            assert where.period == "all" or "{fy}" in where.series


@given(numbers=SEVERAL)
def test_between_the_first_and_the_last_each_count_is_known(numbers: list[str]) -> None:
    for one in counted(numbers).values():
        missing = dict(one.missing())
        assert set(missing) | one.counts == set(range(one.first, one.last + 1))
        assert not set(missing.values()) & set(numbers)
        series = NumberSeries(one.series, NumberingRule(".+"))
        assert missing == {count: series.text(count, one.period) for count in missing}
