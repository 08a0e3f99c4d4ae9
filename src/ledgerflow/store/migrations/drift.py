"""Where a database is other than the program has it: its tables, as Alembic compares them, and its guards."""

from collections.abc import Iterator, Sequence
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.schema import SchemaItem

from ledgerflow.store import guards
from ledgerflow.store.rows import Row

_FOUND = {"add": "missing", "remove": "unknown", "modify": "other"}  # by the deed that would mend it


def drift_of(connection: Connection) -> Sequence[str]:
    """The differences in words. Tables of others are nobody's business."""
    tables = Row.metadata.tables

    def ours(name: str | None, kind: str, _parents: object) -> bool:
        return kind != "table" or name in tables

    context = MigrationContext.configure(connection, opts={"include_name": ours})
    found = [words for change in compare_metadata(context, Row.metadata) for words in _said(change)]
    return found + [f"missing guard: {words}" for words in _unguarded(connection)]


def _said(change: Any) -> Iterator[str]:
    """One difference as Alembic has it: the deed that would mend it and its objects, or a list of such."""
    if isinstance(change, list):
        for one in change:
            yield from _said(one)
        return
    deed, *about = change
    names = [_name(part) for part in about if isinstance(part, SchemaItem | str)]
    said = [name for name in names if not any(other.startswith(f"{name}.") for other in names)]
    kind, _, what = deed.partition("_")
    yield f"{_FOUND.get(kind, kind)} {what.replace('_', ' ')}: {' '.join(said)}"


def _name(part: SchemaItem | str) -> str:
    if isinstance(part, str):
        return part
    own = getattr(part, "name", None) or type(part).__name__
    table = getattr(part, "table", None)
    return str(own) if table is None else f"{table.name}.{own}"


def _unguarded(connection: Connection) -> Iterator[str]:
    if connection.dialect.name == "sqlite":
        found = set(connection.scalars(text("SELECT sql FROM sqlite_master WHERE type = 'trigger'")))
        for table in Row.metadata.tables:
            for trigger in guards.sqlite_triggers(table):
                if trigger not in found:
                    yield f"trigger {trigger.split()[2]}"
        return
    yield from _unguarded_in_postgresql(connection)


def _unguarded_in_postgresql(connection: Connection) -> Iterator[str]:
    here = "FROM pg_class c WHERE c.relnamespace = quote_ident(current_schema())::regnamespace"
    secured = set(connection.scalars(text(f"SELECT relname {here} AND relrowsecurity")))
    ruled = set(connection.scalars(text("SELECT tablename FROM pg_policies WHERE schemaname = current_schema()")))
    for table in Row.metadata.tables:
        if table not in secured & ruled:
            yield f"row security of {table}"
    triggers = f"SELECT t.tgname FROM pg_trigger t JOIN (SELECT c.oid {here}) ours ON ours.oid = t.tgrelid"
    found = set(connection.scalars(text(f"{triggers} WHERE t.tgenabled <> 'D'")))
    for table in guards.KEPT:
        for trigger in guards.postgresql_triggers(table):
            if (name := trigger.split()[2]) not in found:
                yield f"trigger {name}"
    functions = "SELECT proname FROM pg_proc WHERE pronamespace = quote_ident(current_schema())::regnamespace"
    made = set(connection.scalars(text(functions)))
    for function in guards.FUNCTIONS:
        if function.partition("(")[0] not in made:
            yield f"function {function}"
