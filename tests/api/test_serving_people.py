"""A server that runs, and the command line beside it: the first owner comes in, and keys rotate under their tokens."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

PROGRAM = (sys.executable, "-c", "from ledgerflow.cli import main; main()")
WORDS = "four words of no sense"


@dataclass(frozen=True)
class Served:
    """Where it is served, its books, and what it said when it began."""

    client: httpx.Client
    books: str
    said: str

    def tells(self, *command: str) -> str:
        """What a command says that is run beside it."""
        run = subprocess.run([*PROGRAM, *command, "--database", self.books], capture_output=True, text=True, check=True)
        return run.stdout.strip()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    books = str(folder / "books.db")
    command = [*PROGRAM, "serve", "--no-worker", "--port", str(port), "--database", books]
    told = folder / "told"
    with told.open("w") as err:
        server = subprocess.Popen(
            command, stderr=err, env={**os.environ, "LEDGERFLOW_SHELF_URL": str(folder / "shelf")}
        )
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
        try:
            _wait_for(client, server)
            yield Served(client, books, told.read_text())
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(40)


def _wait_for(client: httpx.Client, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while server.poll() is None and time.monotonic() < until:
        try:
            client.get("/api/auth/keys")
            return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError("the server did not begin to answer")


def signed_in(served: Served, secret: str, email: str, tenant: str) -> dict[str, str]:
    said = {"tenant": tenant, "secret": secret, "password": WORDS}
    assert served.client.post("/api/auth/invitation", json=said).status_code == 204
    entering = {"tenant": tenant, "email": email, "password": WORDS}
    token: dict[str, str] = served.client.post("/api/auth/sign-in", json=entering).json()
    return token


def test_the_first_owner_comes_in_by_the_link_that_the_server_prints_and_keys_rotate_beside_it(served: Served) -> None:
    [(tenant, secret)] = re.findall(r"/invitation#tenant=(\S+)&secret=(\S+)", served.said)
    token = signed_in(served, secret, "owner@ledgerflow.example", tenant)
    bearer = {"Authorization": f"Bearer {token['access_token']}"}
    before = [key["kid"] for key in served.client.get("/api/auth/keys").json()["keys"]]
    made = served.tells("keys", "rotate")
    assert [key["kid"] for key in served.client.get("/api/auth/keys").json()["keys"]] == [made, *before]
    assert served.client.get("/api/users/me", headers=bearer).json()["role"] == "owner"
    turned = served.client.post("/api/auth/refresh", headers={"X-CSRF-Token": token.get("csrf", "")})
    bearer = {"Authorization": f"Bearer {turned.json()['access_token']}"}
    assert served.client.get("/api/users/me", headers=bearer).json()["tenant"] == tenant


def test_a_tenant_that_the_command_line_enters_is_there_at_once_and_sees_nothing_of_others(served: Served) -> None:
    path = served.tells("tenants", "create", "bakery", "--email", "bina@bakery.example")
    token = signed_in(served, path.rpartition("=")[2], "bina@bakery.example", "bakery")
    bearer = {"Authorization": f"Bearer {token['access_token']}"}
    users = served.client.get("/api/users", headers=bearer).json()["items"]
    assert [user["email"] for user in users] == ["bina@bakery.example"]
