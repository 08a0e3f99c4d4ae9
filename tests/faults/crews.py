"""Workers as a supervisor runs them, real processes started by the command; and who orders from them and looks on."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from benchmarks.shop import goods

from ledgerflow.assembly import Application
from ledgerflow.export.verification import verify
from ledgerflow.issuing.books import Order, make_books
from ledgerflow.issuing.commission import Commission
from ledgerflow.issuing.commissioning import (
    USUAL,
    Bounds,
    Request,
    cancel_batch,
    order_batch,
    pause_batch,
    resume_batch,
    retry_batch,
)
from ledgerflow.issuing.exporting import export_batch
from ledgerflow.issuing.jobs import Failure, Job
from ledgerflow.simulation.reading import read_configuration
from ledgerflow.store.ledger import DatabaseLedger
from ledgerflow.store.opening import open_ledger
from ledgerflow.store.shelf import open_shelf

ROOT = Path(__file__).parents[2]
STRANGER = Path(__file__).parent / "stranger"
COMMAND = (sys.executable, "-c", "from ledgerflow.cli import main; main()")
ALL, PLAIN = ("pdf", "json", "csv", "xlsx"), ("json", "csv")
_BOUNDS = Bounds(open_jobs=20, invoices=100_000)


@cache
def commission(count: int, formats: tuple[str, ...]) -> Commission:
    """The demonstration with so many invoices."""
    text = (ROOT / "examples" / "demo.yaml").read_text("utf-8")
    return Commission(read_configuration(text, "demo.yaml", count=count).config, goods(), formats)


@cache
def made_directly(count: int) -> bytes:
    """The archive that one process makes of the same order in new books."""
    asked, application = commission(count, ALL), Application()
    formats = tuple(application.format(code) for code in asked.formats)
    order = Order(asked.config, asked.catalogue, formats, now(), "clerk")
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        books = make_books(order, application.laws, out, lambda desk: open_ledger(str(desk / "ledger.db")), None, tell)
        return books.archive.read_bytes()


def run(*arguments: str, surroundings: Mapping[str, str]) -> str:
    """A command that must succeed; gives what it prints."""
    done = subprocess.run(
        [*COMMAND, *arguments],
        cwd=ROOT,
        env={**os.environ, **surroundings},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def tell(_doing: str, _done: int, _total: int) -> None:
    """Nobody listens."""


def now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - a door reads the clock, and so must who stands before it


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
        return {
            "LEDGERFLOW_DATABASE_URL": self.url,
            "LEDGERFLOW_SHELF_URL": str(self.folder / "shelf"),
            "PYTHONPATH": path,
            "STRANGE_PAGES": self.strange,
            **self.settings,
        }

    @property
    def shelf(self) -> str:
        return self.surroundings["LEDGERFLOW_SHELF_URL"]

    def ledger(self, tenant: str = "default") -> DatabaseLedger:
        return open_ledger(self.url, tenant)

    def order(
        self,
        count: int,
        formats: tuple[str, ...] = ALL,
        *,
        priority: int = USUAL,
        trace_id: str = "",
        tenant: str = "default",
    ) -> str:
        """The id of a batch that is ordered now."""
        trace = trace_id or os.urandom(16).hex()
        request = Request(commission(count, formats), trace, now(), "clerk", priority=priority)
        with self.ledger(tenant) as ledger:
            return order_batch(ledger, request, _BOUNDS).id

    def pause(self, id: str) -> None:
        with self.ledger() as ledger:
            pause_batch(ledger, id, at=now(), actor="clerk")

    def resume(self, id: str) -> None:
        with self.ledger() as ledger:
            resume_batch(ledger, id, _BOUNDS, at=now(), actor="clerk")

    def retry(self, id: str) -> None:
        with self.ledger() as ledger:
            retry_batch(ledger, id, _BOUNDS, at=now(), actor="clerk")

    def cancel(self, id: str, tenant: str = "default") -> None:
        with self.ledger(tenant) as ledger:
            cancel_batch(ledger, id, at=now(), actor="clerk")

    def log(self) -> list[dict[str, object]]:
        """What the workers said of jobs."""
        lines = (self.folder / "workers.log").read_text("utf-8").splitlines()
        return [said for line in lines if line.startswith("{") and "job" in (said := json.loads(line))]

    def start(self, count: int = 1) -> None:
        for _ in range(count):
            with (self.folder / "workers.log").open("ab") as log:
                command = [*COMMAND, "worker", *self.options]
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

    def show(self, id: str, tenant: str = "default") -> Job:
        with self.ledger(tenant) as ledger:
            return ledger.jobs.find(id)

    def failures(self, id: str) -> Sequence[Failure]:
        with self.ledger() as ledger:
            return ledger.jobs.failures(id)

    def wait(self, id: str, tenant: str = "default", seconds: float = 120) -> str:
        """Until the batch is over; gives how it ended."""
        return self.watch(id, lambda _drawn: None, tenant, seconds)

    def watch(self, id: str, look: Callable[[int], None], tenant: str = "default", seconds: float = 120) -> str:
        """The same, and tells meanwhile how many pages are drawn."""
        end = time.monotonic() + seconds
        with self.ledger(tenant) as ledger:
            while time.monotonic() < end:
                job = ledger.jobs.find(id)
                if not job.status.is_open:
                    return job.status.value
                look(job.drawn)
                time.sleep(0.05)
        log = (self.folder / "workers.log").read_text("utf-8")[-3000:]
        raise AssertionError(f"after {seconds} s: {job}\n{log}")

    def archive(self, id: str) -> bytes:
        """The archive, taken from the shelf and verified."""
        out = self.folder / f"out-{id}"
        with self.ledger() as ledger:
            export_batch(ledger, open_shelf(self.shelf), id, out, tell)
        archive = out / "invoices.zip"
        assert verify(archive).accepted
        return archive.read_bytes()


def missing_numbers(ledger: DatabaseLedger) -> list[str]:
    """Numbers that nothing explains."""
    return [number for account in ledger.accounts() for number in account.missing]
