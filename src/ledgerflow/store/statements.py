"""What is looked at in a statement before it is run for a tenant, and statements that are looked at once.

A selection of one table and an entry in one, such as are made at every order, are narrowed to a tenant when they are
written down: the value is missing until a session of a tenant runs them, and it is that session's own.
"""

from collections.abc import Iterable, Iterator
from typing import Generic, TypeVarTuple

from sqlalchemy import Column, Delete, Insert, Select, Table, TextClause, Update, bindparam
from sqlalchemy.sql.annotation import Annotated
from sqlalchemy.sql.expression import (
    Alias,
    ColumnClause,
    CompoundSelect,
    HasPrefixes,
    HasSuffixes,
    SelectBase,
    TableClause,
)
from sqlalchemy.sql.visitors import HasTraverseInternals

OWN = "tenant_of_the_session"
"""The value that a session adds to a question."""

Ts = TypeVarTuple("Ts")


class Question(Generic[*Ts]):
    """A selection from one table; what it is asked with stands in it as `bindparam`. Raises ValueError where it is more
    than that, when it is written down."""

    def __init__(self, selection: Select[*Ts]) -> None:
        table = _only_table(selection)
        self.selection = selection.where(table.c.tenant == bindparam(OWN))


class Entry:
    """An insert into one table, whose row is given beside it and never inside, where nobody would see its tenant.
    Raises ValueError where it is anything else."""

    def __init__(self, statement: Insert) -> None:
        _only_table(statement)
        if statement._values or statement._multi_values:
            raise ValueError(f"Its row is inside: {statement}")
        self.statement = statement


def _only_table(statement: Select[*tuple[object, ...]] | Insert) -> Table:
    parts = list(_parts(statement))
    tables = _tables([statement.table, *parts] if isinstance(statement, Insert) else parts)
    table = tables.pop() if len(tables) == 1 else None
    if any(_is_words(part) for part in (statement, *parts)) or any(isinstance(part, SelectBase) for part in parts):
        table = None
    if not isinstance(table, Table):
        raise ValueError(f"It is not of one table alone: {statement}")
    return table


def faults(statement: object) -> Iterator[str]:
    """Why the tenant could not be added to every part of a statement."""
    if not isinstance(statement, Select | CompoundSelect | Insert | Update | Delete):
        yield "it is neither a selection of mapped tables nor a change of one."
        return
    parts = list(_parts(statement))
    within = [part for part in parts if isinstance(part, SelectBase)]
    mapped = _tables(part for part in parts if isinstance(part, Annotated))
    if any(_is_words(part) for part in (statement, *parts)):
        yield "it holds words of SQL, into which nobody looks."
    if _tables(parts) - mapped:
        yield "it names a table beside its mapped class, so the tenant cannot be added to it."
    if not isinstance(statement, SelectBase) and (within or mapped - {statement.table}):
        yield "a change looks at another table, where the tenant would not be added."
    for selection in within:
        yield from faults(selection)


def _parts(statement: HasTraverseInternals) -> Iterator[HasTraverseInternals]:
    """All that is written in a statement: a selection within it is one part, and so is the alias of a mapped class."""
    waiting = list(HasTraverseInternals.get_children(statement))  # without the tables that follow from its columns
    while waiting:
        part = waiting.pop()
        yield part
        if not isinstance(part, SelectBase) and not (isinstance(part, Alias) and isinstance(part, Annotated)):
            waiting.extend(part.get_children())


def _tables(parts: Iterable[object]) -> set[object]:
    """The tables, and aliases of tables, that are named or whose columns are."""
    named = (part.table if isinstance(part, Column) else part for part in parts)
    return {table for table in named if isinstance(table, TableClause | Alias)}


def _is_words(part: object) -> bool:
    if isinstance(part, HasPrefixes | HasSuffixes):
        return bool(getattr(part, "_prefixes", ()) or getattr(part, "_suffixes", ()))
    return isinstance(part, TextClause) or (isinstance(part, ColumnClause) and part.is_literal and part.name != "*")
