"""A clerk in a process of his own, for tests: `python clerk.py issue|hold`, his work pickled on standard input.

He says `ready`, waits for a line, issues his batches, says `done` and takes up the next work, until it is None;
or he says `held` in the middle of a batch, and stays there.
"""

import pickle
import sys
import threading
from datetime import UTC, datetime
from importlib.metadata import entry_points

from ledgerflow.issuing.batch import issue_batch
from ledgerflow.issuing.ports import Journal
from ledgerflow.issuing.records import Entry
from ledgerflow.store.opening import open_ledger

AT = datetime(2026, 11, 1, tzinfo=UTC)


def issue() -> None:
    """Issues every batch of the work, work after work."""
    laws = {"none": entry_points(group="ledgerflow.tax_strategies")["none"].load()}
    while work := pickle.load(sys.stdin.buffer):
        url, config, batches = work
        say("ready")
        sys.stdin.buffer.readline()
        with open_ledger(url) as ledger:
            for sales in batches:
                issue_batch(config, sales, laws, ledger, "0123456789abcdef", at=AT, actor="clerk")
        say("done")


def hold() -> None:
    """Takes numbers, enters invoices under them, and never comes to the end."""
    url, series, period, invoices = pickle.load(sys.stdin.buffer)

    def endless(journal: Journal) -> None:
        block = journal.reserve(series, period, len(invoices))
        entries = [Entry(one, period, block.first + place, {}) for place, one in enumerate(invoices)]
        journal.record("0123456789abcdef", AT, entries)
        say("held")
        threading.Event().wait()

    with open_ledger(url) as ledger:
        ledger.transact(endless)


def say(word: str) -> None:
    """Tells the test where we are."""
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    {"issue": issue, "hold": hold}[sys.argv[1]]()
