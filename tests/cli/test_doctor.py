"""`ledgerflow doctor`: each fault is caused for real, found, and told with what to do."""

import json
import os
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.faults.clusters import running_cluster

from ledgerflow.identity.roles import INSTALLATION
from ledgerflow.issuing.vigil import begin_vigil, note_chains, note_heads
from ledgerflow.store.opening import open_ledger
from ledgerflow.store.pulse import FilePulse
from ledgerflow.store.schema import REVISIONS, downgrade, upgrade

COMMAND = (sys.executable, "-c", "from ledgerflow.cli import main; main()")


class Site:
    """An installation in a folder, and what its doctor says."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database = str(folder / "ledger.db")
        self.surroundings = {
            "LEDGERFLOW_DATABASE_URL": self.database,
            "LEDGERFLOW_SHELF_URL": str(folder / "shelf"),
            "LEDGERFLOW_CONFIG_DIR": str(folder / "config"),
        }
        (folder / "config").mkdir()

    def run(self, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
        surroundings = {**os.environ, **self.surroundings, **more}
        command = [*COMMAND, "doctor", *words]
        return subprocess.run(command, env=surroundings, capture_output=True, text=True, check=False, timeout=60)

    def found(self, **more: str) -> dict[str, dict[str, object]]:
        """Each part, and what was found; the status says whether all is well."""
        run = self.run("--json", **more)
        said = json.loads(run.stdout)
        assert run.returncode == (0 if said["ok"] else 1), run.stderr
        assert said["ok"] == all(part["ok"] for part in said["parts"])
        return {part["part"]: part for part in said["parts"]}

    def faults(self, **more: str) -> dict[str, object]:
        """The codes of what is at fault, by part; each with what to do."""
        at_fault = {name: part for name, part in self.found(**more).items() if not part["ok"]}
        assert all(part["advice"] for part in at_fault.values())
        return {name: part["code"] for name, part in at_fault.items()}


@contextmanager
def changing(database: str) -> Iterator[sqlite3.Connection]:
    """The books, for somebody who goes past the program."""
    with closing(sqlite3.connect(database)) as books, books:
        yield books


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """All is well: there are books, and a worker is alive."""
    made = Site(tmp_path)
    with open_ledger(made.database):
        pass
    worker = FilePulse(made.database, "worker")
    yield made
    worker.stop()


@contextmanager
def listening(answer: bytes) -> Iterator[int]:
    """A server that answers everything so, at a port."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            try:
                while True:
                    line, _ = server.accept()
                    with line:
                        line.recv(4096)
                        line.sendall(answer)
            except OSError:
                return

        thread = threading.Thread(target=serve)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
    thread.join()


@pytest.mark.requirement("FR-8.6")
def test_all_is_well(site: Site, redis: str) -> None:
    with listening(b"PONG\0") as port:
        run = site.run(LEDGERFLOW_REDIS_URL=redis, LEDGERFLOW_CLAMD_URL=f"tcp://127.0.0.1:{port}")
    assert run.returncode == 0, run.stdout
    assert "All is well." in run.stdout
    parts = {line.split()[0]: line.split()[1] for line in run.stdout.splitlines()[:-1]}
    assert parts.keys() == {
        "database", "migrations", "clock", "workers", "keys", "configuration", "audit", "shelf", "redis", "clamav",
        "fonts", "tables",
    }  # fmt: skip
    assert set(parts.values()) == {"ok"}
    assert sorted(path.name for path in (site.folder / "shelf").rglob("*") if path.is_file()) == []


def test_faults_are_told_to_a_person_with_what_to_do(site: Site) -> None:
    run = site.run(LEDGERFLOW_REDIS_URL="redis://:hunter2@127.0.0.1:9")
    assert run.returncode == 1
    assert "FAULT  The Redis in reserve does not answer" in run.stdout
    assert "→ Start it, or correct LEDGERFLOW_REDIS_URL" in run.stdout
    assert "1 fault(s)." in run.stdout
    assert "hunter2" not in run.stdout


def test_where_there_are_no_books_none_are_made(tmp_path: Path) -> None:
    site = Site(tmp_path)
    found = site.faults()
    assert (found["database"], found["migrations"]) == ("health.database", "health.database")
    assert not Path(site.database).exists()


def test_books_that_are_behind(site: Site) -> None:
    downgrade(site.database, REVISIONS[-2])
    assert site.faults() == {"migrations": "health.books_behind"}
    upgrade(site.database)
    with changing(site.database) as books:
        books.execute("UPDATE alembic_version SET version_num = '9999'")
    assert site.faults()["migrations"] == "health.books_ahead"


