"""What a command says reaches its reader, whatever the terminal, and whoever stops listening."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.conftest import EXAMPLES, Run

from ledgerflow.cli.output import show_facts, show_table

PROGRAM = "import sys; from ledgerflow.cli import main; main(sys.argv[1:])"
ASCII = {"PYTHONIOENCODING": "ascii"}
NAMELESS = (EXAMPLES / "demo.yaml", "--catalogue", EXAMPLES / "catalogue.xlsx", "--count", "2", "--workers", "1")


def command(*arguments: str | Path, **changes: str) -> subprocess.CompletedProcess[bytes]:
    call = [sys.executable, "-c", PROGRAM, *map(str, arguments)]
    return subprocess.run(call, env={**os.environ, **changes}, capture_output=True, check=False)


def test_a_terminal_without_unicode_hears_numbers_for_letters(tmp_path: Path) -> None:
    run = command("simulate", *NAMELESS, "--format", "json", "--out", tmp_path / "Bücher", **ASCII)
    assert (run.returncode, b"B\\xfccher/invoices.zip" in run.stdout) == (0, True)


def test_json_stays_json_in_a_terminal_without_unicode(tmp_path: Path) -> None:
    run = command("simulate", *NAMELESS, "--format", "json", "--out", tmp_path / "Bücher", "--json", **ASCII)
    assert json.loads(run.stdout)["archive"] == str(tmp_path / "Bücher" / "invoices.zip")


@pytest.mark.skipif(os.name == "nt", reason="a shell closes the outputs")
@pytest.mark.parametrize("closed", [">&-", "2>&-", ">/dev/full"])
def test_an_output_that_takes_nothing_is_no_crash(closed: str) -> None:
    run = subprocess.run(
        f"'{sys.executable}' -c '{PROGRAM}' tax list {closed}", shell=True, capture_output=True, check=False
    )
    assert run.returncode == (2 if "full" in closed else 0)
    assert b"Traceback" not in run.stderr


@pytest.mark.skipif(os.name == "nt", reason="a shell makes the pipe")
def test_who_listens_no_longer_is_no_crash(demo: Path) -> None:
    listing = f"'{sys.executable}' -c '{PROGRAM}' invoices --json --database '{demo / 'ledger.db'}' | true"
    assert subprocess.run(listing, shell=True, capture_output=True, check=False).stderr == b""


def test_on_a_narrow_screen_no_figure_is_cut(demo: Path) -> None:
    shown = screen_of(20, "invoices", "--database", demo / "ledger.db")
    for invoice in json.loads(command("invoices", "--database", demo / "ledger.db", "--json").stdout):
        assert invoice["number"] in shown
        assert invoice["payable"] in shown
    assert "…" not in shown


def screen_of(columns: int, *arguments: str | Path) -> str:
    """What a terminal of so many columns receives."""
    pty = pytest.importorskip("pty", reason="Windows has no such terminals")
    near, far = pty.openpty()
    call = [sys.executable, "-c", PROGRAM, *map(str, arguments)]
    process = subprocess.Popen(call, stdout=far, env={**os.environ, "COLUMNS": str(columns), "TERM": "dumb"})
    os.close(far)
    said = b""
    try:
        while chunk := os.read(near, 65536):
            said += chunk
    except OSError:
        pass  # the other end is closed
    process.wait()
    os.close(near)
    return said.decode()


@pytest.mark.parametrize("name", ["missing.zip", "."])
def test_an_archive_that_is_not_there_is_wrong_usage(name: str, run: Run, tmp_path: Path) -> None:
    outcome = run("verify", tmp_path / name)
    assert (outcome.status, "The archive cannot be read" in outcome.err) == (2, True)


def test_an_input_without_end_is_not_read_to_its_end(run: Run, tmp_path: Path) -> None:
    endless = tmp_path / "endless.yaml"
    with endless.open("wb") as file:
        file.truncate(2**40)
    outcome = run("simulate", endless, "--catalogue", EXAMPLES / "catalogue.xlsx", "--out", tmp_path / "out")
    assert (outcome.status, "larger than 64 MiB" in outcome.err) == (2, True)


def test_a_password_is_not_told_with_the_fault(run: Run) -> None:
    outcome = run("invoices", "--database", "postgresql://asha:s3cret@[nowhere/books")
    assert (outcome.status, "s3cret" in outcome.err) == (2, False)


def test_names_are_shown_as_they_stand_whatever_brackets_they_have(capsys: pytest.CaptureFixture[str]) -> None:
    name = "Tea [/b] [red]Room[/red] :tea:"
    show_table("", ["buyer"], [[name]])
    show_facts({"buyer": name})
    assert [line.strip() for line in capsys.readouterr().out.splitlines()] == ["buyer", name, f"buyer  {name}"]
