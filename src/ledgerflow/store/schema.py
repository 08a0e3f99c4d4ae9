"""The schema of the books: whether it is there, which revision it has, and how it is made and brought forward."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, text

from ledgerflow.store import guards
from ledgerflow.store.database import open_engine
from ledgerflow.store.rows import Row

HEAD = "0004"


@contextmanager
def closing_engine(engine: Engine) -> Iterator[None]:
    try:
        yield
    finally:
        engine.dispose()


def make_schema(connection: Connection) -> None:
    """Makes the tables in a new database."""
    Row.metadata.create_all(connection)
    for table in Row.metadata.tables:
        for statement in guards.sqlite_triggers(table):
            connection.exec_driver_sql(statement)
    connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
    connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": HEAD})


def upgrade(url: str, revision: str = "head") -> None:
    engine = open_engine(url, as_owner=True)
    with closing_engine(engine), engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(771)"))
        if connection.dialect.has_table(connection, "alembic_version"):
            return
        Row.metadata.create_all(connection)
        connection.execute(text(guards.MAKE_ROLE))
        connection.execute(text(guards.LET_OWNER_TAKE_ROLE))
        for table in Row.metadata.sorted_tables:
            for statement in guards.row_security(table.name):
                connection.execute(text(statement))
        connection.execute(text(guards.REFUSE_CHANGE))
        for name in guards.KEPT:
            for statement in guards.postgresql_triggers(name):
                connection.execute(text(statement))
        for statement in guards.counting("public"):
            connection.execute(text(statement))
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
        connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": HEAD})
        connection.execute(text(f"GRANT SELECT ON alembic_version TO {guards.APP_ROLE}"))