@pytest.mark.requirement("FR-8.6")
def test_each_fault_is_found_among_others(tmp_path: Path) -> None:
    """Nobody works, a trigger is gone, a key is torn, a file is wrong, Redis and ClamAV are silent, the shelf is none,
    and a package stands before that of the fonts, and has none."""
    site = Site(tmp_path)
    with open_ledger(site.database, INSTALLATION):
        pass
    with changing(site.database) as books:
        books.execute("DROP TRIGGER audit_refuses_delete")
        row = (INSTALLATION, "one", '{"kty": "OKP"}', "2026-11-25T00:00:00+00:00", "")
        books.execute("INSERT INTO signing_keys (tenant, id, jwk, created_at, retired_at) VALUES (?, ?, ?, ?, ?)", row)
    (tmp_path / "config" / "limits.yaml").write_text("open_batches: many\n")
    (tmp_path / "file").write_text("no folder")
    (tmp_path / "before" / "fontpkg_ibm_plex_mono").mkdir(parents=True)
    (tmp_path / "before" / "fontpkg_ibm_plex_mono" / "__init__.py").write_text("")
    found = site.faults(
        LEDGERFLOW_REDIS_URL="redis://127.0.0.1:9",
        LEDGERFLOW_CLAMD_URL="tcp://127.0.0.1:9",
        LEDGERFLOW_SHELF_URL=str(tmp_path / "file"),
        PYTHONPATH=os.pathsep.join(filter(None, (str(tmp_path / "before"), os.environ.get("PYTHONPATH", "")))),
    )
    assert found == {
        "workers": "health.no_worker",
        "tables": "health.drift",
        "keys": "health.keys_unreadable",
        "configuration": "health.configuration",
        "redis": "health.redis",
        "clamav": "health.clamav",
        "shelf": "health.shelf",
        "fonts": "health.fonts",
    }


def test_audit_trails_that_do_not_hold_or_whose_ends_are_old(site: Site) -> None:
    long_ago = datetime(2026, 1, 1, tzinfo=UTC)
    with open_ledger(site.database, INSTALLATION) as installation:
        begin_vigil(installation, at=long_ago, actor="test")
        note_heads(installation, at=long_ago, actor="test")
        assert site.faults() == {"audit": "health.heads_old"}
        note_chains(installation, ["shop"], at=long_ago, actor="test")
    found = site.found()["audit"]
    assert (found["state"], found["code"]) == ("down", "health.chain_broken")
    assert "shop" in str(found["reason"])


def test_what_answers_otherwise_than_a_scanner_or_a_redis(site: Site) -> None:
    with listening(b"what?\0") as port:
        found = site.faults(LEDGERFLOW_CLAMD_URL=f"tcp://127.0.0.1:{port}", LEDGERFLOW_REDIS_URL="unix:///nowhere.sock")
    assert found == {"clamav": "health.clamav", "redis": "health.redis"}


@pytest.mark.skipif(not Path("/dev/full").exists() or os.geteuid() != 0, reason="a file system of one's own")
def test_a_shelf_without_room(site: Site) -> None:
    """One that holds less than the shelf leaves to others."""
    small = site.folder / "small"
    small.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(small)]
    if subprocess.run(mounting, capture_output=True, check=False).returncode:
        pytest.skip("nothing may be mounted here")
    try:
        assert site.faults(LEDGERFLOW_SHELF_URL=str(small)) == {"shelf": "health.shelf_full"}
    finally:
        subprocess.run(["umount", str(small)], check=True)


def ahead(by: str) -> dict[str, str]:
    """A clock that is ahead."""
    import libfaketime  # there is none but on Linux

    library = Path(libfaketime.__file__).parent / "vendor" / "libfaketime" / "src" / "libfaketime.so.1"
    return {"LD_PRELOAD": str(library), "FAKETIME": by, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}


@pytest.mark.skipif(sys.platform != "linux", reason="libfaketime is made for Linux here")
def test_a_database_that_is_gone_and_clocks_that_differ(tmp_path: Path) -> None:
    site = Site(tmp_path)
    with running_cluster() as cluster:
        site.surroundings["LEDGERFLOW_DATABASE_URL"] = cluster.url
        upgrade(cluster.url)
        assert site.faults() == {"workers": "health.no_worker"}
        found = site.found(**ahead("+90s"))["clock"]
        assert found["code"] == "health.clocks_apart", found
        assert "90 seconds" in str(found["reason"])
        cluster.stop("fast")
        found_then = site.faults()
    assert found_then["database"] == "health.database"
    assert found_then["migrations"] == "health.database"
