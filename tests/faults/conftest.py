"""Processes that write in books, and how long they are tried.

The short form stands in the gate. `make faults` is the long one: TEST_FAULTS=long.
"""

import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from queue import Empty, Queue

import pytest
from tests.faults import soundness
from tests.faults.writer import Work

from ledgerflow.billing.tax import TaxStrategy
from ledgerflow.issuing.batch import issue_batch
from ledgerflow.simulation.config import SimulationConfig
from ledgerflow.simulation.simulate import Sale
from ledgerflow.store.ledger import DatabaseLedger

ROOT = Path(__file__).parents[2]
AT = datetime(2026, 11, 1, tzinfo=UTC)
LONG = os.environ.get("TEST_FAULTS") == "long"


class Hand:
    """A writer at work, and what was heard of it."""

    def __init__(self, work: Work, surroundings: Mapping[str, str]) -> None:
        self.work = work
        self.said: list[str] = []
        self._words: Queue[str] = Queue()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.writer"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, **surroundings},
        )
        self._ear = threading.Thread(target=self._listen, daemon=True)
        self._ear.start()
        assert self.process.stdin is not None
        self.process.stdin.write(pickle.dumps(work))
        self.process.stdin.flush()

    def hear(self, *words: str, seconds: float = 60) -> str:
        """Waits until it says something that begins with one of these."""
        while True:
            try:
                said = self._words.get(timeout=seconds)
            except Empty:
                raise AssertionError(f"{self.work.name} said {self.said}, and not {words}") from None
            if said.startswith(words):
                return said
            assert said, f"{self.work.name} ended after {self.said}, and never said {words}"

    def tell(self) -> None:
        """Says that it may go on."""
        assert self.process.stdin is not None
        self.process.stdin.write(b"\n")
        self.process.stdin.flush()

    def done(self) -> int:
        """How many pieces of work it has said to have done."""
        return sum(word.startswith("done") for word in self.said)

    def finish(self) -> None:
        """Waits until all is done."""
        assert self.process.wait(timeout=120) == 0, self.said
        self._ear.join(timeout=10)
        assert self.done() == self.work.times

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(timeout=60)
        self._ear.join(timeout=10)

    def close(self) -> None:
        self.kill()
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                stream.close()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line.decode().strip())
            print(self.said[-1][:200], file=sys.stderr)
            self._words.put(self.said[-1])
        self._words.put("")


Hire = Callable[..., Hand]


@pytest.fixture
def hire(make_config: Callable[..., SimulationConfig], make_sales: Callable[..., list[Sale]]) -> Iterator[Hire]:
    """Sets a writer to work: a deed, the address of the books, and whatever else is not as usual."""
    with ExitStack() as stack:

        def hired(
            deed: str,
            url: str,
            *,
            name: str = "writer",
            times: int = 1_000_000,
            size: int = 3,
            reserve: str = "",
            largest: int = 0,
            **surroundings: str,
        ) -> Hand:
            work = Work(deed, url, reserve, name, times, make_config(), make_sales(size), largest)
            hand = Hand(work, surroundings)
            stack.callback(hand.close)
            return hand

        yield hired


@pytest.fixture
def require_sound(
    laws: dict[str, TaxStrategy], make_config: Callable[..., SimulationConfig], make_sales: Callable[..., list[Sale]]
) -> Callable[[DatabaseLedger], None]:
    """The books are sound, the next batch goes on where they end, and they still are."""

    def required(ledger: DatabaseLedger) -> None:
        soundness.require_sound(ledger)
        last, batches = ledger.last("INV/{fy}/{n:06}", "2026"), len(ledger.batches())
        batch = issue_batch(make_config(), make_sales(2), laws, ledger, "next", at=AT, actor="next")
        numbers = [invoice.number for invoice in ledger.invoices(batch=batch.number)]
        assert numbers == [f"INV/2026/{n:06}" for n in (last + 1, last + 2)]
        assert batch.number == batches + 1
        soundness.require_sound(ledger)

    return required
