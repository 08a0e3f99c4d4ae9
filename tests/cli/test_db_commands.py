"""`ledgerflow db` as an operator meets it, on both databases."""

import csv
import json
import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.cli.conftest import Run
from tests.store.migrations.earlier_books import Row, earlier_books, query, read, write

from ledgerflow.store.opening import open_ledger
from ledgerflow.store.schema import HEAD

pytestmark = pytest.mark.requirement("MIG-6")

NAMES = ("LEDGERFLOW_DATABASE_URL", "LEDGERFLOW_MIGRATION_URL")


@pytest.fixture
def old(url: str) -> str:
    """Short earlier books."""
    write(url, earlier_books(300, 9))
    return url


def test_up_and_down_again(run: Run, old: str, tmp_path: Path) -> None:
    before = read(old)
    told = run("db", "current", "--database", old)
    assert (told.status, told.out.split()) == (0, ["revision", "0000", "this", "program's", HEAD])
    assert run("invoices", "--database", old).status == 2
    assert "`ledgerflow db upgrade` brings" in run("invoices", "--database", old).err

    report = tmp_path / "report.csv"
    told = run("db", "upgrade", "--database", old, "--report", report)
    assert (told.status, told.err) == (0, "")
    told_of = dict(re.split(r"\s{2,}", line) for line in told.out.splitlines())
    assert told_of["revision"] == f"0000 to {HEAD}"
    assert (told_of["invoices renumbered"], told_of["profiles for switches"]) == ("9", "16")
    with report.open(encoding="utf-8", newline="") as file:
        changes = [row for row in csv.DictReader(file) if row["what"] == "number"]
    assert len(changes) == 9
    numbers = {number for (number,) in query(old, "SELECT tenant || number FROM invoices")}
    assert all(row["tenant"] + row["after"] in numbers for row in changes)
    was = {str(row[0]): (row[1], row[3]) for row in before["invoices"]}
    assert all(was[row["id"]] == (row["tenant"], row["before"]) for row in changes)

    assert run("db", "check", "--database", old).status == 0
    listed = run("invoices", "--database", old, "--tenant", "asha", "--json")
    assert len(json.loads(listed.out)) == sum(row[1] == "asha" for row in before["invoices"])
    number = json.loads(listed.out)[0]["number"]
    assert "earlier books" in run("tax", "explain", number, "--database", old, "--tenant", "asha").out

    told = run("db", "downgrade", "0000", "--database", old)
    assert (told.status, told.out.split()) == (0, ["revision", HEAD, "to", "0000"])
    assert read(old) == before


def test_the_report_is_of_all_that_the_books_keep(run: Run, old: str, tmp_path: Path) -> None:
    """Whoever lost it asks again; JSON has the same rows, with a tenant, an id, and both numbers."""
    first, again = tmp_path / "first.json", tmp_path / "again.json"
    told = json.loads(run("db", "upgrade", "--json", "--database", old, "--report", first).out)
    assert (told["from"], told["to"]) == ("0000", HEAD)
    assert json.loads(first.read_text("utf-8")) == told["changes"]
    told = json.loads(run("db", "upgrade", "--json", "--database", old, "--report", again).out)
    assert (told["from"], told["to"], told["changes"]) == (HEAD, HEAD, [])
    assert again.read_bytes() == first.read_bytes()
    one = next(row for row in json.loads(first.read_bytes()) if row["what"] == "number")
    assert one.keys() == {"revision", "tenant", "what", "id", "before", "after"}


def test_no_cell_of_the_report_is_taken_for_a_formula(run: Run, url: str, tmp_path: Path) -> None:
    invoice: Row = (1, "asha", None, "=A1", "2024-01-01", "Buyer", "INR", -3.005, 0.0, -3.005)
    write(url, {"tenants": [("asha",)], "invoices": [invoice, (2, *invoice[1:3], "=A1", *invoice[4:7], 1.0, 0.0, 1.0)]})
    report = tmp_path / "report.csv"
    assert run("db", "upgrade", "--database", url, "--report", report).status == 0
    with report.open(encoding="utf-8", newline="") as file:
        cells = {(row["what"], row["before"], row["after"]) for row in csv.DictReader(file)}
    assert cells == {
        ("number", "'=A1", "'=A2"),
        ("amount subtotal", "-3.005", "-3.01"),
        ("amount total", "-3.005", "-3.01"),
    }


