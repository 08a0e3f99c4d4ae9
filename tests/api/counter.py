"""A real server for the tests of products and uploads: a process of its own, on its own books, without a worker."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import socket

import httpx

from ledgerflow.store.ledger import DatabaseLedger
from ledgerflow.store.opening import open_ledger

_MAIN = "from ledgerflow.cli import main; main()"
LENIENT = {"LEDGERFLOW_UPLOADS": "1000", "LEDGERFLOW_ORDERS": "100000"}  # a test is quicker than a person
_OWNER, _PASSWORD = "owner@ledgerflow.example", "correct horse battery"


@dataclass(frozen=True, slots=True)
class Served:
    """A server: `client` is signed in as an owner; `scratch` is where its temporary files go."""

    client: httpx.Client
    ledger: DatabaseLedger
    shelf: Path
    scratch: Path
    process: int

    def shelved(self) -> list[str]:
        """All that lies on its shelf."""
        return [str(path.relative_to(self.shelf)) for path in self.shelf.rglob("*") if path.is_file()]

    def cpu_seconds(self) -> float:
        """What it has worked until now."""
        fields = Path(f"/proc/{self.process}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def serving(folder: Path, more: Mapping[str, str] | None = None) -> Iterator[Served]:
    """A server until it is left."""
    scratch, shelf, database = folder / "scratch", folder / "shelf", folder / "books.db"
    scratch.mkdir(parents=True)
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = {"LEDGERFLOW_DATABASE_URL": str(database), "LEDGERFLOW_SHELF_URL": str(shelf), "TMPDIR": str(scratch)}
    command = [sys.executable, "-c", _MAIN, "serve", "--port", str(port), "--no-worker"]
    log = folder / "log"
    with log.open("wb") as file:
        process = subprocess.Popen(command, env={**os.environ, **own, **LENIENT, **(more or {})}, stderr=file)
    try:
        secret = _secret(log, process)
        with (
            httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client,
            open_ledger(str(database)) as ledger,
        ):
            _sign_in(client, secret)
            yield Served(client, ledger, shelf, scratch, process.pid)
    finally:
        process.terminate()
        process.wait(30)


def _secret(log: Path, process: "subprocess.Popen[bytes]") -> str:
    for _ in range(600):
        said = log.read_text()
        if "serving" in said and (found := re.search(r"secret=(\S+)", said)):
            return found[1]
        if process.poll() is not None:
            break
        time.sleep(0.1)
    raise AssertionError(log.read_text())


def _sign_in(client: httpx.Client, secret: str) -> None:
    for _ in range(100):
        try:
            client.get("/api/openapi.json")
            break
        except httpx.ConnectError:
            time.sleep(0.1)
    client.post("/api/auth/invitation", json={"secret": secret, "password": _PASSWORD}).raise_for_status()
    answer = client.post("/api/auth/sign-in", json={"email": _OWNER, "password": _PASSWORD})
    client.headers["Authorization"] = f"Bearer {answer.raise_for_status().json()['access_token']}"
