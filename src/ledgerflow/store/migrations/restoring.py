"""The way back from the house: the earlier invoices and configurations as they were, and what is lost by it."""

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Table, text

from ledgerflow.store.migrations import records
from ledgerflow.store.migrations.carrying import BATCH, CONFIGURATION, INVOICE, NOT_THERE, REVISION
from ledgerflow.store.migrations.earlier import AFTERTHOUGHTS
from ledgerflow.store.migrations.tables import AT_ONCE, insert, lose

Known = Mapping[tuple[str, int], Mapping[str, Any]]
"""What is known of an invoice that was carried over, by tenant and position."""

_INVOICES_CARRIED = (
    f"o.batch = {BATCH} AND EXISTS (SELECT 1 FROM migration_changes c"
    f" WHERE c.tenant = o.tenant AND c.revision = :revision AND c.subject LIKE '{INVOICE} %')"
)
_THEIRS = {"revision": REVISION}


def count_losses(books: Connection) -> None:
    """Notes what came after the books were carried over, for which the earlier books have no place."""
    batches = f"SELECT count(*) FROM batches o WHERE NOT ({_INVOICES_CARRIED.replace('o.batch', 'o.number')})"
    lose(_count(books, batches), "batch", "batches")
    lose(_count(books, f"SELECT count(*) FROM invoices o WHERE NOT ({_INVOICES_CARRIED})"), "invoice")
    void = "SELECT count(*) FROM void_numbers WHERE reason <> :reason"
    lose(books.scalar(text(void), {"reason": NOT_THERE}) or 0, "void number")
    lose(_count(books, "SELECT count(*) FROM blocks WHERE state = 'open'"), "reserved block")
    held = "SELECT tenant, name, realism_profile, created_at FROM configurations"
    carried = {(tenant, *after.values()) for tenant, _, _, after in records.recorded(books, REVISION, CONFIGURATION)}
    since = sum(tuple(row) not in carried for row in books.execute(text(held)))
    lose(since, "configuration made or changed since", "configurations made or changed since")


def _count(books: Connection, query: str) -> int:
    return books.scalar(text(query), _THEIRS if ":revision" in query else {}) or 0


def known_of_invoices(books: Connection) -> Known:
    """What the house knows of carried invoices and the earlier books can keep: as it is now, for a try may be later."""
    unlike = " OR ".join(f"o.{name} <> :{name}" for name in AFTERTHOUGHTS)
    columns = ", ".join(AFTERTHOUGHTS)
    query = f"SELECT tenant, position, {columns} FROM invoices o WHERE ({unlike}) AND {_INVOICES_CARRIED}"
    found = books.execute(text(query), {**AFTERTHOUGHTS, **_THEIRS}).mappings()
    return {(row["tenant"], row["position"]): {name: row[name] for name in AFTERTHOUGHTS} for row in found}


def restore_invoices(books: Connection, invoices: Table, known: Known) -> None:
    """Enters the earlier invoices as they were recorded, digit by digit."""
    rows = _invoices(books, known)
    while some := list(islice(rows, AT_ONCE)):
        insert(books, invoices, some)


def _invoices(books: Connection, known: Known) -> Iterator[dict[str, Any]]:
    for tenant, _, before, after in records.recorded(books, REVISION, INVOICE):
        day = date.fromisoformat(before["invoice_date"])
        yield {
            **AFTERTHOUGHTS,
            **before,
            "tenant_id": tenant,
            "invoice_date": day,
            **known.get((tenant, after["position"]), {}),
        }


def restore_configurations(books: Connection, configurations: Table) -> None:
    """Enters the earlier configurations as they were, but for those that were deleted since."""
    kept = {tuple(row) for row in books.execute(text("SELECT tenant, name FROM configurations"))}
    rows = [
        {**before, "tenant_id": tenant}
        for tenant, _, before, after in records.recorded(books, REVISION, CONFIGURATION)
        if (tenant, after["name"]) in kept
    ]
    insert(books, configurations, rows)
