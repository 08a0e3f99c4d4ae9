"""Processes that take numbers of one series as fast as they can: none twice, none missing."""

import pytest
from benchmarks.allocations import rush

from ledgerflow.store.opening import open_ledger


@pytest.mark.requirement("FR-1.7")
def test_no_number_is_given_twice_in_a_rush_for_one_series(url: str) -> None:
    open_ledger(url).close()
    taken = rush("ledger", url, lasting=0.7, sizes=(1, 10, 1, 10)).numbers
    with open_ledger(url) as ledger:
        (account,) = ledger.accounts()
    assert account.last == f"INV-{taken:09}", "no count was passed over, and none was given twice"
