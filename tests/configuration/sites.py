"""An installation of real processes over one database and one folder of configuration, and keys to come in with."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import uvicorn

from ledgerflow.admission.machines import make_key
from ledgerflow.api.app import make_app
from ledgerflow.api.house import House
from ledgerflow.identity.roles import INSTALLATION, Role
from ledgerflow.store.opening import open_ledger

ROOT = Path(__file__).parents[2]
_BEFORE = datetime(2026, 1, 1, tzinfo=UTC)
COMMAND = (sys.executable, "-c", "from ledgerflow.cli import main; main()")


def free_port() -> int:
    """A port of this machine that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def key_for(database: str, role: Role, tenant: str = "default") -> dict[str, str]:
    """The header by which a machine of that role comes in."""
    whose = INSTALLATION if role is Role.OPERATOR else tenant
    with open_ledger(database, whose) as ledger:
        life = timedelta(days=36_500)
        _, words = make_key(
            ledger, whose, "test", role, life, at=_BEFORE, actor="test", draw=lambda: os.urandom(24).hex()
        )
    return {"Authorization": f"Bearer {words}"}


@contextmanager
def answering(house: House) -> Iterator[httpx.Client]:
    """A client of a house whose door is open, in a thread of this process."""
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(make_app(house), port=port, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        until(lambda: server.started, 30, "the server answers")
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            yield client
    finally:
        server.should_exit = True
        thread.join()


def until(is_so: Callable[[], bool], seconds: float, what: str) -> float:
    """Waits until something is so, and says how long that took."""
    begun = time.monotonic()
    while not is_so():
        assert time.monotonic() - begun < seconds, f"not within {seconds} s: {what}"
        time.sleep(0.02)
    return time.monotonic() - begun


@dataclass
class Process:
    """A command that runs, and what it said."""

    running: subprocess.Popen[bytes]
    log: Path

    def lines(self) -> list[dict[str, object]]:
        """Its log, line by line."""
        said = self.log.read_text("utf-8").splitlines()
        return [json.loads(line) for line in said if line.startswith("{")]

    def version(self) -> object:
        """The version of the configuration that it last said to have in force."""
        told = [line["version"] for line in self.lines() if "version" in line]
        return told[-1] if told else None


@dataclass
class Site:
    """Where everything is."""

    folder: Path
    processes: list[Process] = field(default_factory=list)
    clients: list[httpx.Client] = field(default_factory=list)

    @property
    def database(self) -> str:
        return str(self.folder / "ledger.db")

    @property
    def configuration(self) -> Path:
        return self.folder / "config"

    def write(self, **files: str) -> None:
        """The files of the configuration, each replaced as a whole."""
        self.configuration.mkdir(exist_ok=True)
        for name, text in files.items():
            new = self.configuration / f"{name}.new"
            new.write_text(text, "utf-8")
            new.replace(self.configuration / f"{name}.yaml")

    def start(self, *words: str) -> Process:
        """A command of the program, with this site around it."""
        self.configuration.mkdir(exist_ok=True)
        log = self.folder / f"{len(self.processes)}.log"
        surroundings = {
            **os.environ,
            "LEDGERFLOW_DATABASE_URL": self.database,
            "LEDGERFLOW_SHELF_URL": str(self.folder / "shelf"),
            "LEDGERFLOW_CONFIG_DIR": str(self.configuration),
        }
        with log.open("wb") as said:
            running = subprocess.Popen([*COMMAND, *words], cwd=ROOT, env=surroundings, stdout=said, stderr=said)
        self.processes.append(Process(running, log))
        return self.processes[-1]

    def serve(self, *words: str) -> tuple[Process, httpx.Client]:
        """A server that answers, and a client of it."""
        port = free_port()
        process = self.start("serve", "--port", str(port), *words)
        client = self.client(f"http://127.0.0.1:{port}")

        def answers() -> bool:
            assert process.running.poll() is None, process.log.read_text("utf-8")
            try:
                return client.get("/api/openapi.json").status_code == 200
            except httpx.TransportError:
                return False

        until(answers, 60, "the server answers")
        return process, client

    def client(self, address: str) -> httpx.Client:
        """One who asks a server."""
        self.clients.append(httpx.Client(base_url=address, timeout=30))
        return self.clients[-1]

    def work(self) -> Process:
        """A worker that is ready."""
        process = self.start("worker")
        until(lambda: any(line["event"] == "worker_ready" for line in process.lines()), 60, "the worker is ready")
        return process

    def close(self) -> None:
        """Ends whatever runs."""
        for client in self.clients:
            client.close()
        for process in self.processes:
            process.running.terminate()
        for process in self.processes:
            try:
                process.running.wait(40)
            except subprocess.TimeoutExpired:
                process.running.kill()
                process.running.wait()
