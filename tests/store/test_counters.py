"""A gapless series only ever grows, by what was committed, and by nothing else."""

from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledgerflow.billing.numbering import NumberSeries
from ledgerflow.issuing.ports import Journal
from ledgerflow.store.ledger import DatabaseLedger
from ledgerflow.store.opening import open_ledger

_tenants = count()
_steps = st.lists(
    st.tuples(
        st.sampled_from(["I/{fy}/{n:06}", "C/{fy}/{n:06}"]),
        st.sampled_from(["25-26", "26-27"]),
        st.integers(1, 500),
        st.booleans(),
    ),
    max_size=12,
)


class ChangedMind(Exception):
    """The deed is given up."""


def take(ledger: DatabaseLedger, series: str, period: str, wanted: int, *, give_up: bool = False) -> int:
    def deed(journal: Journal) -> int:
        first = journal.reserve(NumberSeries(series, gapless=True), period, wanted).first
        if give_up:
            raise ChangedMind(first)
        return first

    return ledger.transact(deed)


@pytest.mark.requirement("FR-1.1")
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=_steps)
def test_a_counter_grows_by_what_is_committed(url: str, steps: list[tuple[str, str, int, bool]]) -> None:
    taken: dict[tuple[str, str], int] = {}
    with open_ledger(url, tenant=f"tenant {next(_tenants)}") as ledger:  # a new tenant an example, one database
        for series, period, wanted, give_up in steps:
            last = taken.get((series, period), 0)
            if give_up:
                with pytest.raises(ChangedMind, match=f"^{last + 1}$"):
                    take(ledger, series, period, wanted, give_up=True)
            else:
                assert take(ledger, series, period, wanted) == last + 1
                taken[series, period] = last + wanted
            assert ledger.last(series, period) == taken.get((series, period), 0)


@pytest.mark.requirement("FR-1.1")
@pytest.mark.parametrize("gapless", [True, False])
def test_blocks_taken_in_one_transaction_follow_one_another(ledger: DatabaseLedger, gapless: bool) -> None:
    series = NumberSeries("A{n:03}", gapless=gapless)
    blocks = ledger.transact(lambda journal: [journal.reserve(series, "all", wanted) for wanted in (5, 1, 20, 3)])
    assert [block.first for block in blocks] == [1, 6, 7, 27]
    assert ledger.last("A{n:03}", "all") == 29
