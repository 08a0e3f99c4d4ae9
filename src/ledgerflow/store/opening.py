"""A ledger is opened: made where there is none, looked into by those who only read, refused where it is not ours."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import DatabaseError

from ledgerflow.billing.errors import LedgerOutdated
from ledgerflow.store.database import LedgerUnreachable, in_one_line, open_engine, reaching, reading, sqlite_path
from ledgerflow.store.epochs import open_reserve
from ledgerflow.store.ledger import DatabaseLedger
from ledgerflow.store.lobby import Lobby
from ledgerflow.store.rows import TenantRow
from ledgerflow.store.schema import HEAD, make_schema, revision_of, upgrade
from ledgerflow.store.tenancy import TenantSession, enter_tenant


def open_ledger(
    url: str, tenant: str = "default", reserve: str = "", sleep: Callable[[float], None] = time.sleep
) -> DatabaseLedger:
    """The ledger at `url`; its tables and the tenant are made on first use. Close it, or use it in a `with`.

    `reserve` is the address of the Redis that counts when PostgreSQL's sequences cannot be had. Raises LedgerOutdated,
    and ReserveUnusable where that is no address.
    """
    counter = open_reserve(reserve) if sqlite_path(url) is None else None
    with _made(url) as (engine, connection), TenantSession(connection, tenant) as session, session.begin():
        enter_tenant(session, tenant)
    return DatabaseLedger(engine, tenant, counter, sleep)


def open_lobby(url: str, reserve: str = "") -> Lobby:
    """The open jobs and the tenants of the ledger at `url`; its tables are made on first use, for a worker may come
    before the first job. Close it, or use it in a `with`. Raises what `open_ledger` does."""
    counter = open_reserve(reserve) if sqlite_path(url) is None else None
    with _made(url) as (engine, _):
        return Lobby(engine, counter)


@contextmanager
def _made(url: str) -> Iterator[tuple[Engine, Connection]]:
    """The database with its tables, and a transaction in it; the engine stays open unless something is refused."""
    if sqlite_path(url) is None and not _is_there(url):
        upgrade(url)
    engine = open_engine(url)
    try:
        with engine.begin() as connection:
            if engine.dialect.name == "sqlite" and not _is_ledger(connection):
                make_schema(connection)
            yield engine, connection
    except DatabaseError as refusal:
        engine.dispose()
        raise LedgerUnreachable(reason=in_one_line(refusal)) from refusal
    except BaseException:
        engine.dispose()
        raise


def look_into(url: str, tenant: str = "default", reserve: str = "") -> DatabaseLedger | None:
    """The ledger at `url` as it stands; None where there is none yet, or none of this tenant. Makes nothing.

    Raises LedgerUnreachable where none could be made either, and LedgerOutdated.
    """
    path = sqlite_path(url)
    if path is not None and not (Path(path).exists() and Path(path).stat().st_size):
        if not Path(path).parent.is_dir():
            raise LedgerUnreachable(reason=f"there is no folder {Path(path).parent} for it. Make it first.")
        return None
    counter = open_reserve(reserve) if path is None else None
    if not _is_there(url):
        return None
    engine = open_engine(url)
    if not _is_entered(engine, tenant):
        engine.dispose()
        return None
    return DatabaseLedger(engine, tenant, counter)


def _is_entered(engine: Engine, tenant: str) -> bool:
    with reaching(), TenantSession(reading(engine), tenant) as session:
        return session.scalar(select(TenantRow.tenant)) is not None


def _is_there(url: str) -> bool:
    """Whether there is a ledger. The owner looks: before there are tables, there is no role for anyone else."""
    engine = open_engine(url, as_owner=True)
    try:
        with reading(engine).connect() as connection:
            return _is_ledger(connection)
    except DatabaseError as refusal:
        raise LedgerUnreachable(reason=in_one_line(refusal)) from refusal
    finally:
        engine.dispose()


def _is_ledger(connection: Connection) -> bool:
    """Whether the tables are there; raises LedgerUnreachable where one of their names is another program's."""
    found = revision_of(connection)
    if found not in (None, HEAD):
        raise LedgerOutdated(found=found, wanted=HEAD)
    return found is not None
