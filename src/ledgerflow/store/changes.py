"""What migrations changed in the books, as the books keep it: the report that is given to people."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from ledgerflow.store.rows import MigrationChangeRow


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that was changed: `what` is a number, an amount, switches, a name, or a tenant; `id` that of the row in
    the earlier books."""

    revision: str
    tenant: str
    what: str
    id: str
    before: str
    after: str


def changes_since(connection: Connection, revision: str | None) -> Sequence[Change]:
    """The changes of the revisions after one, by revision, tenant and id."""
    row = MigrationChangeRow.__table__.c
    wanted = select(row.revision, row.tenant, row.subject, row.before, row.after).where(row.revision > (revision or ""))
    found = [
        change
        for number, tenant, subject, before, after in connection.execute(wanted)
        for change in _told(number, tenant, subject, json.loads(before) or {}, json.loads(after) or {})
    ]
    return sorted(found, key=lambda change: (change.revision, change.tenant, change.what, len(change.id), change.id))


def _told(
    revision: str, tenant: str, subject: str, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[Change]:
    kind, _, own = subject.partition(" ")
    place = (revision, tenant)
    if kind == "tenant":
        yield Change(*place, "tenant", own, "", after["tenant"])
    elif revision == "0001":
        yield Change(*place, "number", own, before["number"], after["number"])
    elif revision == "0002":
        on = ", ".join(name for name, value in before.items() if value)
        yield Change(*place, "switches", own, on or "none", after["realism_profile"])
    elif kind == "configuration" and before["name"] != after["name"]:
        yield Change(*place, "name", own, before["name"], after["name"])
    for amount, (was, now) in after.get("rounded", {}).items():
        yield Change(*place, f"amount {amount}", own, was, now)
