"""PostgreSQL is stopped and started again while batches are written: each batch is there once."""

import time
from collections.abc import Callable, Iterator

import psycopg
import pytest
from tests.faults.clusters import Cluster, running_cluster
from tests.faults.conftest import AT, LONG, Hire
from tests.faults.soundness import issued_once

from ledgerflow.billing.errors import NumberSeriesExhausted
from ledgerflow.billing.numbering import NumberSeries
from ledgerflow.issuing.numbers import reclaim_numbers
from ledgerflow.store.ledger import DatabaseLedger
from ledgerflow.store.opening import open_ledger

WAYS = [("fast", 0.0), ("immediate", 0.0), *([("fast", 4.0), ("immediate", 12.0)] if LONG else [])]
ROUNDS = 5 if LONG else 1
pytestmark = pytest.mark.requirement("FR-1.1", "FR-1.6")


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with running_cluster() as cluster:
        yield cluster


def test_a_series_goes_on_where_it_was_after_a_crash(cluster: Cluster) -> None:
    """Though PostgreSQL writes down a sequence 32 counts ahead."""
    series = NumberSeries("C{n:01}")
    with open_ledger(cluster.url) as ledger:
        assert ledger.transact(lambda journal: journal.reserve(series, "all", 1)).first == 1
        cluster.stop("immediate")
        cluster.start()
        assert reclaim_numbers(ledger, at=AT, actor="Asha") == []
        assert ledger.transact(lambda journal: journal.reserve(series, "all", 1)).first == 2


def test_what_a_sequence_lost_beyond_the_end_of_its_series_is_no_number(cluster: Cluster) -> None:
    series = NumberSeries("D{n:01}")
    with open_ledger(cluster.url) as ledger:
        ledger.transact(lambda journal: journal.reserve(series, "all", 1))
        with psycopg.connect(cluster.url) as owner:  # as if it had crashed between nextval and setval
            owner.execute("SELECT setval(name, 33) FROM sequences WHERE series = 'D{n:01}'")
        assert [one.number for one in reclaim_numbers(ledger, at=AT, actor="Asha")] == [f"D{n}" for n in range(2, 10)]
        (account,) = [account for account in ledger.accounts() if account.series == series.template]
        assert (account.last, account.void, account.missing) == ("D9", 9, ())
        with pytest.raises(NumberSeriesExhausted, match="0 number"):
            ledger.transact(lambda journal: journal.reserve(series, "all", 1))


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
    with open_ledger(cluster.url) as ledger:
        require_sound(ledger)
