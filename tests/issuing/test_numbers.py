"""Blocks reserved, given back and reclaimed: each by a deed that stands in the audit trail."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from ledgerflow.billing.errors import BlockLost, NumbersUnavailable
from ledgerflow.billing.numbering import NumberSeries
from ledgerflow.issuing.audit import verify_trail
from ledgerflow.issuing.numbers import reclaim_numbers, release_block, reserve_block
from ledgerflow.issuing.records import Block
from ledgerflow.store.ledger import DatabaseLedger

SERIES = NumberSeries("A{n:03}")
AT = datetime(2026, 11, 1, 9, tzinfo=UTC)
TOMORROW = AT + timedelta(days=1)
pytestmark = pytest.mark.requirement("FR-1.6")


def reserve(ledger: DatabaseLedger, wanted: int, expires_at: datetime = TOMORROW) -> Block:
    wish = {"expires_at": expires_at, "holder": "the van", "at": AT, "actor": "Asha"}
    return reserve_block(ledger, SERIES, "all", wanted, **wish)  # type: ignore[arg-type]  # each as it should be


def trail(ledger: DatabaseLedger) -> list[tuple[str, dict[str, str | int]]]:
    entries = list(ledger.audit_trail())
    assert not verify_trail(entries)
    return [(entry.deed, json.loads(entry.details)) for entry in entries]


def test_a_reserved_block_is_given_back_and_the_trail_says_so(ledger: DatabaseLedger) -> None:
    block = reserve(ledger, 3)
    (account,) = ledger.accounts()
    assert (account.reserved, account.void, account.missing) == (3, 0, ())
    void = release_block(ledger, block, at=AT, actor="Asha", reason="the van broke down")
    assert [(one.number, one.reason) for one in void] == [(f"A00{n}", "the van broke down") for n in (1, 2, 3)]
    until = "2026-11-02T09:00:00+00:00"
    reserved = {"numbers": "A001 to A003", "count": 3, "holder": "the van", "expires_at": until}
    released = {"numbers": "A001 to A003", "count": 3, "reason": "the van broke down", "void": 3}
    assert trail(ledger) == [("reserve_block", reserved), ("release_block", released)]


def test_what_was_given_back_is_neither_given_back_again_nor_used(ledger: DatabaseLedger) -> None:
    block = reserve(ledger, 2)
    release_block(ledger, block, at=AT, actor="Asha", reason="no need")
    with pytest.raises(BlockLost, match="A001 to A002 are no longer reserved"):
        release_block(ledger, block, at=AT, actor="Asha", reason="again")
    with pytest.raises(BlockLost):
        ledger.transact(lambda journal: journal.use(block))
    assert [deed for deed, _ in trail(ledger)] == ["reserve_block", "release_block"]


def test_a_block_is_reclaimed_when_its_time_is_over_and_not_before(ledger: DatabaseLedger) -> None:
    block = reserve(ledger, 2)
    assert reclaim_numbers(ledger, at=TOMORROW - timedelta(microseconds=1), actor="clock") == []
    assert len(trail(ledger)) == 1, "a reclaim that found nothing leaves no entry"
    void = reclaim_numbers(ledger, at=TOMORROW, actor="clock")
    assert [one.number for one in void] == ["A001", "A002"]
    assert void[0].reason.startswith("Reserved by the van until 2026-11-02T09:00:00")
    assert trail(ledger)[-1] == ("reclaim_numbers", {"void": 2, "A{n:03} in all": 2})
    with pytest.raises(BlockLost):
        ledger.transact(lambda journal: journal.use(block))


def test_the_reclaim_leaves_a_block_that_was_used(ledger: DatabaseLedger) -> None:
    block = reserve(ledger, 2)
    ledger.transact(lambda journal: journal.use(block))
    assert [one.reason for one in ledger.void_numbers()] == ["Taken by a deed that did not use it"] * 2
    assert reclaim_numbers(ledger, at=TOMORROW, actor="clock") == []


@pytest.mark.parametrize("wanted", [0, -2])
def test_a_block_of_less_than_one_number_is_refused_and_no_series_steps_back(
    ledger: DatabaseLedger, wanted: int
) -> None:
    ledger.transact(lambda journal: journal.reserve(SERIES, "all", 3))
    with pytest.raises(ValueError, match="At least one"):
        reserve(ledger, wanted)
    with pytest.raises(ValueError, match="At least one"):
        ledger.transact(lambda journal: journal.reserve(SERIES, "all", wanted))
    assert ledger.transact(lambda journal: journal.reserve(SERIES, "all", 1)).first == 4


def test_a_gapless_series_reserves_nothing(ledger: DatabaseLedger) -> None:
    with pytest.raises(NumbersUnavailable, match="only to the deed that uses them"):
        reserve_block(
            ledger, NumberSeries("A{n:03}", gapless=True), "all", 1, expires_at=TOMORROW, holder="", at=AT, actor="Asha"
        )
    assert trail(ledger) == []
    assert ledger.accounts() == []
