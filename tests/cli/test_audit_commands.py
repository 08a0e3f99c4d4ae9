"""audit verify and audit head: an audit table vandalised behind the ledger's back, and what the command says of it."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import Run

from ledgerflow.assembly import Application
from ledgerflow.issuing.audit import head_of, seal
from ledgerflow.issuing.ports import Journal

AT = datetime(2026, 11, 1, 12, tzinfo=UTC)
pytestmark = pytest.mark.requirement("NFR.1")
Vandal = Callable[..., None]


def count_stock(journal: Journal, at: datetime) -> None:
    journal.audit(at, "Asha", "count_stock", {"note": "ठीक है"})


def write(path: Path, tenant: str = "default", size: int = 8) -> None:
    """A ledger in which deeds have left their entries."""
    with Application().open_ledger(str(path), tenant) as ledger:
        for deed in range(size):
            ledger.transact(partial(count_stock, at=AT + timedelta(minutes=deed)))


@pytest.fixture
def books(tmp_path: Path) -> Path:
    path = tmp_path / "books.db"
    write(path)
    return path


@pytest.fixture
def vandalise(books: Path) -> Vandal:
    """Runs statements on the file as one does who has it in his hands: no trigger stops him."""

    def run(*statements: str, **values: object) -> None:
        with closing(sqlite3.connect(books)) as connection, connection:
            named = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit'")
            for (name,) in named.fetchall():
                connection.execute(f'DROP TRIGGER IF EXISTS "{name}"')
            for statement in statements:
                connection.execute(statement, values)

    return run


def verified(run: Run, *arguments: str | Path) -> tuple[int, dict[str, Any]]:
    outcome = run("audit", "verify", *arguments, "--json")
    return outcome.status, json.loads(outcome.out)


def test_a_sound_trail_is_said_to_be_sound(books: Path, run: Run) -> None:
    with Application().open_ledger(str(books), "default") as ledger:
        last = list(ledger.audit_trail())[-1]
    status, told = verified(run, "--database", books)
    assert status == 0
    assert told == {
        "sound": True,
        "entries": 8,
        "head": {"tenant": "default", "sequence": 8, "hash": last.hash, "at": last.at},
        "faults": [],
    }
    outcome = run("audit", "verify", "--database", books)
    assert (outcome.status, outcome.err) == (0, "")
    assert "sound" in outcome.out
    assert last.hash in outcome.out


SHIFT = (
    "UPDATE audit SET sequence = -sequence - {by} WHERE sequence >= {first}",
    "UPDATE audit SET sequence = -sequence WHERE sequence < 0",
)
SWAP = tuple(
    f"UPDATE audit SET sequence = {to} WHERE sequence = {sequence}" for sequence, to in ((2, 99), (6, 2), (99, 6))
)


@pytest.mark.parametrize(
    ("statements", "kind", "sequence", "words"),
    [
        (("UPDATE audit SET actor = 'Bina' WHERE sequence = 3",), "changed", 3, "Entry 3 was changed"),
        (("UPDATE audit SET details = x'ff' WHERE sequence = 1",), "changed", 1, "Entry 1 was changed"),
        (("UPDATE audit SET hash = previous WHERE sequence = 5",), "changed", 5, "Entry 5 was changed"),
        (("DELETE FROM audit WHERE sequence = 4",), "removed", 4, "Entry 4 was removed"),
        (("DELETE FROM audit WHERE sequence IN (4, 5)",), "removed", 4, "Entries 4 to 5 were removed"),
        (("DELETE FROM audit WHERE sequence = 4", *(line.format(first=5, by=-1) for line in SHIFT)),
         "removed", 4, "Entry 4 was removed"),
        (SWAP, "reordered", 2, "Entries 2 and 6 were reordered"),
    ],
    ids=["actor", "no text", "hash", "one gone", "two gone", "closed up", "swapped"],
)  # fmt: skip
def test_an_act_of_a_vandal_is_named(
    statements: tuple[str, ...], kind: str, sequence: int, words: str, books: Path, vandalise: Vandal, run: Run
) -> None:
    vandalise(*statements)
    status, told = verified(run, "--database", books)
    assert (status, told["sound"]) == (1, False)
    [fault] = told["faults"]
    assert (fault["kind"], fault["sequence"]) == (kind, sequence)
    outcome = run("audit", "verify", "--database", books)
    assert outcome.status == 1
    assert outcome.err == f"error: {fault['words']}\n"
    assert outcome.err.startswith(f"error: {words}")
    assert "1 fault(s)" in outcome.out


def test_an_entry_put_in_is_named(books: Path, vandalise: Vandal, run: Run) -> None:
    with Application().open_ledger(str(books), "default") as ledger:
        before = list(ledger.audit_trail())[2]
    new = seal(4, before.hash, at=AT, actor="Bina", deed="nothing", details={})
    vandalise(*(line.format(first=4, by=1) for line in SHIFT))
    vandalise(
        "INSERT INTO audit (tenant, sequence, at, actor, deed, details, previous, hash)"
        " VALUES ('default', 4, :at, 'Bina', 'nothing', '{}', :previous, :hash)",
        at=new.at,
        previous=new.previous,
        hash=new.hash,
    )
    outcome = run("audit", "verify", "--database", books)
    assert outcome.status == 1
    assert outcome.err.startswith("error: Entry 4 was inserted")
    assert outcome.err.count("\n") == 1


def test_each_of_several_acts_has_a_line(books: Path, vandalise: Vandal, run: Run) -> None:
    vandalise("UPDATE audit SET deed = 'x' WHERE sequence IN (2, 7)", "DELETE FROM audit WHERE sequence = 4")
    lines = run("audit", "verify", "--database", books).err.splitlines()
    assert [" ".join(line.split()[:5]) for line in lines] == [
        "error: Entry 2 was changed:",
        "error: Entry 4 was removed:",
        "error: Entry 7 was changed:",
    ]


def test_a_head_kept_elsewhere_shows_a_cut_and_a_rewritten_trail(
    books: Path, vandalise: Vandal, run: Run, tmp_path: Path
) -> None:
    kept = tmp_path / "head.json"
    outcome = run("audit", "head", "--database", books, "--out", kept)
    assert (outcome.status, outcome.err) == (0, "")
    assert str(kept) in outcome.out
    write(books, size=2)
    assert verified(run, "--database", books, "--head", kept)[0] == 0, "the trail went on since"

    vandalise("DELETE FROM audit WHERE sequence > 6")
    assert verified(run, "--database", books)[0] == 0, "without a head nobody can know"
    cut = run("audit", "verify", "--database", books, "--head", kept)
    assert (cut.status, cut.err) == (
        1,
        "error: The tail was cut: the trail ends at 6, and the head is at 8.\n",
    )
    vandalise("UPDATE counters SET last = 6 WHERE series = 'audit'")
    write(books, size=4)
    status, told = verified(run, "--database", books, "--head", kept)
    assert status == 1
    [fault] = told["faults"]
    assert (fault["kind"], fault["sequence"]) == ("rewritten", 8)


def test_the_head_is_printed_where_no_file_is_named(books: Path, run: Run, tmp_path: Path) -> None:
    printed = run("audit", "head", "--database", books).out
    run("audit", "head", "--database", books, "--out", tmp_path / "head.json")
    assert json.loads(printed) == json.loads((tmp_path / "head.json").read_text("utf-8"))
    assert json.loads(printed)["sequence"] == 8


def test_the_head_of_a_broken_trail_comes_with_a_warning(books: Path, vandalise: Vandal, run: Run) -> None:
    vandalise("UPDATE audit SET actor = 'Bina' WHERE sequence = 3")
    outcome = run("audit", "head", "--database", books)
    assert outcome.status == 0
    assert json.loads(outcome.out)["sequence"] == 8
    assert outcome.err.startswith("warning: ")
    assert "1 fault(s)" in outcome.err


def test_each_tenant_has_a_trail_and_a_head_of_its_own(
    books: Path, vandalise: Vandal, run: Run, tmp_path: Path
) -> None:
    write(books, "acme", 3)
    vandalise("UPDATE audit SET actor = 'Bina' WHERE sequence = 2 AND tenant = 'default'")
    assert verified(run, "--database", books)[0] == 1
    status, told = verified(run, "--database", books, "--tenant", "acme")
    assert (status, told["entries"]) == (0, 3)
    kept = tmp_path / "acme.json"
    run("audit", "head", "--database", books, "--tenant", "acme", "--out", kept)
    refused = run("audit", "verify", "--database", books, "--head", kept)
    assert refused.status == 2
    assert "the head of 'acme'" in refused.err


def test_an_empty_trail_has_a_head_that_any_trail_follows(tmp_path: Path, run: Run) -> None:
    path, kept = tmp_path / "new.db", tmp_path / "head.json"
    write(path, size=0)
    assert run("audit", "head", "--database", path, "--out", kept).status == 0
    assert kept.read_text("utf-8") == head_of("default", None).to_json()
    assert verified(run, "--database", path, "--head", kept)[1]["entries"] == 0
    write(path, size=2)
    assert verified(run, "--database", path, "--head", kept)[0] == 0


def test_ways_to_get_it_wrong(books: Path, run: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text('{"tenant": "default"}')
    wrong: list[tuple[list[str | Path], str]] = [
        (["verify", "--database", books, "--head", tmp_path / "bad.json"], "no head of an audit trail"),
        (["verify", "--database", books, "--head", tmp_path / "none.json"], "cannot be read"),
        (["verify", "--database", tmp_path / "none.db"], "There is no ledger at"),
        (["head", "--database", tmp_path / "none.db"], "There is no ledger at"),
        (["head", "--database", books, "--out", tmp_path / "no" / "head.json"], "No such file or directory"),
        (["verify"], "No ledger is named"),
    ]
    for arguments, words in wrong:
        outcome = run("audit", *arguments)
        assert (outcome.status, outcome.out) == (2, ""), words
        assert words in outcome.err
        assert "Traceback" not in outcome.err
