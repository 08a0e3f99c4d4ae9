"""Where a database is other than the program has it: its tables, as Alembic compares them, and its guards."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.schema import SchemaItem

from ledgerflow.store import functions, guards
from ledgerflow.store.rows import Row

_EACH = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE")
_HELD = f"""
SELECT c.relname, r.name FROM pg_class c, unnest(ARRAY{list(_EACH)}) AS r(name)
WHERE c.relnamespace = quote_ident(current_schema())::regnamespace AND c.relkind = 'r'
  AND has_table_privilege(:role, c.oid, r.name)
"""
_RULED = f"""
SELECT tablename FROM pg_policies WHERE schemaname = current_schema()
GROUP BY tablename HAVING count(*) = 1 AND bool_and(qual = with_check AND qual LIKE '%{guards.TENANT_SETTING}%')
"""
"""Tables with one policy, which names the tenant of the session for reading and writing alike."""
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
    for table in sorted(Row.metadata.tables.keys() - (secured & set(connection.scalars(text(_RULED))))):
        yield f"row security of {table}"
    triggers = f"SELECT t.tgname FROM pg_trigger t JOIN (SELECT c.oid {here}) ours ON ours.oid = t.tgrelid"
    found = set(connection.scalars(text(f"{triggers} WHERE t.tgenabled <> 'D'")))
    for table in guards.KEPT:
        for trigger in guards.postgresql_triggers(table):
            if (name := trigger.split()[2]) not in found:
                yield f"trigger {name}"
    owned = "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = quote_ident(current_schema())::regnamespace"
    made = {name: body for name, body in connection.execute(text(owned))}
    ours = (*functions.counting(""), *functions.looking(""), *functions.watching(""), *functions.reporting(""))
    for statement in (guards.REFUSE_CHANGE, *ours):
        head, *body = statement.split("$$")
        if body and made.get(name := head.split()[2].partition("(")[0]) != body[0]:
            yield f"function {name}"
    yield from _rights(connection)


def _rights(connection: Connection) -> Iterator[str]:
    """Rights that the role of the program lacks, or has too many of; those to single columns are not looked at."""
    there = connection.scalar(text("SELECT count(*) FROM pg_roles WHERE rolname = :role"), {"role": guards.APP_ROLE})
    if not there:
        yield f"role {guards.APP_ROLE}"
        return
    held = {(table, right) for table, right in connection.execute(text(_HELD), {"role": guards.APP_ROLE})}
    for table, rights in guards.RIGHTS.items():
        given = re.sub(r"\w+ \(.*?\)", "", rights).split(", ")
        for right in _EACH:
            if ((table, right) in held) != (right in given):
                yield f"{'' if right in given else 'no '}{right} on {table}"
