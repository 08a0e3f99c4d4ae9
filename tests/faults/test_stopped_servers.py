"""PostgreSQL is stopped and started again while batches are written: each batch is there once."""

import time
from collections.abc import Callable, Iterator

import pytest
from tests.faults.clusters import Cluster, running_cluster
from tests.faults.conftest import LONG, Hire
from tests.faults.soundness import issued_once

from ledgerflow.store.ledger import DatabaseLedger
from ledgerflow.store.opening import open_ledger

WAYS = [("fast", 0.0), ("immediate", 0.0), *([("fast", 4.0), ("immediate", 15.0)] if LONG else [])]
ROUNDS = 10 if LONG else 1
pytestmark = pytest.mark.requirement("FR-1.1", "FR-1.6")


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with running_cluster() as cluster:
        yield cluster


@pytest.mark.parametrize(("how", "seconds"), WAYS)
def test_batches_survive_a_server_that_is_stopped(
    cluster: Cluster, how: str, seconds: float, hire: Hire, require_sound: Callable[[DatabaseLedger], None]
) -> None:
    with open_ledger(cluster.url):
        pass
    for turn in range(ROUNDS):
        hands = [hire("issue", cluster.url, name=f"{how} {seconds} {turn} {hand}", size=40) for hand in range(2)]
        for hand in hands:
            hand.hear("done")
        time.sleep(0.013 * turn % 0.1)
        cluster.stop(how)
        time.sleep(seconds)
        cluster.start()
        for hand in hands:
            before = hand.done()
            while hand.done() < before + 2:
                hand.hear("done")
            hand.kill()
        with open_ledger(cluster.url) as ledger:
            issued = issued_once(ledger, *(hand.work.name for hand in hands))
            for hand in hands:
                assert issued[hand.work.name] - hand.done() in (0, 1)
            require_sound(ledger)
