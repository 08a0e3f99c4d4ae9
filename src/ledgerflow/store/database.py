"""Opens the database of a ledger: an SQLite file, or PostgreSQL by any URI that libpq understands."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from ledgerflow.billing.errors import BillingError

_PATIENCE = 60  # seconds that a writer waits for another; the longest batch holds the lock for less
_TRIES, _PAUSE = 200, 0.01  # of the switch to write-ahead, and the seconds between them


class LedgerUnreachable(BillingError):
    """The ledger cannot be reached: {reason}"""


def open_engine(url: str) -> Engine:
    """The engine behind `url`: a path, `sqlite:///path`, or `postgresql://…` handed to libpq as it stands."""
    scheme, separator, rest = url.partition("://")
    if not separator:
        return _open_sqlite(url)
    if scheme == "sqlite":
        return _open_sqlite(rest.removeprefix("/"))
    if scheme in ("postgresql", "postgres", "postgresql+psycopg"):
        return _open_postgresql(f"postgresql://{rest}")
    raise LedgerUnreachable(reason=f"{scheme}:// is neither sqlite:/// nor postgresql://.")


def reading(engine: Engine) -> Engine:
    """The same database for one who only reads: on SQLite no lock is taken."""
    return engine.execution_options(reading=True)


@contextmanager
def reaching() -> Iterator[None]:
    """A database that is gone, full, or busy for too long is the ledger's user's trouble, told in one sentence."""
    try:
        yield
    except OperationalError as refusal:
        raise LedgerUnreachable(reason=str(refusal.orig).strip()) from refusal


def _open_postgresql(uri: str) -> Engine:
    from psycopg import connect  # here, so that whoever keeps an SQLite ledger does not wait for it

    return create_engine("postgresql+psycopg://", creator=lambda: connect(uri), isolation_level="READ COMMITTED")


def _open_sqlite(path: str) -> Engine:
    engine = create_engine(f"sqlite:///{path}")
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    """Transactions begin where we say so, not where the driver guesses."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (f"busy_timeout={_PATIENCE * 1000}", "foreign_keys=ON", "synchronous=NORMAL"):
        cursor.execute(f"PRAGMA {pragma}")
    _write_ahead(cursor)
    cursor.close()


def _write_ahead(cursor: DBAPICursor) -> None:
    """The switch is made once in the life of a file, and the only thing for which SQLite does not wait: of those who
    open a new file at the same moment, one makes it, and the others find it made when they try again."""
    for tries_left in reversed(range(_TRIES)):
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as refusal:
            if not tries_left or not refusal.sqlite_errorname.startswith("SQLITE_BUSY"):
                raise
        time.sleep(_PAUSE)


def _begin_sqlite(connection: Connection) -> None:
    """A writer takes its lock at once: one that read first could no longer get it."""
    connection.exec_driver_sql("BEGIN" if connection.get_execution_options().get("reading") else "BEGIN IMMEDIATE")
