"""A server as users start it, in a process of its own, and people who come in at its door."""

import os
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from ledgerflow.admission.users import invite_operator, invite_user, take_up_invitation
from ledgerflow.api.house import draw_secret, now
from ledgerflow.identity.roles import INSTALLATION, Role
from ledgerflow.intake.catalogue_sheet import read_catalogue
from ledgerflow.issuing.ports import Journal
from ledgerflow.issuing.stocking import Stocked
from ledgerflow.store.opening import open_ledger

ROOT = Path(__file__).parents[2]
PASSWORD = "seven green umbrellas"
_SERVE = "from ledgerflow.cli import main; main()"


@dataclass(frozen=True, slots=True)
class Door:
    """Where a server listens, and the process that it is."""

    url: str
    port: int
    process: subprocess.Popen[bytes]

    def client(self, **facts: object) -> httpx.Client:
        """Somebody at the door."""
        return httpx.Client(base_url=self.url, timeout=30, **facts)  # type: ignore[arg-type]  # as httpx has them

    def line(self) -> socket.socket:
        """A line on which nothing has been said."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=20)

    def sign_in(self, client: httpx.Client, role: Role) -> httpx.Response:
        """Signs in as the user of that role; the client bears the token from then on."""
        tenant = INSTALLATION if role is Role.OPERATOR else "default"
        said = {"tenant": tenant, "email": address(role), "password": PASSWORD}
        answer = client.post("/api/auth/sign-in", json=said)
        if answer.status_code == 200:
            client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        return answer


def address(role: Role) -> str:
    """Who has that role."""
    return f"{role.value}@ledgerflow.example"


def people_enter(database: str) -> None:
    """One user of each role, and some goods, in new books."""
    Path(database).write_bytes(_books())


@cache
def _books() -> bytes:
    with TemporaryDirectory() as folder:
        made = Path(folder) / "ledger.db"
        _enter(str(made))
        return made.read_bytes()


def _enter(database: str) -> None:
    at = now()
    for tenant, roles in ((INSTALLATION, [Role.OPERATOR]), ("default", [one for one in Role if one != "operator"])):
        with open_ledger(database, tenant) as ledger:
            for role in roles:
                name = role.value.title()
                if role is Role.OPERATOR:
                    _, secret = invite_operator(ledger, address(role), name, at=at, actor="test", draw=draw_secret)
                else:
                    _, secret = invite_user(ledger, address(role), name, role, at=at, actor="test", draw=draw_secret)
                take_up_invitation(ledger, secret, PASSWORD, at=at)
            if tenant == "default":
                goods = read_catalogue((ROOT / "examples" / "catalogue.xlsx").read_bytes()).products
                stocked = [Stocked(f"p{place}", place, one, at) for place, one in enumerate(goods, 1)]
                ledger.transact(partial(_stock, stocked))


def _stock(stocked: Sequence[Stocked], journal: Journal) -> None:
    journal.stock.put(stocked)


@contextmanager
def opened(
    folder: Path, *options: str, database: str = "", settings: Mapping[str, str] = {}, scheme: str = "http"
) -> Iterator[Door]:
    """A server, until it is left."""
    port = free_port()
    surroundings = {
        **os.environ,
        "LEDGERFLOW_DATABASE_URL": database or str(folder / "ledger.db"),
        "LEDGERFLOW_SHELF_URL": str(folder / "shelf"),
        **{f"LEDGERFLOW_{name.upper()}": value for name, value in settings.items()},
    }
    words = options if "--worker" in options else (*options, "--no-worker")
    command = [sys.executable, "-c", _SERVE, "serve", "--port", str(port), *words]
    with (folder / f"server-{port}.log").open("wb") as log:
        process = subprocess.Popen(command, env=surroundings, stdout=log, stderr=log)
    try:
        _wait(scheme, port, process, folder / f"server-{port}.log")
        yield Door(f"{scheme}://127.0.0.1:{port}", port, process)
    finally:
        process.terminate()
        try:
            process.wait(40)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_port() -> int:
    """A port at which nobody listens."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _wait(scheme: str, port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    end = time.monotonic() + 60
    while time.monotonic() < end and process.poll() is None:
        try:
            if httpx.get(f"{scheme}://127.0.0.1:{port}/healthz", verify=context).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError(log.read_text("utf-8")[-3000:])


__all__ = ("PASSWORD", "Door", "address", "free_port", "opened", "people_enter")
