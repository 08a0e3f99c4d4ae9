"""Ten thousand invoices of five lines entered as one batch, on PostgreSQL and SQLite; the yardstick is a bare COPY."""

import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from psycopg import sql

from benchmarks.measuring import RUNS, best, record, seconds
from benchmarks.servers import database
from benchmarks.shop import demonstration, goods
from ledgerflow.assembly import Application
from ledgerflow.issuing.assessing import Assessed, assess_sales
from ledgerflow.issuing.batch import enter_batch
from ledgerflow.simulation.simulate import simulate
from ledgerflow.store.ledger import DatabaseLedger
from ledgerflow.store.opening import open_ledger

COUNT = 10_000
AT = datetime(2026, 11, 1, tzinfo=UTC)


def invoices_entered(server: str) -> None:
    """Only entering counts: numbers, rows, audit entry, commit. What is sold and taxed is known before."""
    config, laws = demonstration(COUNT, 5), Application().laws
    assessed = assess_sales(config, list(simulate(config, goods(), laws)), laws)
    with tempfile.TemporaryDirectory() as folder, open_ledger(str(Path(folder) / "ledger.db")) as ledger:
        sqlite = best(lambda: _enter(ledger, assessed))
    with database(server) as url, open_ledger(url) as ledger:
        _enter(ledger, assessed)
        runs = [_in_turn(url, ledger, assessed) for _ in range(RUNS)]
    ours, bare, indexed = (min(times) for times in zip(*runs, strict=True))
    rates = f"bare COPY {COUNT / bare:,.0f}/s, with the same indexes {COUNT / indexed:,.0f}/s; ratio to it "
    detail = f"{rates}{indexed / ours:.2f}; SQLite {COUNT / sqlite:,.0f}/s"
    rate = COUNT / ours
    record("invoices_entered_per_second", rate, "at least 3,000", met=rate >= 3000, detail=detail)


def _enter(ledger: DatabaseLedger, assessed: Sequence[Assessed]) -> None:
    enter_batch(assessed, ledger, "0" * 16, at=AT, actor="benchmark")


def _in_turn(url: str, ledger: DatabaseLedger, assessed: Sequence[Assessed]) -> tuple[float, float, float]:
    """Ours, then its rows copied as they are into a bare table, and into one with the same indexes."""
    ours = seconds(lambda: _enter(ledger, assessed))
    with psycopg.connect(url, autocommit=True) as owner:
        latest = "SELECT * FROM invoices WHERE batch = (SELECT max(number) FROM batches)"
        rows = owner.execute(latest).fetchall()
        return ours, _copy(owner, rows, ""), _copy(owner, rows, "INCLUDING INDEXES")


def _copy(owner: psycopg.Connection, rows: Sequence[Sequence[object]], indexes: str) -> float:
    owner.execute("DROP TABLE IF EXISTS bare")
    owner.execute(sql.SQL("CREATE TABLE bare (LIKE invoices {})").format(sql.SQL(indexes)))

    def copy() -> None:
        with owner.transaction(), owner.cursor().copy("COPY bare FROM STDIN") as stream:
            for row in rows:
                stream.write_row(row)

    return seconds(copy)
