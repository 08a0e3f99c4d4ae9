"""Workers as a supervisor runs them, and what is seen of their batches: real processes, started by the command."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ledgerflow.store.ledger import DatabaseLedger
from ledgerflow.store.opening import open_ledger

ROOT = Path(__file__).parents[2]
STRANGER = Path(__file__).parent / "stranger"
_COMMAND = (sys.executable, "-c", "from ledgerflow.cli import main; main()")
_CONFIG = ("examples/demo.yaml", "--catalogue", "examples/catalogue.xlsx")


def run(*arguments: str, surroundings: Mapping[str, str]) -> str:
    """A command that must succeed; gives what it prints."""
    done = subprocess.run(
        [*_COMMAND, *arguments],
        cwd=ROOT,
        env={**os.environ, **surroundings},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@dataclass
class Crew:
    """Workers of one ledger. One that is killed is started again by whoever kills it."""

    url: str
    folder: Path
    strange: str = ""
    options: tuple[str, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def surroundings(self) -> dict[str, str]:
        path = os.pathsep.join(filter(None, (str(STRANGER), os.environ.get("PYTHONPATH", ""))))
        shelf = os.environ.get("LEDGERFLOW_SHELF_URL") or str(self.folder / "shelf")
        return {
            "LEDGERFLOW_DATABASE_URL": self.url,
            "LEDGERFLOW_SHELF_URL": shelf,
            "PYTHONPATH": path,
            "STRANGE_PAGES": self.strange,
            **self.settings,
        }

    def order(self, count: int, *options: str, tenant: str = "default") -> str:
        """The id of a batch that is ordered now."""
        words = ("batch", "create", *_CONFIG, "--count", str(count), "--tenant", tenant, *options)
        return run(*words, surroundings=self.surroundings)

    def log(self) -> list[dict[str, object]]:
        """What the workers said of jobs."""
        lines = (self.folder / "workers.log").read_text("utf-8").splitlines()
        return [said for line in lines if line.startswith("{") and "job" in (said := json.loads(line))]

    def start(self, count: int = 1) -> None:
        for _ in range(count):
            with (self.folder / "workers.log").open("ab") as log:
                command = [*_COMMAND, "worker", *self.options]
                surroundings = {**os.environ, **self.surroundings}
                self.workers.append(subprocess.Popen(command, cwd=ROOT, env=surroundings, stdout=log, stderr=log))

    def kill(self, which: int) -> None:
        """With -9, and no other is started."""
        worker = self.workers.pop(which % len(self.workers))
        worker.kill()
        worker.wait()

    def stop(self) -> list[int]:
        """Politely; gives the exit statuses."""
        for worker in self.workers:
            worker.terminate()
        statuses = [worker.wait(timeout=60) for worker in self.workers]
        self.workers.clear()
        return statuses

    def show(self, id: str, tenant: str = "default") -> dict[str, object]:
        shown: dict[str, object] = json.loads(
            run("batch", "show", id, "--json", "--tenant", tenant, surroundings=self.surroundings)
        )
        return shown

    def failures(self, id: str) -> list[dict[str, object]]:
        found: list[dict[str, object]] = json.loads(
            run("batch", "failures", id, "--json", surroundings=self.surroundings)
        )
        return found

    def wait(self, id: str, tenant: str = "default", seconds: float = 120) -> str:
        """Until the batch is over; gives how it ended."""
        return self.watch(id, lambda _drawn: None, tenant, seconds)

    def watch(self, id: str, look: Callable[[int], None], tenant: str = "default", seconds: float = 120) -> str:
        """The same, and tells meanwhile how many pages are drawn."""
        end = time.monotonic() + seconds
        with open_ledger(self.url, tenant) as ledger:
            while time.monotonic() < end:
                job = ledger.jobs.find(id)
                if not job.status.is_open:
                    return job.status.value
                look(job.drawn)
                time.sleep(0.05)
        log = (self.folder / "workers.log").read_text("utf-8")[-3000:]
        raise AssertionError(f"after {seconds} s: {job}\n{log}")

    def archive(self, id: str) -> bytes:
        """The archive, exported and verified."""
        out = self.folder / f"out-{id}"
        run("batch", "export", id, "--out", str(out), surroundings=self.surroundings)
        run("verify", str(out / "invoices.zip"), surroundings=self.surroundings)
        return (out / "invoices.zip").read_bytes()

    def made_directly(self, count: int) -> bytes:
        """The archive that `simulate` makes of the same order in new books."""
        out = self.folder / "directly"
        words = ("simulate", *_CONFIG, "--count", str(count), "--out", str(out))
        run(*words, surroundings={**self.surroundings, "LEDGERFLOW_DATABASE_URL": ""})
        return (out / "invoices.zip").read_bytes()


def missing_numbers(ledger: DatabaseLedger) -> list[str]:
    """Numbers that nothing explains."""
    return [number for account in ledger.accounts() for number in account.missing]
