"""The line to PostgreSQL is cut when something is written for good: whoever asked finds out what became of it."""

import time
from collections.abc import Callable, Iterator

import pytest
from tests.faults.clusters import Cluster, address, running_cluster
from tests.faults.conftest import AT
from tests.faults.proxies import Cut, Proxy, proxy_to

from ledgerflow.billing.errors import CommitUnknown
from ledgerflow.billing.tax import TaxStrategy
from ledgerflow.issuing.batch import issue_batch
from ledgerflow.simulation.config import SimulationConfig
from ledgerflow.simulation.simulate import Sale
from ledgerflow.store.ledger import DatabaseLedger
from ledgerflow.store.opening import open_ledger

OF_THE_BLOCK, OF_THE_DEED = 1, 2  # what a batch has written for good, in this order
pytestmark = pytest.mark.requirement("FR-1.1", "FR-1.6")


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with running_cluster() as cluster:
        yield cluster


@pytest.fixture
def proxy(cluster: Cluster) -> Iterator[Proxy]:
    with proxy_to(cluster.port) as proxy:
        yield proxy


def hurried(seconds: float) -> None:
    """A tenth of the patience suffices where nothing has to be started again."""
    time.sleep(seconds / 10)


@pytest.fixture
def issue(
    laws: dict[str, TaxStrategy], make_config: Callable[..., SimulationConfig], make_sales: Callable[..., list[Sale]]
) -> Callable[[DatabaseLedger], int]:
    """Issues a batch, and says its number."""

    def issued(ledger: DatabaseLedger) -> int:
        batch = issue_batch(make_config(), make_sales(5), laws, ledger, "0123456789abcdef", at=AT, actor="Asha")
        return batch.number

    return issued


@pytest.mark.parametrize("place", [OF_THE_BLOCK, OF_THE_DEED])
@pytest.mark.parametrize("how", list(Cut))
def test_a_batch_whose_commit_was_cut_is_there_once(
    cluster: Cluster,
    proxy: Proxy,
    how: Cut,
    place: int,
    issue: Callable[[DatabaseLedger], int],
    require_sound: Callable[[DatabaseLedger], None],
) -> None:
    tenant = f"{how.name}-{place}".lower()
    with open_ledger(address(proxy.port), tenant, sleep=hurried) as ledger:
        issue(ledger)
        proxy.choose(place, how)
        assert issue(ledger) == 2
        assert proxy.cuts == 1
    proxy.settle()
    with open_ledger(cluster.url, tenant) as ledger:
        assert [batch.size for batch in ledger.batches()] == [5, 5]
        was_written = place == OF_THE_DEED and how is not Cut.BEFORE
        assert ledger.batches()[1].retries == (0 if was_written else 1)
        require_sound(ledger)
        was_never_asked = place == OF_THE_BLOCK and how is Cut.BEFORE
        assert len(ledger.void_numbers()) == (0 if was_written or was_never_asked else 5)


@pytest.mark.parametrize("how", [Cut.BEFORE, Cut.ANSWER])
def test_where_nobody_can_be_asked_nothing_is_written_again(
    cluster: Cluster,
    proxy: Proxy,
    how: Cut,
    issue: Callable[[DatabaseLedger], int],
    require_sound: Callable[[DatabaseLedger], None],
) -> None:
    tenant = f"nobody-{how.name}".lower()
    with open_ledger(address(proxy.port), tenant, sleep=hurried) as ledger:
        issue(ledger)
        proxy.choose(OF_THE_DEED, how, closes=True)
        with pytest.raises(CommitUnknown, match="It is not known whether the ledger has written this"):
            issue(ledger)
        proxy.is_open = True
        assert len(ledger.batches()) == (2 if how is Cut.ANSWER else 1), "whoever looks sees what became of it"
    with open_ledger(cluster.url, tenant) as ledger:
        require_sound(ledger)


def test_what_is_still_in_progress_is_not_written_again(
    cluster: Cluster,
    proxy: Proxy,
    issue: Callable[[DatabaseLedger], int],
    require_sound: Callable[[DatabaseLedger], None],
) -> None:
    with open_ledger(address(proxy.port), "slow", sleep=hurried) as ledger:
        issue(ledger)
        proxy.choose(OF_THE_DEED, Cut.LATE, late=4)
        with pytest.raises(CommitUnknown):
            issue(ledger)
        assert len(ledger.batches()) == 1, "it hangs"
    proxy.settle()
    with open_ledger(cluster.url, "slow") as ledger:
        assert len(ledger.batches()) == 2, "and is written after all, once"
        require_sound(ledger)
        assert ledger.void_numbers() == []
