"""Opens the database of a ledger: an SQLite file, or PostgreSQL by any URI that libpq understands."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.exc import DatabaseError, DataError, DBAPIError, IntegrityError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from ledgerflow.billing.errors import BillingError
from ledgerflow.store.guards import APP_ROLE
from ledgerflow.store.streaming import let_rows_follow

_CONNECTING = 5  # seconds that a server may take to let somebody in, unless its address says otherwise
_PATIENCE = 60  # seconds that a writer waits for another; the longest batch holds the lock for less
_OURS = {"tenants", "invoices"}  # tables that every ledger has had
_GOING = ("08", "57P")  # classes of states: connection exceptions, and a server that stops or has not started yet
_NO_ROLE = "22023"  # invalid_parameter_value
_ROLE_MISSING = (
    f"its server has no role {APP_ROLE}, which no backup of a database holds. Make it, then restore the books."
)
_ALTERED = ("42P01", "42703", "42883")  # states: no such table, column, function
_FORBIDDEN = "42501"  # the state where a right is lacking
_TRIES, _PAUSE = 200, 0.01  # of the switch to write-ahead, and the seconds between them


class LedgerUnreachable(BillingError):
    """The ledger cannot be reached: {reason}"""


def sqlite_path(url: str) -> str | None:
    """The file of an SQLite ledger; None for a server. Raises LedgerUnreachable where the file has no name."""
    scheme, separator, rest = url.partition("://")
    if separator and scheme != "sqlite":
        return None
    path = rest.removeprefix("/") if separator else url
    if path in ("", ":memory:"):
        raise LedgerUnreachable(reason=f"{url} names no file, and what is only in memory is no ledger.")
    return path


def open_engine(url: str, *, as_owner: bool = False) -> Engine:
    """The engine behind `url`: a path, `sqlite:///path`, or `postgresql://…` handed to libpq as it stands.

    On PostgreSQL the program takes on the role that owns nothing, unless it is to be the owner, who may change tables.
    """
    scheme, _, rest = url.partition("://")
    path = sqlite_path(url)
    if path is not None:
        return _open_sqlite(path)
    if scheme in ("postgresql", "postgres", "postgresql+psycopg"):
        return _open_postgresql(f"postgresql://{rest}", as_owner=as_owner)
    raise LedgerUnreachable(reason=f"{scheme}:// is neither sqlite:/// nor postgresql://.")


def reading(engine: Engine) -> Engine:
    """The same database for one who only reads: on SQLite no lock is taken."""
    return engine.execution_options(reading=True)


@contextmanager
def reaching() -> Iterator[None]:
    """A database that is gone, full, damaged, only read, or busy for too long is the ledger's user's trouble, told in
    one sentence; rows that it does not take are ours."""
    try:
        yield
    except DatabaseError as refusal:
        if isinstance(refusal, IntegrityError | DataError):
            raise
        raise LedgerUnreachable(reason=in_one_line(refusal)) from refusal


def is_lost(refusal: BaseException | None) -> bool:
    """Whether the connection broke, or could not be made: the same statement may succeed in a while."""
    if not isinstance(refusal, DBAPIError):
        return False
    state = getattr(refusal.orig, "sqlstate", None) or ""
    unmade = isinstance(refusal, OperationalError) and not state and not isinstance(refusal.orig, sqlite3.Error)
    return refusal.connection_invalidated or unmade or state.startswith(_GOING)


def in_one_line(refusal: DBAPIError) -> str:
    """What a database says, without the statement that it did not like, and what a user can do about it."""
    words = str(refusal.orig).strip().partition("\n")[0].rstrip(".")
    return f"{words}. {_advice(getattr(refusal.orig, 'sqlstate', None), words)}"


def _advice(state: str | None, words: str) -> str:
    if state in _ALTERED or words.startswith(("no such table", "no such column")):
        return "Somebody changed the tables: `ledgerflow db check` names what is other than it should be."
    if state == _FORBIDDEN:
        return f"Its user needs the role {APP_ROLE}; `ledgerflow db upgrade` and `downgrade`, the owner of the tables."
    return "Check the address, that there is room, and that its user may read and write there."


def _open_postgresql(uri: str, *, as_owner: bool) -> Engine:
    from psycopg import connect  # here, so that whoever keeps an SQLite ledger does not wait for it
    from psycopg.conninfo import conninfo_to_dict, make_conninfo

    def address() -> str:
        patience = conninfo_to_dict(uri).get("connect_timeout", _CONNECTING)
        return make_conninfo(uri, client_encoding="utf8", connect_timeout=patience)

    # Each deed holds a connection and takes numbers over another: with a limit, enough deeds at once wait for ever.
    engine = create_engine(
        "postgresql+psycopg://",
        creator=lambda: connect(address()),
        isolation_level="READ COMMITTED",
        max_overflow=-1,
    )
    event.listen(engine, "connect", _require_all_letters)
    let_rows_follow(engine)
    if not as_owner:
        event.listen(engine, "connect", _take_role)
    return engine


def _require_all_letters(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    """A database of few letters would take some invoices, and refuse others in the middle of a batch."""
    cursor = connection.cursor()
    cursor.execute("SHOW server_encoding")
    ((encoding,),) = cursor.fetchall()
    cursor.close()
    connection.rollback()
    if encoding != "UTF8":
        connection.close()
        raise LedgerUnreachable(reason=f"its encoding is {encoding}, and names need UTF8. Name another database.")


def _take_role(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    """Row-level security holds for whoever is not the owner, and cannot be passed by."""
    cursor = connection.cursor()
    try:
        cursor.execute(f"SET ROLE {APP_ROLE}")
        connection.commit()
    except Exception as refusal:
        connection.close()
        if getattr(refusal, "sqlstate", "") == _NO_ROLE:
            raise LedgerUnreachable(reason=_ROLE_MISSING) from refusal
        raise
    cursor.close()


def _open_sqlite(path: str) -> Engine:
    engine = create_engine(URL.create("sqlite", database=path))
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    """Transactions begin where we say so, not where the driver guesses."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (f"busy_timeout={_PATIENCE * 1000}", "foreign_keys=ON", "synchronous=NORMAL"):
        cursor.execute(f"PRAGMA {pragma}")
    if _is_foreign(cursor):
        connection.close()
        raise LedgerUnreachable(reason="the file is a database of another program. Name another file.")
    _write_ahead(cursor)
    cursor.close()


def _is_foreign(cursor: DBAPICursor) -> bool:
    """Not even the switch to write-ahead is made in another program's file."""
    cursor.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    tables = {name for (name,) in cursor.fetchall()}
    return bool(tables) and not tables >= _OURS


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
