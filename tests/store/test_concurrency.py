"""Many processes on one ledger: no number twice, none left out, even if one of them is killed in the middle."""

import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier

import pytest

from ledgerflow.billing.numbering import NumberSeries
from ledgerflow.billing.supply import NoteKind
from ledgerflow.billing.tax import TaxStrategy
from ledgerflow.issuing.audit import verify_trail
from ledgerflow.issuing.batch import issue_batch
from ledgerflow.simulation.config import SimulationConfig
from ledgerflow.simulation.simulate import Sale
from ledgerflow.store.opening import open_ledger

CLERK = Path(__file__).with_name("clerk.py")
AT = datetime(2026, 11, 1, tzinfo=UTC)
pytestmark = pytest.mark.requirement("FR-1.1")


@contextmanager
def clerk(task: str) -> Iterator[subprocess.Popen[bytes]]:
    """A clerk at his desk."""
    desk = [sys.executable, str(CLERK), task]
    with subprocess.Popen(desk, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.fixture(scope="module")
def clerks() -> Iterator[list[subprocess.Popen[bytes]]]:
    """Four clerks, who come in once for all the tests."""
    with ExitStack() as stack:
        yield [stack.enter_context(clerk("issue")) for _ in range(4)]


def give(process: subprocess.Popen[bytes], work: bytes) -> None:
    assert process.stdin is not None
    process.stdin.write(work)
    process.stdin.flush()


def hears(process: subprocess.Popen[bytes], word: str) -> bool:
    assert process.stdout is not None
    return process.stdout.readline().decode().strip() == word


@pytest.mark.parametrize("hands", [2, 4])
def test_clerks_at_work_together_leave_no_gap_and_no_double(
    url: str,
    clerks: list[subprocess.Popen[bytes]],
    hands: int,
    make_config: Callable[..., SimulationConfig],
    make_sales: Callable[..., list[Sale]],
    correct: Callable[..., Sale],
) -> None:
    sales = make_sales(7)
    batches = [sales[:size] for size in (1, 7, 3, 5)]
    batches += [[correct(sales, 2), *sales], [*sales, correct(sales, 4, NoteKind.DEBIT)]]
    at_work = clerks[:hands]
    for process in at_work:
        give(process, pickle.dumps((url, make_config(), batches)))
    assert all([hears(process, "ready") for process in at_work])
    for process in at_work:
        give(process, b"go\n")
    assert all([hears(process, "done") for process in at_work])
    with open_ledger(url) as ledger:
        made = [invoice.number for invoice in ledger.invoices()]
        assert sorted(made) == [
            *(f"CRN/2026/{n:06}" for n in range(1, hands + 1)),
            *(f"DBN/2026/{n:06}" for n in range(1, hands + 1)),
            *(f"INV/2026/{n:06}" for n in range(1, 30 * hands + 1)),
        ]
        assert [batch.number for batch in ledger.batches()] == list(range(1, 6 * hands + 1))
        for batch in ledger.batches():
            counts = [int(one.number[-6:]) for one in ledger.invoices(batch=batch.number) if one.number[0] == "I"]
            assert counts == list(range(counts[0], counts[0] + len(counts))), "a block of its own for each batch"
        assert not verify_trail(ledger.audit_trail())
        assert len(list(ledger.audit_trail())) == 6 * hands


def test_a_clerk_killed_in_the_middle_leaves_nothing_unaccounted_for(
    url: str,
    laws: dict[str, TaxStrategy],
    make_config: Callable[..., SimulationConfig],
    make_sales: Callable[..., list[Sale]],
) -> None:
    with open_ledger(url) as ledger:
        issue_batch(make_config(), make_sales(2), laws, ledger, "0", at=AT, actor="Asha")
        series, period = NumberSeries("INV/{fy}/{n:06}"), "2026"
        unfinished = [replace(one, number=f"INV/2026/{n:06}") for n, one in enumerate(ledger.invoices(), 3)]
        with clerk("hold") as process:
            give(process, pickle.dumps((url, series, period, unfinished)))
            assert hears(process, "held")
            process.kill()
            process.wait(timeout=60)
        assert len(ledger.batches()) == 1
        void = ledger.transact(lambda journal: journal.reclaim(AT))
        issue_batch(make_config(), make_sales(3), laws, ledger, "0", at=AT, actor="Asha")
        numbers = [invoice.number for invoice in ledger.invoices()] + [one.number for one in void]
        assert sorted(numbers) == [f"INV/2026/{n:06}" for n in range(1, len(numbers) + 1)]
        assert len(void) == (2 if "postgresql" in url else 0), "a row gives back what a sequence cannot"
        (account,) = ledger.accounts()
        assert (account.issued, account.void, account.reserved, account.missing) == (5, len(void), 0, ())


def test_a_new_ledger_can_be_opened_by_many_at_once(url: str) -> None:
    together = Barrier(8)

    def take_one(_hand: int) -> int:
        together.wait()
        with open_ledger(url) as ledger:
            return ledger.transact(lambda journal: journal.reserve(NumberSeries("A{n:03}"), "all", 1).first)

    with ThreadPoolExecutor(8) as hands:
        assert sorted(hands.map(take_one, range(8))) == [1, 2, 3, 4, 5, 6, 7, 8]
