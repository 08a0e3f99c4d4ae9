"""A worker as a process of its own that makes many small batches, and what it holds of the machine when it rests."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil
from benchmarks.shop import demonstration, goods

from ledgerflow.issuing.commission import Commission
from ledgerflow.issuing.commissioning import Bounds, Request, order_batch
from ledgerflow.issuing.jobs import JobStatus
from ledgerflow.store.ledger import DatabaseLedger
from ledgerflow.store.lobby import Lobby
from ledgerflow.store.opening import open_ledger, open_lobby

PROGRAM = "import sys; from ledgerflow.cli import main; main(sys.argv[1:])"
_AHEAD = 30  # batches that wait, so that no time goes by between two
_LOOKS, _BETWEEN = 5, 0.3  # seconds
_REST = 3.0  # seconds after which what is done has been put away
_PATIENCE = 60.0  # seconds in which one batch at least is made


@dataclass(frozen=True, slots=True)
class Held:
    """What a worker and its benches hold together."""

    mib: float
    files: int
    threads: int
    connections: int
    processes: int
    temporary: int

    @property
    def countable(self) -> tuple[int, int, int, int, int]:
        """All but memory: what must not grow by one."""
        return self.files, self.threads, self.connections, self.processes, self.temporary


@dataclass(slots=True)
class Enduring:
    """A worker on a ledger of its own, and who orders from it."""

    process: psutil.Process
    ledger: DatabaseLedger
    lobby: Lobby
    folder: Path
    ordered: int = 0

    def make(self, count: int) -> None:
        """Has so many batches of two invoices made, with PDFs; returns when the worker rests."""
        commission = Commission(demonstration(2, 2), goods(), ("pdf", "json"), False)
        last = self.ordered + count
        until, before = time.monotonic() + _PATIENCE, -1
        while (waiting := self._waiting()) or self.ordered < last:
            if waiting != before or self.ordered < last:
                until, before = time.monotonic() + _PATIENCE, waiting
            assert time.monotonic() < until, f"{waiting} batches wait, and none was made for {_PATIENCE} s"
            for _ in range(min(_AHEAD - waiting, last - self.ordered)):
                self._order(commission)
            time.sleep(0.3)
        time.sleep(_REST)

    def held(self) -> Held:
        """What it holds at rest: of several looks the least of each, for a thread of a moment is nothing held."""
        looks = []
        for _ in range(_LOOKS):
            looks.append(self._held_now())
            time.sleep(_BETWEEN)
        return Held(*(min(values) for values in zip(*map(astuple, looks), strict=True)))

    def _held_now(self) -> Held:
        tree = [self.process, *self.process.children(recursive=True)]
        return Held(
            mib=sum(one.memory_info().rss for one in tree) / 2**20,
            files=sum(one.num_fds() for one in tree),
            threads=sum(one.num_threads() for one in tree),
            connections=sum(len(one.net_connections()) for one in tree),
            processes=len(tree),
            temporary=sum(1 for _ in self.folder.rglob("*")),
        )

    def made(self) -> int:
        """How many batches succeeded."""
        return sum(job.status is JobStatus.SUCCEEDED for job in self.ledger.jobs.latest(self.ordered + 1))

    def _waiting(self) -> int:
        return len(self.lobby.open_jobs())

    def _order(self, commission: Commission) -> None:
        self.ordered += 1
        at = datetime.now(UTC)  # noqa: TID251 - a door reads the clock, and so must who stands before it
        request = Request(commission, f"{self.ordered:032x}", at, "endurance", f"order {self.ordered}")
        order_batch(self.ledger, request, Bounds(_AHEAD, 2))


@contextmanager
def enduring(home: Path) -> Iterator[Enduring]:
    """A worker on SQLite, until it has been told to stop and has."""
    folder = home / "temporary"
    folder.mkdir()
    url = str(home / "ledger.db")
    call = [sys.executable, "-c", PROGRAM, "worker", "--database", url]
    with open_ledger(url) as ledger, open_lobby(url) as lobby, (home / "worker.log").open("wb") as log:
        run = subprocess.Popen(call, stdout=log, stderr=log, env={**os.environ, "TMPDIR": str(folder)})
        try:
            yield Enduring(psutil.Process(run.pid), ledger, lobby, folder)
        finally:
            run.terminate()
            try:
                run.wait(60)
            finally:
                run.kill()
