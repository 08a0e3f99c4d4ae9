"""Whether the server says that it can be sent requests."""

import time
from pathlib import Path

import psycopg
from tests.security.door import Door, opened, people_enter

from ledgerflow.identity.roles import Role


def status(door: Door, path: str) -> int:
    with door.client() as client:
        return client.get(path).status_code


def test_a_server_that_is_told_to_end_says_so_first(tmp_path: Path) -> None:
    """Whoever sends it requests hears that it is not ready, while it still serves; then it ends by itself."""
    people_enter(str(tmp_path / "ledger.db"))
    with opened(tmp_path, settings={"drain_seconds": "2"}) as door:
        assert status(door, "/readyz") == 200
        door.process.terminate()
        time.sleep(0.3)
        with door.client() as client:
            answer = client.get("/readyz")
            assert answer.status_code == 503
            assert "Retry-After" in answer.headers
            assert client.get("/healthz").status_code == 200
            assert door.sign_in(client, Role.OWNER).status_code == 200
        assert door.process.wait(20) == 0


def test_without_its_database_a_server_lives_and_is_not_ready(tmp_path: Path, postgresql: str) -> None:
    from urllib.parse import urlsplit

    name = f"ready_{tmp_path.name[-8:]}".lower().replace("-", "_")
    url = urlsplit(postgresql)._replace(path=f"/{name}").geturl()
    with psycopg.connect(postgresql, autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"'.encode())
        with opened(tmp_path, database=url) as door:
            assert status(door, "/readyz") == 200
            admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())
            time.sleep(1.1)
            assert status(door, "/healthz") == 200
            with door.client() as client:
                answer = client.get("/readyz")
                assert answer.status_code == 503
                assert answer.headers["Content-Type"] == "application/problem+json"
