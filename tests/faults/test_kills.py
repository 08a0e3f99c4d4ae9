"""Processes that are killed, or stand still, while they number."""

import signal
import time
from collections.abc import Callable

import pytest
from tests.faults.conftest import AT, LONG, Hire
from tests.faults.soundness import issued_once

from ledgerflow.issuing.numbers import reclaim_numbers
from ledgerflow.store.ledger import DatabaseLedger
from ledgerflow.store.opening import open_ledger

ROUNDS = 12 if LONG else 1
pytestmark = [
    pytest.mark.requirement("FR-1.1", "FR-1.6"),
    pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="Windows has no such signals"),
]


def test_writers_killed_at_any_moment_leave_sound_books(
    url: str, hire: Hire, require_sound: Callable[[DatabaseLedger], None]
) -> None:
    acknowledged: dict[str, int] = {}
    for turn in range(ROUNDS):
        hands = [hire("issue", url, name=f"{turn} {hand}", size=40) for hand in range(2)]
        for hand in hands:
            hand.hear("done")
        for place, hand in enumerate(hands):
            time.sleep(0.007 * (turn + 1) * (place + 1) % 0.05)
            hand.kill()
        acknowledged |= {hand.work.name: hand.done() for hand in hands}
    with open_ledger(url) as ledger:
        for name, count in issued_once(ledger, *acknowledged).items():
            assert count - acknowledged[name] in (0, 1), "what was said to be done is there, and at most one more"
        require_sound(ledger)


def test_a_writer_killed_between_taking_numbers_and_writing_leaves_sound_books(
    url: str, hire: Hire, require_sound: Callable[[DatabaseLedger], None]
) -> None:
    hand = hire("hold", url)
    hand.hear("held 1")
    hand.kill()
    with open_ledger(url) as ledger:
        void = reclaim_numbers(ledger, at=AT, actor="auditor")
        assert [one.reason for one in void] == ["Taken by a deed that did not end"] * len(void)
        assert len(void) == (5 if "postgresql" in url else 0), "a row gives back what a sequence cannot"
        require_sound(ledger)


def test_the_reclaim_takes_nothing_from_a_writer_that_stands_still_and_waits_for_none(
    postgresql_url: str, hire: Hire, require_sound: Callable[[DatabaseLedger], None]
) -> None:
    hand = hire("hold", postgresql_url, times=1)
    hand.hear("held 1")
    hand.process.send_signal(signal.SIGSTOP)
    with open_ledger(postgresql_url) as ledger:
        before = time.monotonic()
        assert reclaim_numbers(ledger, at=AT, actor="auditor") == []
        assert time.monotonic() - before < 5
        hand.process.send_signal(signal.SIGCONT)
        hand.tell()
        hand.finish()
        assert [one.count for one in ledger.void_numbers()] == [1, 2, 3, 4, 5], "it ended, and used none of them"
        require_sound(ledger)
