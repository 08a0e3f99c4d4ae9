"""How the installation stands: right over all tenants, on both databases, as small with ten thousand as with one."""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from benchmarks.servers import database
from tests.configuration.sites import until
from tests.servers import user_of
from tests.store.migrations.earlier_books import query
from tests.store.neighbours import enter_jobs, job
from tests.telemetry.series import Scrape

from ledgerflow.assembly import standing_of
from ledgerflow.identity.roles import INSTALLATION
from ledgerflow.issuing.jobs import JobStatus
from ledgerflow.issuing.standing import Budget
from ledgerflow.issuing.vigil import begin_vigil
from ledgerflow.server import open_house
from ledgerflow.settings import Settings
from ledgerflow.store import functions
from ledgerflow.store.database import LedgerUnreachable, open_engine
from ledgerflow.store.opening import open_ledger, open_lobby
from ledgerflow.store.pulse import FilePulse, ServerPulse
from ledgerflow.telemetry.exposition import Exposition

AT = datetime(2026, 11, 1, tzinfo=UTC)
MANY = 10_000


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield str(tmp_path / "ledger.db")
        return
    with database(request.getfixturevalue("postgresql")) as made:
        yield made


def enter_some(url: str) -> None:
    """Batches of two tenants, one of them from before thirty days."""
    done = {"total": 100, "issued": 100, "drawn": 99, "failed": 1}
    with open_ledger(url, "asha") as asha, open_ledger(url, "bina") as bina:
        enter_jobs(
            asha,
            job("waits", status=JobStatus.QUEUED, created_at=AT - timedelta(minutes=9)),
            replace(job("waits again", status=JobStatus.QUEUED, created_at=AT - timedelta(days=9)), run=2, drawn=0),
            job("done", status=JobStatus.PARTLY_FAILED, created_at=AT - timedelta(days=3), **done),
            job("long ago", status=JobStatus.FAILED, created_at=AT - timedelta(days=31), **done),
        )
        enter_jobs(
            bina,
            job("waits", status=JobStatus.QUEUED, created_at=AT - timedelta(minutes=4)),
            job("works", status=JobStatus.RUNNING, created_at=AT, total=50, drawn=20, failed=2),
            job("over", status=JobStatus.CANCELLED, created_at=AT, total=1000, drawn=10, failed=0),
        )


def test_queue_and_budget_are_those_of_all_tenants(url: str) -> None:
    enter_some(url)
    with open_lobby(url) as lobby:
        queue = lobby.queue()
        assert (queue.queued, queue.running, queue.oldest) == (3, 1, AT - timedelta(minutes=9))
        assert queue.age(AT) == timedelta(minutes=9)
        assert lobby.budget(AT) == Budget(attempted=100 + 22 + 10, failed=3)


def test_workers_that_give_signs_of_life_are_counted_and_one_that_comes_is_not_turned_away(url: str) -> None:
    with open_lobby(url) as lobby:
        assert lobby.workers() == 0
        engine = open_engine(url, as_owner=True)
        on_server = engine.dialect.name == "postgresql"
        pulses = [ServerPulse(engine, name) for name in ("one", "two")] if on_server else [FilePulse(url, "one")]
        for pulse in pulses:
            pulse.beat()
        assert lobby.workers() == len(pulses)
        for pulse in pulses:
            pulse.stop()
        until(lambda: lobby.workers() == 0, 10, "the server has seen them go")
        engine.dispose()


def test_the_role_adds_up_over_all_tenants_and_sees_no_row_of_any(
    postgresql: str,
) -> None:
    with database(postgresql) as url:
        enter_some(url)
        with user_of(url) as plain, psycopg.connect(plain) as connection:
            told = connection.execute("SELECT * FROM queue_standing()")
            assert [column.name for column in told.description or ()] == ["queued", "running", "oldest"]
            assert len(told.fetchall()) == 1
            told = connection.execute("SELECT * FROM budget_standing('')")
            assert [column.name for column in told.description or ()] == ["attempted", "failed"]
            assert connection.execute("SELECT * FROM jobs").fetchall() == []
        with psycopg.connect(url) as owner:
            may = "SELECT has_function_privilege('public', %s, 'EXECUTE')"
            assert [owner.execute(may, [one]).fetchone() for one in functions.WATCHING] == [(False,), (False,)]


def test_with_ten_thousand_tenants_the_series_are_those_of_one(url: str) -> None:
    settings = Settings(database_url=url, tenant="only")
    with open_house(settings) as house:
        before = Scrape(house.series.text().decode())
    _enter_many(url)
    with open_house(settings) as house:
        assert len(house.lobby.tenants()) > MANY
        begun = time.monotonic()
        after = Scrape(house.series.text().decode())
        took = time.monotonic() - begun
    assert after.samples.keys() == before.samples.keys()
    assert after.value("queue_depth", type="batches", status="queued") == MANY
    assert after.value("invoices_attempted_30d") == 0
    assert took < 2


def _enter_many(url: str) -> None:
    """Each with a batch that waits."""
    with open_ledger(url, "only") as ledger:
        enter_jobs(ledger, job("waits", status=JobStatus.QUEUED, total=5, drawn=0, failed=0))
    numbers = f"WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < {MANY})"
    query(url, f"INSERT INTO tenants (tenant) {numbers} SELECT 't' || i FROM n")
    columns = [one for one in _columns(url) if one != "tenant"]
    query(
        url,
        f"INSERT INTO jobs (tenant, {', '.join(columns)}) {numbers} "
        f"SELECT 't' || i, {', '.join(columns)} FROM n, jobs WHERE jobs.tenant = 'only'",
    )


def _columns(url: str) -> list[str]:
    from ledgerflow.store.rows import JobRow

    return [column.name for column in JobRow.__table__.columns]


def test_books_that_cannot_be_read_are_told_and_what_was_counted_is_too() -> None:
    def away() -> None:
        raise LedgerUnreachable(reason="it was taken away")

    told = Scrape(Exposition(away, ["pdf"]).text().decode())  # type: ignore[arg-type]  # it never answers
    assert told.value("ledgerflow_books_readable") == 0
    assert not told.all("workers_alive")
    assert ("invoice_collisions_total", frozenset({("type", "number"), ("status", "final")})) in told.samples


def test_the_age_of_heads_counts_from_the_first_start_and_starts_that_follow_change_nothing(tmp_path: Path) -> None:
    url = str(tmp_path / "ledger.db")
    with open_lobby(url) as lobby:
        lobby.enter(INSTALLATION)
        for hours in (0, 5):
            begin_vigil(lobby.ledger(INSTALLATION), at=AT + timedelta(hours=hours), actor="test")
        standing = standing_of(lobby, lambda: AT + timedelta(hours=7))()
        assert standing.at - standing.heads_at == timedelta(hours=7)
