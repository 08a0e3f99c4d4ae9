"""What revisions build tables of, and what every new table is given: its guards."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from alembic import op
from sqlalchemy import BigInteger, Column, Connection, ForeignKeyConstraint, Table, Text, text
from sqlalchemy.sql.schema import SchemaItem

from ledgerflow.store import guards

AT_ONCE = 1000  # rows read or written together

Values = Mapping[str, Any]


def words(name: str, *, key: bool = False, nullable: bool = False) -> Column[str]:
    """A column of text that both databases compare byte by byte."""
    kind = Text().with_variant(Text(collation="C"), "postgresql")
    return Column(name, kind, primary_key=key, nullable=nullable and not key)


def whole(name: str, *, key: bool = False, nullable: bool = False) -> Column[int]:
    """A column of whole numbers."""
    return Column(name, BigInteger, primary_key=key, autoincrement=False if key else "auto", nullable=nullable)


def of_tenant() -> ForeignKeyConstraint:
    """Every row belongs to a tenant."""
    return ForeignKeyConstraint(["tenant"], ["tenants.tenant"])


def make(name: str, *parts: SchemaItem) -> Table:
    """Makes a table with its guards."""
    table = op.create_table(name, *parts)
    guard(name)
    return table


def guard(table: str) -> None:
    """Triggers, and on PostgreSQL policies and rights."""
    if not on_postgresql():
        execute(*guards.sqlite_triggers(table))
        return
    execute(*guards.row_security(table))
    if table in guards.KEPT:
        execute(*guards.postgresql_triggers(table))


def execute(*statements: str) -> None:
    for statement in statements:
        op.get_bind().execute(text(statement))


def on_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def insert(connection: Connection, table: Table, rows: Sequence[Values]) -> None:
    """Enters rows, some at a time."""
    for start in range(0, len(rows), AT_ONCE):
        connection.execute(table.insert(), [dict(row) for row in rows[start : start + AT_ONCE]])


def time_of_migration() -> datetime:
    """The time that is entered in the books; whoever migrates books that hold something has to say it."""
    at = _handed_down("at")
    if not isinstance(at, datetime):
        raise ValueError("Books that hold something are migrated at a time.")
    return at


def lose(count: int, one: str, many: str = "") -> None:
    """Notes what a way back loses; whoever asked for it is told before it is kept."""
    if count:
        _handed_down("lost").append(f"{count:,} {one if count == 1 else many or one + 's'}")


def _handed_down(name: str) -> Any:
    """What whoever runs the revisions gave them on the way."""
    config = op.get_context().config
    assert config is not None
    return config.attributes[name]
