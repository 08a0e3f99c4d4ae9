"""The database, looked at from outside: whether it answers, of which revision it is, whether somebody migrates it, what
its clock says, and how many workers are alive. Nothing is made, and no lock is taken that others wait for.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Lock

from sqlalchemy import Connection, Engine, text

from ledgerflow.store.database import LedgerUnreachable, open_engine, reaching, reading, sqlite_path
from ledgerflow.store.pulse import ALIVE, is_file_held
from ledgerflow.store.schema import MIGRATING, revision_of

_BRIEFLY = text("SET LOCAL statement_timeout = '2s'")
_REVISION = text("SELECT version_num FROM alembic_version")
_THERE = text("SELECT to_regclass('alembic_version')")
_LOCKED = text(
    "SELECT clock_timestamp(), (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = 0"
    " AND objid = :lock AND objsubid = 1 AND database = (SELECT oid FROM pg_database"
    " WHERE datname = current_database()))"
)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a database said. `clock` is None for a file, which has none of its own; `revision` where there are no
    books."""

    revision: str | None
    is_migrating: bool
    clock: datetime | None
    seconds: float


class Probe:
    """Keeps a connection to ask over."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._path = sqlite_path(url)
        self._kept: Engine | None = None
        self._turn = Lock()

    def close(self) -> None:
        """Lets go of the connection."""
        if self._kept is not None:
            self._kept.dispose()
            self._kept = None

    def ask(self) -> Seen:
        """Raises LedgerUnreachable."""
        begun = time.monotonic()
        if self._path is not None:
            if not Path(self._path).is_file():
                raise LedgerUnreachable(reason=f"there is no file {self._path}. `ledgerflow db upgrade` makes it.")
            with self._looking() as connection:
                return Seen(revision_of(connection), False, None, time.monotonic() - begun)
        with self._looking() as connection:
            clock, migrating = connection.execute(_LOCKED, {"lock": MIGRATING}).one()
            is_marked = connection.scalar(_THERE) is not None
            found = connection.scalar(_REVISION) if is_marked else None
            revision = str(found) if found is not None else revision_of(connection)
            return Seen(revision, bool(migrating), clock, time.monotonic() - begun)

    def workers(self) -> int:
        """How many workers give signs of life. Raises LedgerUnreachable."""
        if self._path is not None:
            return int(is_file_held(Path(self._path)))
        with self._looking() as connection:
            return len(set(connection.scalars(ALIVE)))

    @contextmanager
    def _looking(self) -> Iterator[Connection]:
        with self._turn:
            if self._kept is None:
                self._kept = open_engine(self._url, as_owner=True)
            engine = self._kept
        with reaching(), reading(engine).connect() as connection:
            if self._path is None:
                connection.execute(_BRIEFLY)
            yield connection