def test_a_report_that_cannot_be_written_is_told_before_anything_is_changed(run: Run, old: str, tmp_path: Path) -> None:
    for place, words in ((tmp_path / "report.pdf", "neither .json nor .csv"), (tmp_path / "none" / "r.csv", "No such")):
        told = run("db", "upgrade", "--database", old, "--report", place)
        assert told.status == 2
        assert words in told.err
        assert run("db", "current", "--database", old).out.split()[1] == "0000"
    assert [path.name for path in tmp_path.iterdir() if path.suffix in (".csv", ".part", ".json")] == []


def test_what_would_be_lost_is_refused_until_it_is_accepted(run: Run, old: str) -> None:
    run("db", "upgrade", "--database", old)
    query(old, "INSERT INTO configurations VALUES ('asha', 'newer', 'basic', '2026-01-01')")
    told = run("db", "downgrade", "0000", "--database", old)
    assert told.status == 2
    assert "would lose 1 configuration made or changed since" in told.err
    assert run("db", "downgrade", "0000", "--database", old, "--accept-data-loss").status == 0


def test_drift_is_told_and_ends_with_1(run: Run, url: str) -> None:
    assert run("db", "check", "--database", url).status == 2, "there is nothing yet"
    told = run("db", "upgrade", "--database", url)
    assert told.out.split() == ["revision", "none", "to", HEAD]
    query(url, "DROP INDEX invoices_by_day")
    told = run("db", "check", "--database", url)
    assert (told.status, told.err) == (1, "error: missing index: invoices.invoices_by_day\n")
    told = run("db", "check", "--json", "--database", url)
    assert (told.status, json.loads(told.out)) == (1, {"drift": ["missing index: invoices.invoices_by_day"]})


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ({"LEDGERFLOW_DATABASE_URL": "used.db"}, "used.db"),
        ({"LEDGERFLOW_DATABASE_URL": "other.db", "LEDGERFLOW_MIGRATION_URL": "used.db"}, "used.db"),
    ],
)
def test_the_owners_address_goes_before_the_programs(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: Mapping[str, str], wanted: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("db", "upgrade").status == 2, "no database is named"
    for name, value in said.items():
        monkeypatch.setenv(name, value)
    assert run("db", "upgrade").status == 0
    assert {path.name for path in tmp_path.glob("*.db")} == {wanted}
    assert run("db", "upgrade", "--database", "third.db").status == 0
    assert (tmp_path / "third.db").exists()


def test_a_tax_invoice_of_earlier_books_is_not_cancelled_and_the_clerk_hears_why(run: Run, old: str) -> None:
    run("db", "upgrade", "--database", old)
    (number,) = query(old, "SELECT number FROM invoices WHERE tenant = 'asha' AND strategy = 'recorded' LIMIT 1")[0]
    refused = run("cancel", str(number), "--reason", "Sent twice", "--database", old, "--tenant", "asha")
    assert (refused.status, refused.out) == (2, "")
    assert refused.err.startswith(f"error: {number} was carried over from earlier books")
    assert "Credit it where it was issued" in refused.err


def test_a_table_that_is_gone_is_told_with_the_command_that_looks_further(run: Run, url: str) -> None:
    open_ledger(url).close()
    query(url, "DROP TABLE audit")
    refused = run("audit", "verify", "--database", url)
    assert refused.status == 2
    assert "Somebody changed the tables: `ledgerflow db check` names" in refused.err
    found = run("db", "check", "--database", url)
    assert found.status == 1
    assert "error: missing table: audit\n" in found.err
