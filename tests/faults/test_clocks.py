"""Clocks that jump: one who reclaims is a year ahead, one who reserves a year behind."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.faults.conftest import LONG, Hire

from ledgerflow.store.ledger import DatabaseLedger
from ledgerflow.store.opening import open_ledger

TIMES = 400 if LONG else 8
pytestmark = [
    pytest.mark.requirement("FR-1.6"),
    pytest.mark.skipif(sys.platform != "linux", reason="libfaketime is made for Linux here"),
]


def clock(days: str) -> dict[str, str]:
    """The surroundings of a process whose clock is wrong; the one by which it waits is not."""
    import libfaketime  # there is none but on Linux

    library = Path(libfaketime.__file__).parent / "vendor" / "libfaketime" / "src" / "libfaketime.so.1"
    return {"LD_PRELOAD": str(library), "FAKETIME": days, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}


def test_wrong_clocks_neither_double_a_number_nor_lose_one(
    url: str, hire: Hire, require_sound: Callable[[DatabaseLedger], None]
) -> None:
    with open_ledger(url):
        pass
    ahead = hire("reclaim", url, name="ahead", **clock("+365d"))
    behind = hire("reserve", url, name="behind", times=TIMES, **clock("-365d"))
    in_time = hire("reserve", url, name="in time", times=TIMES)
    issuing = hire("issue", url, name="issuing", times=TIMES)
    years = [int(hand.hear("ready").split()[1]) for hand in (ahead, behind, in_time)]
    assert [year - years[2] for year in years] in ([1, -1, 0], [1, 0, 0], [0, -1, 0])
    for hand in (behind, in_time, issuing):
        hand.finish()
    ahead.kill()
    with open_ledger(url) as ledger:
        assert len(ledger.batches()) == TIMES
        assert "ahead" in {entry.actor for entry in ledger.audit_trail()}, "it did reclaim"
        (blocks,) = [account for account in ledger.accounts() if account.series.startswith("BLK")]
        assert blocks.last == f"BLK/26/{6 * TIMES:06}", "every reservation has its own numbers"
        require_sound(ledger)
