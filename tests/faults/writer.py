"""A process that writes in books until it is killed or told to stop, for tests: `python writer.py`, its work pickled on
standard input, a line of which each is written on standard output when a piece of it is done.

What it was told to issue it issues once: where the ledger says that nothing was written it says `failed` and tries the
same again, where the ledger cannot say it looks.
"""

import pickle
import resource
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import entry_points

from ledgerflow.billing.errors import BlockLost, CommitUnknown, NumbersUnavailable
from ledgerflow.billing.numbering import NumberSeries
from ledgerflow.issuing.batch import issue_batch
from ledgerflow.issuing.numbers import reclaim_numbers, reserve_block
from ledgerflow.issuing.ports import Journal
from ledgerflow.simulation.config import SimulationConfig
from ledgerflow.simulation.simulate import Sale
from ledgerflow.store.database import LedgerUnreachable
from ledgerflow.store.ledger import DatabaseLedger
from ledgerflow.store.opening import open_ledger

PAUSE = 0.1
BLOCKS = NumberSeries("BLK/{fy}/{n:06}")


@dataclass(frozen=True)
class Work:
    """What is to be done, how often at most, and under which name; `largest` is the largest file it may write."""

    deed: str
    url: str
    reserve: str
    name: str
    times: int
    config: SimulationConfig
    sales: list[Sale]
    largest: int = 0


def issue(work: Work, ledger: DatabaseLedger, turn: int) -> None:
    """One batch, which bears the work's name and the turn."""
    laws = {"none": entry_points(group="ledgerflow.tax_strategies")["none"].load()}
    key = f"{work.name}-{turn}"
    while True:
        try:
            issue_batch(work.config, work.sales, laws, ledger, key, at=now(), actor=work.name)
            return
        except CommitUnknown as doubt:
            say(f"unknown {doubt}")
            if is_issued(ledger, key):
                return
        except (LedgerUnreachable, NumbersUnavailable) as refusal:
            say(f"failed {refusal}")
            time.sleep(PAUSE)


def is_issued(ledger: DatabaseLedger, key: str) -> bool:
    """Whether the ledger holds the batch, as soon as it can be asked."""
    while True:
        with suppress(LedgerUnreachable):
            return any(batch.generation_id == key for batch in ledger.batches())
        time.sleep(PAUSE)


def reserve(work: Work, ledger: DatabaseLedger, turn: int) -> None:
    """A block is reserved for an hour; every other one is used, unless it was reclaimed before."""
    until = now() + timedelta(hours=1)
    block = reserve_block(ledger, BLOCKS, "26", 3, expires_at=until, holder=work.name, at=now(), actor=work.name)
    try:
        if turn % 2:
            ledger.transact(lambda journal: journal.use(block))
    except BlockLost:
        say("lost")


def reclaim(work: Work, ledger: DatabaseLedger, _turn: int) -> None:
    """What is over by this process's clock is reclaimed."""
    reclaim_numbers(ledger, at=now(), actor=work.name)
    time.sleep(0.02)


def hold(work: Work, ledger: DatabaseLedger, _turn: int) -> None:
    """Numbers are taken by a deed that does not go on until a line comes."""

    def wait(journal: Journal) -> None:
        block = journal.reserve(BLOCKS, "26", 5)
        say(f"held {block.first}")
        sys.stdin.buffer.readline()

    ledger.transact(wait)


def now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - this process is a door, and its clock may be wrong


def say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def main() -> None:
    work: Work = pickle.load(sys.stdin.buffer)
    deed = {"issue": issue, "reserve": reserve, "reclaim": reclaim, "hold": hold}[work.deed]
    with open_ledger(work.url, reserve=work.reserve) as ledger:
        say(f"ready {now():%Y}")
        if work.largest:
            resource.setrlimit(resource.RLIMIT_FSIZE, (work.largest, resource.RLIM_INFINITY))
        for turn in range(work.times):
            deed(work, ledger, turn)
            say(f"done {turn}")


if __name__ == "__main__":
    main()
