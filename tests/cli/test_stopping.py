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

PROGRAM = "import sys; from ledgerflow.cli import main; main(sys.argv[1:])"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no process groups to signal")
@pytest.mark.parametrize("asked", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_run_that_is_stopped_leaves_nothing_running_and_nothing_half_written(
    asked: signal.Signals, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    arguments = ["simulate", EXAMPLES / "demo.yaml", "--catalogue", EXAMPLES / "catalogue.xlsx", "--out", out]
    run = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *map(str, arguments), "--count", "400", "--workers", "2"],
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    wait_for(lambda: (out / "invoices.zip.part").exists())
    run.send_signal(asked)
    _, said = run.communicate(timeout=60)
    wait_for(lambda: not alive(run.pid))
    assert "Traceback" not in said, said
    if asked is not signal.SIGKILL:
        assert run.returncode == 130
        assert {path.name for path in out.iterdir()} == {"ledger.db"}


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
