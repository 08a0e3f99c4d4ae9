"""The report of the migrations in the books: what was changed in each row, from which it is undone."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Connection, MetaData, Table, Text, delete, select

from ledgerflow.store.migrations.tables import insert

_CHANGES = Table(
    "migration_changes",
    MetaData(),
    *(Column(name, Text, primary_key=True) for name in ("tenant", "revision", "subject")),
    *(Column(name, Text) for name in ("before", "after")),
)

Facts = Mapping[str, Any] | None


def change(tenant: str, revision: str, subject: str, before: Facts, after: Facts) -> Mapping[str, str]:
    """A change as a row; a float is written with all its digits, so that it can be read back as it was."""
    facts = (json.dumps(some, ensure_ascii=False) for some in (before, after))
    return dict(
        zip(("tenant", "revision", "subject", "before", "after"), (tenant, revision, subject, *facts), strict=True)
    )


def record(connection: Connection, changes: Sequence[Mapping[str, str]]) -> None:
    """Enters changes in the report."""
    insert(connection, _CHANGES, changes)


def recorded(
    connection: Connection, revision: str, subject: str
) -> Iterator[tuple[str, str, Mapping[str, Any], Mapping[str, Any]]]:
    """Tenant, what stands after the kind of subject, before and after, of each change that a revision made."""
    row = _CHANGES.c
    wanted = select(row.tenant, row.subject, row.before, row.after).where(
        row.revision == revision, row.subject.startswith(f"{subject} ")
    )
    found = connection.execute(wanted.order_by(row.tenant, row.subject), execution_options={"yield_per": 1000})
    for tenant, name, before, after in found:
        yield tenant, name.removeprefix(f"{subject} "), json.loads(before) or {}, json.loads(after) or {}


def forget(connection: Connection, revision: str) -> None:
    """Strikes a revision's changes out of the report, once they are undone."""
    connection.execute(delete(_CHANGES).where(_CHANGES.c.revision == revision))
