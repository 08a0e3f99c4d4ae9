"""Which workers are alive: each holds a lock under its name for as long as it lives, and nothing need be written down.

On PostgreSQL it is an advisory lock of a session, which ends when the process does, however it ends, or the connection.
On SQLite there is one worker for a ledger, which holds a file beside it.
"""

import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar
from zlib import crc32

from sqlalchemy import Connection, Engine, column, func, select, table
from sqlalchemy.exc import DBAPIError

from ledgerflow.billing.errors import BillingError

_WORKERS, _LEADER = 0x1ED6E2, 0x1ED6E3  # the first halves of keys: of who is alive, and of who looks after others
_LOCKS = table("pg_locks", column("locktype"), column("database"), column("classid"), column("objid"))
_DATABASES = table("pg_database", column("oid"), column("datname"))
ALIVE = (
    select(_LOCKS.c.objid)
    .join(_DATABASES, _DATABASES.c.oid == _LOCKS.c.database)
    .where(_DATABASES.c.datname == func.current_database())
    .where(_LOCKS.c.locktype == "advisory", _LOCKS.c.classid == _WORKERS)
)

_GLANCE = 0.2  # seconds that one who takes the file waits for somebody who only looks whether it is held

T = TypeVar("T")


class WorkerThere(BillingError):
    """Another worker is at work on the ledger {path}. An SQLite ledger has one: give that one more --concurrency."""


@dataclass(frozen=True, slots=True)
class Roll:
    """Who is alive at a moment."""

    keys: frozenset[int]

    def __contains__(self, name: str) -> bool:
        return _key(name) in self.keys


class Pulse(Protocol):
    """The sign of life of this worker, and those of others."""

    def beat(self) -> bool:
        """Gives a sign; says whether it could. To be called at least once a second."""

    def roll(self) -> Roll:
        """The workers that are alive; raises ConnectionError where that cannot be found out."""

    def leads(self) -> bool:
        """Whether this is the one worker that looks after what others left."""

    def stop(self) -> None:
        """The end."""


class ServerPulse:
    """Over a connection of its own, which no pool hands to anybody else."""

    def __init__(self, engine: Engine, name: str) -> None:
        self._engine = engine
        self._name = name
        self._connection: Connection | None = None
        self._leads = False

    def beat(self) -> bool:
        try:
            if self._connection is None:
                self._connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
                self._leads = False
                self._connection.execute(select(func.pg_advisory_lock(_WORKERS, _signed(_key(self._name)))))
            else:
                self._connection.execute(select(1))
        except DBAPIError:
            self.stop()
            return False
        return True

    def roll(self) -> Roll:
        return Roll(self._ask(lambda connection: frozenset(connection.scalars(ALIVE))))

    def leads(self) -> bool:
        wanted = select(func.pg_try_advisory_lock(_LEADER, 0))
        self._leads = self._leads or self._ask(lambda connection: bool(connection.scalar(wanted)))
        return self._leads

    def stop(self) -> None:
        connection, self._connection, self._leads = self._connection, None, False
        if connection is not None:
            with suppress(DBAPIError):
                connection.invalidate()  # a pool would keep the session, and the locks with it
                connection.close()

    def _ask(self, question: Callable[[Connection], T]) -> T:
        if self._connection is None:
            raise ConnectionError("there is no connection to ask over")
        try:
            return question(self._connection)
        except DBAPIError as refusal:
            self.stop()
            raise ConnectionError(str(refusal.orig)) from refusal


class FilePulse:
    """Of the one worker that an SQLite ledger has. Raises WorkerThere where there is one."""

    def __init__(self, ledger: str, name: str) -> None:
        self._name = name
        self._lock = sqlite3.connect(f"{ledger}-worker", timeout=_GLANCE, isolation_level=None, check_same_thread=False)
        try:
            self._lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as refusal:
            self._lock.close()
            raise WorkerThere(path=ledger) from refusal

    def beat(self) -> bool:
        return True

    def roll(self) -> Roll:
        return Roll(frozenset({_key(self._name)}))

    def leads(self) -> bool:
        return True

    def stop(self) -> None:
        self._lock.close()


def is_file_held(ledger: Path) -> bool:
    """Whether the worker of an SQLite ledger is alive. To look takes a lock too, for a moment, which others share."""
    held = ledger.with_name(f"{ledger.name}-worker")
    if not held.exists():
        return False
    with closing(sqlite3.connect(held, timeout=0, isolation_level=None)) as looking:
        try:
            looking.execute("SELECT count(*) FROM sqlite_master")
        except sqlite3.OperationalError:
            return True
    return False


def _key(name: str) -> int:
    return crc32(name.encode())


def _signed(key: int) -> int:
    """As the server takes the halves of a key; it tells them without a sign."""
    return key - (1 << 32) if key >> 31 else key
