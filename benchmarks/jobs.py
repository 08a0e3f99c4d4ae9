"""`python -m benchmarks.jobs`: a batch on PostgreSQL by one worker, by two, and by a direct call without any.

With a number, so many hundredths of the full size: `python -m benchmarks.jobs 10`. Only a full run is kept as figures.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import psutil

from benchmarks.measuring import record, seconds
from benchmarks.servers import database, postgresql
from benchmarks.shop import demonstration, goods
from ledgerflow.assembly import Application
from ledgerflow.issuing.books import Order, make_books
from ledgerflow.issuing.commission import Commission
from ledgerflow.issuing.commissioning import Bounds, Request, order_batch
from ledgerflow.issuing.jobs import Job, JobStatus
from ledgerflow.simulation.config import SimulationConfig
from ledgerflow.store.ledger import DatabaseLedger
from ledgerflow.store.opening import open_ledger

PAGES, PLAIN, LINES, FULL = 2_000, 100_000, 3, 100
WITH_PAGES, WITHOUT = ("pdf", "json", "csv", "xlsx"), ("json", "csv")
RUNS = 3
_PROGRAM = "import sys; from ledgerflow.cli import main; main(sys.argv[1:])"
_LOOK = 0.05
_seeds = count(1)


@dataclass(frozen=True, slots=True)
class Shop:
    """A ledger on PostgreSQL, and a folder for what is made."""

    url: str
    ledger: DatabaseLedger
    home: Path


@dataclass(frozen=True, slots=True)
class Times:
    """The shortest run of each, in seconds; 0 where none was made."""

    direct: float
    one: float
    two: float = 0.0


def measured(shop: Shop, size: int, formats: tuple[str, ...], *, by_two: bool) -> Times:
    """Each in turn, so that a noisy machine is noisy for all."""
    direct, one, two = [], [], []
    with workers(shop, 1):  # its first batch makes the engine's tables, and wakes this process
        _directly(shop, 20, formats)
    for _ in range(RUNS):
        direct.append(seconds(lambda: _directly(shop, size, formats)))
        with workers(shop, 1):
            one.append(_by_workers(shop, size, formats))
        if by_two:
            with workers(shop, 2):
                two.append(_by_workers(shop, size, formats))
        load = os.getloadavg()[0]
        words = ", ".join(f"{name} {times[-1]:.1f} s" for name, times in _named(direct, one, two))
        print(f"{size:,} invoices as {'/'.join(formats)}: {words}; load {load:.1f}", flush=True)
    return Times(min(direct), min(one), min(two, default=0.0))


def _named(direct: list[float], one: list[float], two: list[float]) -> list[tuple[str, list[float]]]:
    return [(name, times) for name, times in (("direct", direct), ("one", one), ("two", two)) if times]


@contextmanager
def workers(shop: Shop, number: int) -> Iterator[None]:
    """So many workers that have drawn before; nothing of them is left."""
    environment = {**os.environ, "LEDGERFLOW_SHELF_URL": str(shop.home / "shelf")}
    call = [sys.executable, "-c", _PROGRAM, "worker", "--concurrency", "1", "--database", shop.url]
    with ExitStack() as stack:
        for _ in range(number):
            log = stack.enter_context(tempfile.TemporaryFile())
            run = subprocess.Popen(call, env=environment, stdout=log, stderr=log)
            stack.callback(_end, run)
        _until_over(shop, _ordered(shop, 100 * number, WITH_PAGES))
        yield


def _end(run: subprocess.Popen[bytes]) -> None:
    benches = psutil.Process(run.pid).children(recursive=True) if run.poll() is None else []
    run.terminate()
    run.wait(60)
    psutil.wait_procs(benches, timeout=10)


def _by_workers(shop: Shop, size: int, formats: tuple[str, ...]) -> float:
    return seconds(lambda: _until_over(shop, _ordered(shop, size, formats)))


def _ordered(shop: Shop, size: int, formats: tuple[str, ...]) -> Job:
    commission = Commission(_config(size), goods(), formats, False)
    name = f"{next(_seeds)}"
    request = Request(commission, name.zfill(32), datetime.now(UTC), "benchmark", name)  # noqa: TID251 - as a door does
    return order_batch(shop.ledger, request, Bounds(10, PLAIN))


def _until_over(shop: Shop, job: Job) -> None:
    while (job := shop.ledger.jobs.find(job.id)).status.is_open:
        time.sleep(_LOOK)
    if job.status is not JobStatus.SUCCEEDED:
        raise RuntimeError(f"{job.status.value}: {job.last_error}")


def _directly(shop: Shop, size: int, formats: tuple[str, ...]) -> None:
    application = Application()
    order = Order(
        _config(size),
        goods(),
        [application.format(code) for code in formats],
        datetime.now(UTC),  # noqa: TID251 - as a door does
        "benchmark",
    )
    with tempfile.TemporaryDirectory(dir=shop.home) as folder:
        make_books(
            order,
            application.laws,
            Path(folder),
            lambda _: open_ledger(shop.url),
            None,
            lambda _stage, _done, _total: None,
        )


def _config(size: int) -> SimulationConfig:
    return demonstration(size, LINES)


def main(hundredths: int) -> None:
    """Prints what was measured; a full run is kept."""
    home = tempfile.TemporaryDirectory()
    with home as folder, postgresql() as server, database(server) as url, open_ledger(url) as ledger:
        shop = Shop(url, ledger, Path(folder))
        pages = measured(shop, PAGES * hundredths // FULL, WITH_PAGES, by_two=True)
        plain = measured(shop, PLAIN * hundredths // FULL, WITHOUT, by_two=False)
    faster = pages.one / pages.two
    figures = [
        ("jobs_two_workers", faster, "at least 1.7", faster >= 1.7, f"one {pages.one:.1f} s, two {pages.two:.1f} s"),
        _overhead("jobs_overhead_pages_percent", pages, 5),
        _overhead("jobs_overhead_plain_percent", plain, 15),
    ]
    for name, value, bar, met, detail in figures:
        if hundredths == FULL:
            record(name, value, bar, met=met, detail=detail)
        else:
            print(f"{name}: {value:.2f} ({bar}) {detail}")


def _overhead(name: str, times: Times, most: int) -> tuple[str, float, str, bool, str]:
    more = 100 * (times.one / times.direct - 1)
    return name, more, f"under {most}", more < most, f"direct {times.direct:.1f} s, one worker {times.one:.1f} s"


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else FULL)
