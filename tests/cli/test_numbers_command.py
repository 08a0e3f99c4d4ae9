"""numbers reclaim and audit."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from tests.cli.conftest import EXAMPLES, Run

from ledgerflow.billing.numbering import NumberSeries
from ledgerflow.issuing.numbers import reserve_block
from ledgerflow.store.database import open_engine
from ledgerflow.store.opening import open_ledger

SERIES = NumberSeries("A{n:03}")
NOW = datetime.now(UTC)  # noqa: TID251 - a door reads the clock, and so must who stands before it
pytestmark = pytest.mark.requirement("FR-1.6")


def reserve(url: str, wanted: int, expires_at: datetime) -> None:
    with open_ledger(url) as ledger:
        reserve_block(ledger, SERIES, "all", wanted, expires_at=expires_at, holder="Asha", at=NOW, actor="Asha")


def test_what_is_left_is_reclaimed_and_accounted_for(url: str, run: Run) -> None:
    reserve(url, 2, NOW - timedelta(hours=1))
    reserve(url, 5, NOW + timedelta(hours=1))
    reclaimed = json.loads(run("numbers", "reclaim", "--database", url, "--json").out)
    assert [one["number"] for one in reclaimed] == ["A001", "A002"]
    assert "Reserved by Asha" in reclaimed[0]["reason"]
    audit = run("numbers", "audit", "--database", url, "--json")
    figures = {"issued": 0, "void": 2, "reserved": 5, "missing": 0, "missing_numbers": []}
    places = {"series": "A{n:03}", "period": "all", "first": "A001", "last": "A007"}
    assert (audit.status, json.loads(audit.out)) == (0, [places | figures])
    assert json.loads(run("numbers", "reclaim", "--database", url, "--json").out) == []
    assert run("numbers", "reclaim", "--database", url).out == "reclaimed  nothing was left over\n"


def test_a_missing_number_is_named_and_ends_with_1(url: str, run: Run) -> None:
    reserve(url, 3, NOW - timedelta(hours=1))
    run("numbers", "reclaim", "--database", url)
    engine = open_engine(url, as_owner=True)
    with engine.begin() as thief:
        whose = " ON void_numbers" if thief.dialect.name == "postgresql" else ""
        thief.execute(text(f"DROP TRIGGER void_numbers_refuses_delete{whose}"))
        thief.execute(text("DELETE FROM void_numbers WHERE number = 'A002'"))
    engine.dispose()
    audit = run("numbers", "audit", "--database", url, "--json")
    assert audit.status == 1
    assert [(one["missing"], one["missing_numbers"]) for one in json.loads(audit.out)] == [(1, ["A002"])]
    assert run("numbers", "audit", "--database", url).err == "error: of A{n:03} in all nothing explains A002\n"


def test_counts_that_are_gone_with_their_block_are_missing_and_not_on_their_way(url: str, run: Run) -> None:
    for wanted in (2, 3, 2):
        reserve(url, wanted, NOW - timedelta(hours=1))
    run("numbers", "reclaim", "--database", url)
    engine = open_engine(url, as_owner=True)
    with engine.begin() as thief:
        whose = " ON void_numbers" if thief.dialect.name == "postgresql" else ""
        thief.execute(text(f"DROP TRIGGER void_numbers_refuses_delete{whose}"))
        thief.execute(text("DELETE FROM void_numbers WHERE count BETWEEN 3 AND 5"))
        thief.execute(text("DELETE FROM blocks WHERE first = 3"))
    engine.dispose()
    audit = run("numbers", "audit", "--database", url, "--json")
    [one] = json.loads(audit.out)
    assert (audit.status, one["void"], one["reserved"], one["missing"]) == (1, 4, 0, 3)
    assert one["missing_numbers"] == ["A003", "A004", "A005"]


def test_books_that_are_not_there_are_told(url: str, run: Run) -> None:
    for command in ("reclaim", "audit"):
        outcome = run("numbers", command, "--database", url)
        assert outcome.status == 2
        assert "There is no ledger" in outcome.err


@pytest.mark.requirement("FR-1.5")
def test_the_redis_that_the_environment_names_numbers_what_a_command_makes(
    postgresql_url: str, redis: str, run: Run, tmp_path: Path
) -> None:
    with open_ledger(postgresql_url):
        pass
    engine = open_engine(postgresql_url, as_owner=True)
    with engine.begin() as owner:
        taking = "take_numbers(text, text, bigint, bigint, text, text)"
        owner.execute(text(f"REVOKE EXECUTE ON FUNCTION {taking} FROM ledgerflow_app"))
    engine.dispose()
    for named, told in (
        ("", "no Redis is set up in reserve"),
        ("valkey://x", "address of the Redis in reserve is none"),
    ):
        refused = simulate(tmp_path, postgresql_url, named)
        assert refused.returncode == 2
        assert told in refused.stderr
    assert simulate(tmp_path, postgresql_url, redis).returncode == 0
    accounts = json.loads(run("numbers", "audit", "--database", postgresql_url, "--json").out)
    assert sum(account["issued"] for account in accounts) == 3
    assert all("X" in account["first"] and not account["missing"] for account in accounts)


def simulate(folder: Path, database: str, redis: str) -> subprocess.CompletedProcess[str]:
    """Three invoices, by a process in whose environment a Redis is named."""
    program = "import sys; from ledgerflow.cli import main; main(sys.argv[1:])"
    wish = ["simulate", EXAMPLES / "demo.yaml", "--catalogue", EXAMPLES / "catalogue.xlsx", "--count", "3"]
    wish += ["--out", folder / "out", "--database", database, "--format", "json", "--workers", "1"]
    surroundings = {**os.environ, "LEDGERFLOW_REDIS_URL": redis}
    command = [sys.executable, "-c", program, *map(str, wish)]
    return subprocess.run(command, env=surroundings, capture_output=True, text=True, check=False, timeout=120)
