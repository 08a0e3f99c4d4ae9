"""Stopping in the middle: no traceback, nothing half-written, no worker left behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.conftest import EXAMPLES

from ledgerflow.store.opening import open_ledger

PROGRAM = "import sys; from ledgerflow.cli import main; main(sys.argv[1:])"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no process groups to signal")
@pytest.mark.parametrize(
    ("asked", "shared"),
    [(signal.SIGINT, False), (signal.SIGINT, True), (signal.SIGTERM, False), (signal.SIGKILL, False)],
)
def test_a_run_that_is_stopped_leaves_nothing_running_and_nothing_half_written(
    asked: signal.Signals, shared: bool, tmp_path: Path
) -> None:
    out, books = tmp_path / "out", tmp_path / "books.db"
    out.mkdir()
    (out / "invoices.zip").write_text("of an earlier run")
    arguments = ["simulate", EXAMPLES / "demo.yaml", "--catalogue", EXAMPLES / "catalogue.xlsx", "--out", out]
    arguments += ["--database", books] if shared else []
    run = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *map(str, arguments), "--count", "400", "--workers", "2"],
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    wait_for(lambda: (out / ".unfinished" / "invoices.zip").exists())
    run.send_signal(asked)
    _, said = run.communicate(timeout=60)
    wait_for(lambda: not alive(run.pid))
    assert "Traceback" not in said, said
    if asked is not signal.SIGKILL:
        assert run.returncode == 130
        [told] = [line for line in said.splitlines() if line.startswith("error: stopped")]
        if shared:
            assert (
                told
                == f"error: stopped: 400 documents are in the ledger {books}; no archive was made, {out} is as it was."
            )
            assert ledger_holds(books, 400)
        else:
            assert told == f"error: stopped: nothing was entered in a ledger, and {out} is as it was."
        assert {path.name: path.read_text() for path in out.iterdir()} == {"invoices.zip": "of an earlier run"}


@pytest.mark.skipif(os.name == "nt", reason="Windows has no process groups to signal")
@pytest.mark.parametrize("pause", [0.02, 0.1, 0.2, 0.3, 0.4, 0.5])
def test_ctrl_c_while_the_program_and_its_workers_are_loading_is_quiet(pause: float, tmp_path: Path) -> None:
    """A terminal sends it to every process of the group, ready or not."""
    program = PROGRAM.replace("; main", "; print('begun', flush=True); main")
    arguments = ["simulate", EXAMPLES / "demo.yaml", "--catalogue", EXAMPLES / "catalogue.xlsx"]
    arguments += ["--out", tmp_path / "out", "--count", "400", "--workers", "3"]
    run = subprocess.Popen(
        [sys.executable, "-c", program, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert run.stdout is not None
    assert run.stdout.readline() == "begun\n"
    time.sleep(pause)
    os.killpg(run.pid, signal.SIGINT)
    _, said = run.communicate(timeout=60)
    assert run.returncode == 130
    assert "Traceback" not in said, said
    wait_for(lambda: not alive(run.pid))


def ledger_holds(books: Path, count: int) -> bool:
    with open_ledger(str(books)) as ledger:
        return len(list(ledger.invoices())) == count


def wait_for(what: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end
        time.sleep(0.05)


def alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True
