"""`python -m benchmarks.serving`: a real `ledgerflow serve` asked over HTTP: exports of a packed batch, and orders.

Orders come at fifty a second whether earlier ones are answered or not; no worker takes them up, so that it is the
door alone that is measured.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_urlsafe  # noqa: TID251 - a machine's key is drawn at a door
from socket import socket

import httpx

from benchmarks.measuring import record
from benchmarks.shop import demonstration, goods
from ledgerflow.admission.machines import make_key
from ledgerflow.identity.roles import Role
from ledgerflow.issuing.stocking import Stocked
from ledgerflow.store.opening import open_ledger

EXPORTS, RATE, SECONDS, CLIENTS = 100, 50, 10, 48
_PROGRAM = "import sys; from ledgerflow.cli import main; main(sys.argv[1:])"
_NOW = datetime.now(UTC)  # noqa: TID251 - a door reads the clock, and so must who stands before it


@dataclass(frozen=True, slots=True)
class Books:
    """An SQLite ledger with a catalogue and a key, and the surroundings in which it is served."""

    surroundings: dict[str, str]
    key: str

    def client(self, address: str) -> httpx.Client:
        """Who asks."""
        limits = httpx.Limits(max_connections=CLIENTS)
        return httpx.Client(
            base_url=address, headers={"Authorization": f"Bearer {self.key}"}, timeout=60, limits=limits
        )


@contextmanager
def served(books: Books, *words: str) -> Iterator[str]:
    """The address of a server of its own process."""
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-c", _PROGRAM, "serve", "--port", str(port), *words]
    server = subprocess.Popen(command, env=books.surroundings, stderr=subprocess.DEVNULL)
    try:
        address = f"http://127.0.0.1:{port}"
        for _ in range(600):
            try:
                httpx.get(f"{address}/api/openapi.json")
                break
            except httpx.ConnectError:
                time.sleep(0.1)
        yield address
    finally:
        server.terminate()
        server.wait()


def make_books(folder: Path) -> Books:
    """Books with the sample catalogue, and a key for who asks."""
    url = str(folder / "books.db")
    with open_ledger(url) as ledger:
        stocked = [Stocked(f"p{place}", place, product, _NOW) for place, product in enumerate(goods(), 1)]
        ledger.transact(lambda journal: journal.stock.put(stocked))
        life = timedelta(days=1)
        _, key = make_key(ledger, "default", "bench", Role.OWNER, life, at=_NOW, actor="bench", draw=_draw)
    said = {"DATABASE_URL": url, "SHELF_URL": str(folder / "shelf"), "OPEN_BATCHES": "100000", "ORDERS": "1000000"}
    return Books({**os.environ, **{f"LEDGERFLOW_{name}": value for name, value in said.items()}}, key)


def exports(books: Books) -> None:
    """A hundred packed invoices, taken a hundred times."""
    with served(books) as address, books.client(address) as client:
        id = client.post("/api/batches", json={"config": _config(100, 1)}).json()["id"]
        while client.get(f"/api/batches/{id}").json()["status"] in ("queued", "running"):
            time.sleep(0.2)
        times, firsts = [], []
        for _ in range(EXPORTS):
            begun = time.perf_counter()
            with client.stream("GET", f"/api/batches/{id}/export") as answer:
                blocks = answer.iter_raw()
                size = len(next(blocks))
                firsts.append(time.perf_counter() - begun)
                size += sum(map(len, blocks))
            times.append(time.perf_counter() - begun)
    p95, first = (1000 * sorted(some)[int(EXPORTS * 0.95)] for some in (times, firsts))
    detail = f"of {EXPORTS} exports of {size / 2**20:.1f} MiB; median {1000 * sorted(times)[EXPORTS // 2]:.0f} ms"
    record("export_100_p95_ms", p95, "under 1000", met=p95 < 1000, detail=detail)
    record("export_100_first_byte_p95_ms", first, "under 100", met=first < 100)


def orders(books: Books) -> None:
    """Batches of ten invoices ordered at a steady rate, each timed from the moment at which it was due."""
    with served(books, "--no-worker") as address, books.client(address) as client:
        for seed in range(20):
            _order(client, seed, time.perf_counter())
        begun = time.perf_counter()
        with ThreadPoolExecutor(CLIENTS) as crowd:
            due = [(1000 + turn, begun + turn / RATE) for turn in range(RATE * SECONDS)]
            times = sorted(crowd.map(lambda one: _order(client, *one), due))
    p99 = 1000 * times[int(len(times) * 0.99)]
    detail = f"of {len(times)} orders at {RATE} a second; median {1000 * times[len(times) // 2]:.0f} ms"
    record("order_10_p99_ms", p99, "under 300", met=p99 < 300, detail=detail)


def _order(client: httpx.Client, seed: int, due: float) -> float:
    time.sleep(max(0.0, due - time.perf_counter()))
    answer = client.post("/api/batches", json={"config": _config(10, seed)})
    assert answer.status_code == 202, answer.text
    return time.perf_counter() - due


def _config(count: int, seed: int) -> dict[str, object]:
    return {**_DEMONSTRATION, "count": count, "seed": seed}


def _draw() -> str:
    return token_urlsafe(32)


_DEMONSTRATION = demonstration(10, 5).model_dump(mode="json")

if __name__ == "__main__":
    for measured in (exports, orders):
        with tempfile.TemporaryDirectory() as home:
            measured(make_books(Path(home)))
