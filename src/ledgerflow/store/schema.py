"""The schema of the books: which revision a database has, how it is made new, brought forward, and taken back.

Alembic is loaded only where there is something to migrate: a new SQLite file is made by the shortest road.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, event, func, inspect, select, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import ConnectionPoolEntry

from ledgerflow.billing.errors import BillingError, LedgerMissing, LedgerOutdated
from ledgerflow.store import guards
from ledgerflow.store.changes import Change, changes_since
from ledgerflow.store.database import LedgerUnreachable, in_one_line, open_engine, reading, sqlite_path
from ledgerflow.store.rows import Row

REVISIONS = ("0000", "0001", "0002", "0003", "0004", "0005", "0006", "0007")
HEAD = REVISIONS[-1]

MIGRATING = 0x1ED6E2  # any number, the same for all who migrate books of one PostgreSQL database
_PATIENCE = 60  # seconds that a migration waits for whoever still uses a table
_VERSION = "alembic_version"
_EARLIER: Mapping[str, set[str]] = {
    "tenants": {"tenant_id"},
    "simulation_configs": {
        "id",
        "tenant_id",
        "name",
        "enable_seasonality",
        "enable_repeat_customers",
        "enable_discounts",
        "created_at",
    },
    "invoices": {
        "id",
        "tenant_id",
        "config_id",
        "invoice_number",
        "invoice_date",
        "customer_name",
        "currency",
        "subtotal",
        "tax",
        "total",
    },
}
"""The tables of revision 0000, by which earlier books are known that no migration has seen."""


class RevisionUnknown(BillingError):
    """There is no revision {revision}. There are: {known}."""


class DataWouldBeLost(BillingError):
    """Going back to {revision} would lose {losses}. Nothing was changed. With --accept-data-loss it goes on."""


@dataclass(frozen=True, slots=True)
class Migrated:
    """Which revision the books had (None before there were any), which they have, and what was changed in them."""

    before: str | None
    after: str
    changes: Sequence[Change] = ()


def make_schema(connection: Connection) -> None:
    """Makes everything in a new SQLite file, as the migrations would."""
    Row.metadata.create_all(connection)
    for table in Row.metadata.tables:
        for statement in guards.sqlite_triggers(table):
            connection.exec_driver_sql(statement)
    key = f"CONSTRAINT {_VERSION}_pkc PRIMARY KEY (version_num)"
    connection.exec_driver_sql(f"CREATE TABLE {_VERSION} (version_num VARCHAR(32) NOT NULL, {key})")
    connection.execute(text(f"INSERT INTO {_VERSION} VALUES (:head)"), {"head": HEAD})


def upgrade(url: str, revision: str = "head", at: datetime | None = None) -> Migrated:
    """Brings the books forward, or makes them. Whoever comes at the same moment waits, and finds it done.

    `at` is the time that is entered where earlier books hold something. Raises RevisionUnknown, LedgerOutdated where
    the books are newer than the program, LedgerUnreachable, and what a migration refuses; all stays as it was then.
    """
    wanted = _known(HEAD if revision == "head" else revision)
    with _migrating(url) as connection:
        before = revision_of(connection)
        _require_known(before)
        if before is not None and before >= wanted:
            return Migrated(before, before)
        from ledgerflow.store.migrations.running import go_up, mark

        if before is not None and not _is_marked(connection):
            mark(connection, before)
        go_up(connection, wanted, at)
        return Migrated(before, wanted, changes_since(connection, before) if wanted > "0000" else ())


def downgrade(url: str, revision: str, *, accept_data_loss: bool = False) -> Migrated:
    """Takes the books back as they were at a revision. Raises DataWouldBeLost where they hold what came later, unless
    it is accepted, besides what `upgrade` raises, and LedgerMissing."""
    wanted = _known(revision)
    _require_there(url)
    with _migrating(url) as connection:
        before = revision_of(connection)
        _require_known(before)
        if before is None:
            raise LedgerMissing(address=url)
        if before <= wanted:
            return Migrated(before, before)
        from ledgerflow.store.migrations.running import go_down

        lost = go_down(connection, wanted)
        if lost and not accept_data_loss:
            raise DataWouldBeLost(revision=wanted, losses=", ".join(lost))
        return Migrated(before, wanted)


def current(url: str) -> str | None:
    """The revision of the books, None where there are none."""
    if not _is_there(url):
        return None
    with _looking(url) as connection:
        return revision_of(connection)


def drift(url: str) -> Sequence[str]:
    """In words, where the database is other than the program has it. Raises LedgerMissing, and LedgerOutdated where it
    is of another revision."""
    from ledgerflow.store.migrations.drift import drift_of

    _require_there(url)
    with _looking(url) as connection:
        found = revision_of(connection)
        if found is None:
            raise LedgerMissing(address=url)
        if found != HEAD:
            raise LedgerOutdated(found=found, wanted=HEAD)
        return drift_of(connection)


def changes(url: str) -> Sequence[Change]:
    """Everything that migrations changed in the books, as the books keep it."""
    with _looking(url) as connection:
        return changes_since(connection, None) if (revision_of(connection) or "0000") > "0000" else ()


def revision_of(connection: Connection) -> str | None:
    """The revision of the books in a database, None where there are none. Raises LedgerUnreachable where a table's name
    is another program's."""
    there = set(inspect(connection).get_table_names())
    found = connection.scalar(text(f"SELECT version_num FROM {_VERSION}")) if _VERSION in there else None
    if found is not None and "tenants" in there:
        return str(found)
    if there >= _EARLIER.keys() and _is_earlier(connection):
        return REVISIONS[0]
    others = sorted(there & (Row.metadata.tables.keys() | _EARLIER.keys()))
    if others:
        raise LedgerUnreachable(reason=f"its table {others[0]} is another program's. Name another database.")
    return None


