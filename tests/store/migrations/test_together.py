"""Several migrate at once: one does it and the others wait. One that is killed in the middle leaves all as it was."""

import json
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

import psycopg
import pytest
from tests.store.migrations.conftest import AT, Shelf
from tests.store.migrations.earlier_books import DOUBLES, TENANTS, query, read

from ledgerflow.issuing.audit import verify_trail
from ledgerflow.store.opening import open_ledger
from ledgerflow.store.schema import HEAD, current, drift, upgrade

pytestmark = pytest.mark.requirement("MIG-5")

PROGRAM = "from ledgerflow.cli import main; main()"


def migrating(url: str) -> subprocess.Popen[bytes]:
    """A process that runs `ledgerflow db upgrade`."""
    run = [sys.executable, "-c", PROGRAM, "db", "upgrade", "--json", "--database", url]
    return subprocess.Popen(run, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def test_of_two_processes_one_migrates_and_the_other_waits(old: str) -> None:
    processes = [migrating(old) for _ in range(2)]
    said = [json.loads(process.communicate(timeout=60)[0]) for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    assert sorted((one["from"], one["to"]) for one in said) == [("0000", HEAD), (HEAD, HEAD)]
    assert drift(old) == []
    assert query(old, "SELECT count(*) FROM audit") == [(18,)]
    for tenant in TENANTS[:4]:
        with open_ledger(old, tenant) as ledger:
            assert not verify_trail(ledger.audit_trail())


def test_a_migration_that_is_killed_leaves_the_books_as_they_were(shelf: Shelf, template: str) -> None:
    url = shelf.copy(template)
    with migrating(url) as process:
        while not at_work(url):
            assert process.poll() is None, "it ended before anybody saw it at work"
        time.sleep(0.2)  # into its work, which takes many times as long
        process.kill()
    assert process.returncode not in (0, None)
    assert current(url) == "0000"
    assert read(url) == read(template)
    done = upgrade(url, at=AT)
    assert (done.before, done.after) == ("0000", HEAD)
    assert len([one for one in done.changes if one.what == "number"]) == DOUBLES
    assert drift(url) == []


def at_work(url: str) -> bool:
    """Whether somebody holds the lock under which books are migrated."""
    if url.startswith("postgresql"):
        with psycopg.connect(url) as server:
            held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND database ="
            found = server.execute(f"{held} (SELECT oid FROM pg_database WHERE datname = current_database())".encode())
            return found.fetchone() != (0,)
    with closing(sqlite3.connect(url, timeout=0, isolation_level=None)) as file:
        try:
            file.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return True
        file.execute("ROLLBACK")
    return False
