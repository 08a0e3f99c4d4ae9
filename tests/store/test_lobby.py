"""The lobby, where a worker sees whose jobs are open: those of every tenant, and nothing else of any."""

from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry
from tests.store.migrations.earlier_books import query
from tests.store.neighbours import AT, Neighbours, User, enter_jobs, job

from ledgerflow.billing.errors import LedgerOutdated
from ledgerflow.issuing.jobs import JobStatus
from ledgerflow.store import functions
from ledgerflow.store.database import LedgerUnreachable, open_engine
from ledgerflow.store.lobby import OpenJob, open_jobs
from ledgerflow.store.opening import open_ledger, open_lobby
from ledgerflow.store.schema import upgrade

MANY = 3000  # jobs that are over


def test_the_open_jobs_of_all_tenants_are_seen_by_priority_and_age(url: str) -> None:
    waiting = [("bina", 1, 9), ("asha", 5, 0), ("asha", 5, 1), ("cara", 5, 1), ("bina", 9, 0)]
    with open_lobby(url) as lobby:
        assert (lobby.open_jobs(), lobby.tenants()) == ([], [])
        for place, (tenant, priority, seconds) in reversed(list(enumerate(waiting))):
            status = JobStatus.RUNNING if place % 2 else JobStatus.QUEUED
            at = AT + timedelta(seconds=seconds)
            one = job(f"j{place}", priority=priority, created_at=at, status=status, run=place, trace_id=f"t{place}")
            with open_ledger(url, tenant) as ledger:
                enter_jobs(ledger, one)
        assert lobby.tenants() == ["asha", "bina", "cara"]
        assert lobby.open_jobs() == [
            OpenJob(tenant, f"j{n}", n, JobStatus.RUNNING if n % 2 else JobStatus.QUEUED, priority, f"t{n}")
            for n, (tenant, priority, _) in enumerate(waiting)
        ]


def test_jobs_that_are_over_or_paused_are_not_seen(url: str) -> None:
    with open_ledger(url) as ledger, open_lobby(url) as lobby:
        enter_jobs(ledger, *(job(status.name, status=status) for status in JobStatus))
        assert {one.status for one in lobby.open_jobs()} == {JobStatus.QUEUED, JobStatus.RUNNING}


def test_whoever_asks_often_opens_one_connection_and_keeps_no_transaction(url: str) -> None:
    opened: list[DBAPIConnection] = []

    def note(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        opened.append(connection)

    open_ledger(url).close()
    engine = open_engine(url)
    event.listen(engine, "connect", note)
    for _ in range(50):
        open_jobs(engine)
        if "postgresql" in url:
            idle = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'"
            assert query(url, idle) == [(0,)]
        else:
            assert query(url, "PRAGMA wal_checkpoint(TRUNCATE)")[0][0] == 0, "nobody reads"
    engine.dispose()
    assert len(opened) == 1


def test_open_jobs_are_found_by_an_index_however_many_are_over(url: str) -> None:
    with open_ledger(url) as ledger:
        enter_jobs(ledger, job("open"), *(job(f"j{place}", status=JobStatus.SUCCEEDED) for place in range(MANY)))
    query(url, "ANALYZE")
    engine = open_engine(url, as_owner=True)
    if engine.dialect.name == "postgresql":
        made = next(one for one in functions.looking("public") if "FUNCTION open_jobs()\n" in one)
        plan = query(url, f"EXPLAIN {made.split('$$')[1]}")
    else:
        said: list[str] = []
        event.listen(engine, "before_cursor_execute", lambda _c, _u, statement, *_: said.append(statement))
        assert [one.id for one in open_jobs(engine)] == ["open"]
        plan = query(url, f"EXPLAIN QUERY PLAN {said[-1]}")
    engine.dispose()
    assert "jobs_open" in str(plan)


@pytest.mark.parametrize("shared_url", ["postgresql"], indirect=True, scope="session")
def test_a_user_with_the_role_alone_sees_whose_jobs_are_open_and_nothing_else(
    neighbours: Neighbours, user: User
) -> None:
    with open_lobby(user.url) as lobby:
        assert {"asha", "bina"} <= set(lobby.tenants())
        assert {"asha", "bina"} == {one.tenant for one in lobby.open_jobs() if one.id == "a basket"}
    with psycopg.connect(user.url) as connection:
        told = connection.execute("SELECT * FROM open_jobs()")
        assert [column.name for column in told.description or ()] == list(OpenJob.__slots__)
        assert connection.execute("SELECT * FROM jobs").fetchall() == []


@pytest.mark.parametrize("shared_url", ["postgresql"], indirect=True, scope="session")
def test_who_has_not_the_role_may_not_look(neighbours: Neighbours) -> None:
    with psycopg.connect(neighbours.url) as owner:
        may = "SELECT has_function_privilege('public', %s, 'EXECUTE')"
        assert [owner.execute(may, [one]).fetchone() for one in functions.LOOKING] == [(False,), (False,)]


def test_a_worker_may_come_before_the_first_job(url: str) -> None:
    with open_lobby(url) as lobby, open_ledger(url, "asha"):
        assert lobby.tenants() == ["asha"]


def test_older_books_are_told_apart(url: str, tmp_path: Path) -> None:
    upgrade(url, "0004")
    with pytest.raises(LedgerOutdated):
        open_lobby(url)
    with pytest.raises(LedgerUnreachable):
        open_lobby(str(tmp_path / "no folder" / "ledger.db"))