def _is_earlier(connection: Connection) -> bool:
    columns = inspect(connection).get_multi_columns(filter_names=list(_EARLIER))
    return {name: {column["name"] for column in found} for (_, name), found in columns.items()} == _EARLIER


def _is_marked(connection: Connection) -> bool:
    return inspect(connection).has_table(_VERSION) and connection.scalar(text(f"SELECT 1 FROM {_VERSION}")) is not None


def _known(revision: str) -> str:
    if revision not in REVISIONS:
        raise RevisionUnknown(revision=revision, known=", ".join(REVISIONS))
    return revision


def _require_known(found: str | None) -> None:
    if found is not None and found not in REVISIONS:
        raise LedgerOutdated(found=found, wanted=HEAD)


def _is_there(url: str) -> bool:
    """Whether there is a database to look into; looking makes none."""
    path = sqlite_path(url)
    return path is None or (Path(path).exists() and Path(path).stat().st_size > 0)


def _require_there(url: str) -> None:
    if not _is_there(url):
        raise LedgerMissing(address=url)


@contextmanager
def _migrating(url: str) -> Iterator[Connection]:
    """One transaction for all of it, and nobody else's at the same time. The owner's: others may not change tables."""
    engine = open_engine(url, as_owner=True)
    try:
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", _let_tables_be_rebuilt)
        with engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                connection.execute(select(func.pg_advisory_xact_lock(MIGRATING)))
                connection.execute(text(f"SET LOCAL lock_timeout = '{_PATIENCE}s'"))
            yield connection
    except DatabaseError as refusal:
        raise LedgerUnreachable(reason=in_one_line(refusal)) from refusal
    finally:
        engine.dispose()


@contextmanager
def _looking(url: str) -> Iterator[Connection]:
    engine = open_engine(url, as_owner=True)
    try:
        with reading(engine).connect() as connection:
            yield connection
    except DatabaseError as refusal:
        raise LedgerUnreachable(reason=in_one_line(refusal)) from refusal
    finally:
        engine.dispose()


def _let_tables_be_rebuilt(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    """A table that others refer to is dropped and made anew. This cannot be said once a transaction has begun."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys=OFF")
    cursor.close()
