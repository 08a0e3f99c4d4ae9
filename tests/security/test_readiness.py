"""Whether the server says that it can be sent requests."""

import sqlite3
import time
from contextlib import closing
from pathlib import Path

import psycopg
from tests.configuration.sites import until
from tests.faults.clusters import running_cluster
from tests.security.door import Door, opened, people_enter

from ledgerflow.identity.roles import Role
from ledgerflow.store.schema import HEAD, REVISIONS, downgrade, upgrade


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


def reason(door: Door) -> str:
    """Why it is not ready; empty where it is."""
    with door.client() as client:
        answer = client.get("/readyz")
    return "" if answer.status_code == 200 else str(answer.json()["detail"])


def test_a_server_is_ready_again_when_its_database_is(tmp_path: Path) -> None:
    """PostgreSQL is stopped and started, its books are taken back, and somebody migrates them."""
    with running_cluster() as cluster, opened(tmp_path, database=cluster.url) as door:
        assert reason(door) == ""
        cluster.stop("fast")
        until(lambda: "database" in reason(door), 5, "it says that its database is away")
        assert status(door, "/healthz") == 200
        cluster.start()
        until(lambda: reason(door) == "", 5, "it is ready again")

        downgrade(cluster.url, REVISIONS[-2])
        until(lambda: "another revision" in reason(door), 5, "it says that the books are behind")
        upgrade(cluster.url)
        until(lambda: reason(door) == "", 5, "it is ready again")

        with psycopg.connect(cluster.url) as migrating:
            migrating.execute("SELECT pg_advisory_xact_lock(%s)", (0x1ED6E2,))
            until(lambda: "migrated" in reason(door), 5, "it says that the books are migrated")
        until(lambda: reason(door) == "", 5, "it is ready again")
        assert "127.0.0.1" not in reason(door)


def test_books_of_a_newer_program_are_not_served(tmp_path: Path) -> None:
    people_enter(str(tmp_path / "ledger.db"))
    with opened(tmp_path) as door:
        with closing(sqlite3.connect(tmp_path / "ledger.db")) as books, books:
            books.execute("UPDATE alembic_version SET version_num = '9999'")
        until(lambda: "another revision" in reason(door), 5, "it says that the books are of another program")
        with closing(sqlite3.connect(tmp_path / "ledger.db")) as books, books:
            books.execute("UPDATE alembic_version SET version_num = ?", (HEAD,))
        until(lambda: reason(door) == "", 5, "it is ready again")
