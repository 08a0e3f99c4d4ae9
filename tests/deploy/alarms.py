"""A real Prometheus over a real server: both of their own processes, with the rules as they are shipped."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from socket import socket
from typing import TypeVar

import httpx
import yaml
from benchmarks.serving import Books, make_books
from tests.api.offices import wanted
from tests.deploy.watchtower import PROMETHEUS, program
from tests.faults.crews import COMMAND, ROOT, STRANGER

T = TypeVar("T")

TOKEN = "a-token-of-sixteen-letters-and-more"


@dataclass
class Business:
    """Whoever orders of a server, and looks after it."""

    books: Books
    folder: Path
    port: int
    server: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def serve(self, strange: str) -> None:
        """Starts the server, whose pages in the format of a stranger fail as told."""
        surroundings = {**self.books.surroundings, "STRANGE_PAGES": strange}
        with (self.folder / "server.log").open("ab") as log:
            command = [*COMMAND, "serve", "--port", str(self.port)]
            self.server = subprocess.Popen(command, cwd=ROOT, env=surroundings, stdout=log, stderr=log)
        until(lambda: _answers(f"{self.address}/healthz"), 60, "the server answers")

    def stop(self) -> None:
        """Ends it politely."""
        if self.server is not None:
            self.server.terminate()
            self.server.wait(60)
            self.server = None

    def hang_up(self) -> None:
        """Has it read its configuration anew."""
        assert self.server is not None
        self.server.send_signal(signal.SIGHUP)

    def order(self, count: int, form: str, template: str = "") -> str:
        """A batch that is ordered, by its id."""
        config = wanted(count, seed=time.monotonic_ns() % 10**6)
        if template:
            shop = {"key": "shop", "strategy": "none", "share": 1, "series": {"invoice": template}}
            config["business"] = {"name": "Tea", "establishments": [shop]}
        with self.books.client(self.address) as client:
            answer = client.post("/api/batches", json={"config": config, "formats": [form]})
        assert answer.status_code == 202, answer.text
        return str(answer.json()["id"])

    def ended(self, id: str) -> str:
        """How a batch ended."""
        with self.books.client(self.address) as client:

            def status() -> str:
                said = client.get(f"/api/batches/{id}").json()["status"]
                return "" if said in ("queued", "running") else str(said)

            return until(status, 120, f"batch {id} ends")

    def make(self, count: int, form: str, template: str = "") -> tuple[str, str]:
        """A batch that is ordered and made: its id, and how it ended."""
        id = self.order(count, form, template)
        return id, self.ended(id)

    def run(self, *words: str) -> tuple[int, str]:
        """A command, as the runbook has it: its exit status, and what it said."""
        done = subprocess.run(
            [*COMMAND, *words], cwd=ROOT, env=self.books.surroundings, capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout + done.stderr

    def series(self) -> set[str]:
        """The names of whatever the server tells."""
        answer = httpx.get(f"{self.address}/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        assert answer.status_code == 200, answer.text
        return set(re.findall(r"^([a-zA-Z_:]\w*)[{ ]", answer.text, re.MULTILINE))


@dataclass
class Prometheus:
    """What it says; `seen` is when each alert was first found firing, and when first no more, in seconds."""

    address: str
    seen: dict[str, list[float]] = field(default_factory=dict)
    begun: float = field(default_factory=time.monotonic)

    def ask(self, expr: str) -> list[Mapping[str, object]]:
        """The series that answer now."""
        said = httpx.get(f"{self.address}/api/v1/query", params={"query": expr}, timeout=10).json()
        assert said["status"] == "success", said
        return list(said["data"]["result"])

    def firing(self) -> dict[str, Mapping[str, Mapping[str, str]]]:
        """The alerts that fire now, by name."""
        told = httpx.get(f"{self.address}/api/v1/alerts", timeout=10).json()["data"]["alerts"]
        now = {one["labels"]["alertname"]: one for one in told if one["state"] == "firing"}
        at = time.monotonic() - self.begun
        for name in now.keys() - self.seen.keys():
            self.seen[name] = [at]
        for name, times in self.seen.items():
            if name not in now and len(times) == 1:
                times.append(at)
        return now

    def until_firing(self, name: str, seconds: float) -> Mapping[str, Mapping[str, str]]:
        """The alert, as soon as it fires."""
        return until(lambda: self.firing().get(name), seconds, f"{name} fires")

    def until_over(self, name: str, seconds: float) -> None:
        """Waits until it does not fire any more."""
        until(lambda: name not in self.firing(), seconds, f"{name} is over")


@contextmanager
def business(folder: Path) -> Iterator[Business]:
    """Books with a catalogue, whose server knows the format of a stranger; it is started by whoever enters."""
    (folder / "config").mkdir()
    (folder / "scrape.token").write_text(TOKEN)
    books = make_books(folder)
    path = os.pathsep.join(filter(None, (str(STRANGER), os.environ.get("PYTHONPATH", ""))))
    books.surroundings.update(
        PYTHONPATH=path,
        LEDGERFLOW_SCRAPE_TOKEN_FILE=str(folder / "scrape.token"),
        LEDGERFLOW_CONFIG_DIR=str(folder / "config"),
    )
    one = Business(books, folder, _port())
    try:
        yield one
    finally:
        one.stop()


@contextmanager
def prometheus(folder: Path, target: int) -> Iterator[Prometheus]:
    """Started with what is shipped: of `prometheus.yml` only the target, and how often it is asked, are others."""
    home = folder / "prometheus"
    shutil.copytree(PROMETHEUS, home)
    (home / "scrape.token").write_text(TOKEN)
    config = yaml.safe_load((home / "prometheus.yml").read_text("utf-8"))
    config["global"] = {"scrape_interval": "2s", "scrape_timeout": "2s", "evaluation_interval": "15s"}
    config["scrape_configs"][0]["static_configs"] = [{"targets": [f"127.0.0.1:{target}"]}]
    (home / "prometheus.yml").write_text(yaml.safe_dump(config), "utf-8")
    port = _port()
    words = (f"--config.file={home}/prometheus.yml", f"--storage.tsdb.path={home}/data")
    listen = f"--web.listen-address=127.0.0.1:{port}"
    with (folder / "prometheus.log").open("wb") as log:
        process = subprocess.Popen([program("prometheus"), *words, listen], stdout=log, stderr=log, cwd=home)
    try:
        tower = Prometheus(f"http://127.0.0.1:{port}")
        until(lambda: _answers(f"{tower.address}/-/ready"), 60, "Prometheus is ready")
        yield tower
    finally:
        process.terminate()
        process.wait(60)


def until(look: Callable[[], T | None], seconds: float, what: str) -> T:
    """What is seen, as soon as it is anything."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if seen := look():
            return seen
        time.sleep(0.5)
    raise AssertionError(f"not in {seconds} s: {what}")


def say(words: str) -> None:
    """For whoever waits."""
    print(f"{time.strftime('%H:%M:%S')} {words}", flush=True, file=sys.stderr)


def _answers(address: str) -> bool:
    try:
        return httpx.get(address, timeout=5).status_code == 200
    except httpx.TransportError:
        return False


def _port() -> int:
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
