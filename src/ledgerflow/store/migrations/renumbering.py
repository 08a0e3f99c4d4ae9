"""Numbers that invoices of a tenant share: all but the oldest are given fresh ones, in the report and the audit."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import Column, Connection, Integer, MetaData, Table, Text, bindparam, func, select, text, update

from ledgerflow.issuing.audit import seal
from ledgerflow.store.migrations.earlier import INVOICES
from ledgerflow.store.migrations.numbers import Shapes
from ledgerflow.store.migrations.records import change, record, recorded
from ledgerflow.store.migrations.tables import insert, time_of_migration

REVISION = "0001"
ACTOR, DEED = "db upgrade", "renumber"

_BOOKS = MetaData()
_AUDIT = Table(
    "audit",
    _BOOKS,
    Column("tenant", Text),
    Column("sequence", Integer),
    *(Column(name, Text) for name in ("at", "actor", "deed", "details", "previous", "hash")),
)
_COUNTERS = Table(
    "counters", _BOOKS, *(Column(n, Text) for n in ("tenant", "series", "period")), Column("last", Integer)
)
_SUBJECT = "invoice"

Renumbering = tuple[int, str, str]
"""The invoice's id, the number it had, and the number it has."""


def enter_tenants(books: Connection) -> None:
    """A tenant of whom there is an invoice or a configuration is entered, though it was not."""
    missing = text(
        "SELECT tenant_id FROM invoices UNION SELECT tenant_id FROM simulation_configs"
        " EXCEPT SELECT tenant FROM tenants"
    )
    found = sorted(tenant for (tenant,) in books.execute(missing))
    if found:
        books.execute(text("INSERT INTO tenants (tenant) VALUES (:tenant)"), [{"tenant": name} for name in found])
        record(books, [change(name, REVISION, f"tenant {name}", None, {"tenant": name}) for name in found])


def remove_tenants(books: Connection, aside: str) -> None:
    """Takes out those whom `enter_tenants` entered, from what is kept of the tenants."""
    found = [{"own": name} for _, name, _, _ in recorded(books, REVISION, "tenant")]
    if found:
        books.execute(text(f"DELETE FROM {aside} WHERE tenant = :own"), found)


def renumber(books: Connection) -> None:
    """Leaves each number to the oldest invoice, that of the lowest id."""
    row = INVOICES.c
    twice = select(row.tenant_id).group_by(row.tenant_id, row.invoice_number).having(func.count() > 1).distinct()
    for tenant in sorted(books.scalars(twice)):
        numbers = select(row.id, row.invoice_number).where(row.tenant_id == tenant).order_by(row.id)
        _enter(books, tenant, _fresh([(number, name) for number, name in books.execute(numbers)]))


def _fresh(invoices: Sequence[tuple[int, str]]) -> list[Renumbering]:
    shapes, seen, renumbered = Shapes(number for _, number in invoices), set[str](), []
    for invoice, number in invoices:
        if number in seen:
            renumbered.append((invoice, number, shapes.fresh(number)))
        seen.add(number)
    return renumbered


def _enter(books: Connection, tenant: str, renumbered: Sequence[Renumbering]) -> None:
    given = update(INVOICES).where(INVOICES.c.id == bindparam("own")).values(invoice_number=bindparam("number"))
    books.execute(given, [{"own": invoice, "number": new} for invoice, _, new in renumbered])
    changes = [
        change(tenant, REVISION, f"{_SUBJECT} {invoice}", {"number": old}, {"number": new})
        for invoice, old, new in renumbered
    ]
    record(books, changes)
    at, previous, entries = time_of_migration(), "", []
    for sequence, (invoice, old, new) in enumerate(renumbered, 1):
        details: dict[str, str | int] = {"invoice": invoice, "from": old, "to": new}
        entry = seal(sequence, previous, at=at, actor=ACTOR, deed=DEED, details=details)
        previous = entry.hash
        entries.append({"tenant": tenant, **asdict(entry)})
    insert(books, _AUDIT, entries)
    insert(books, _COUNTERS, [{"tenant": tenant, "series": "audit", "period": "", "last": len(entries)}])


def other_entries(books: Connection) -> int:
    """How many entries of the audit trail are of other deeds."""
    others = (_AUDIT.c.actor != ACTOR) | (_AUDIT.c.deed != DEED)
    return books.scalar(select(func.count()).select_from(_AUDIT).where(others)) or 0


def restore_numbers(books: Connection) -> None:
    """Gives the numbers back that the invoices had."""
    numbers: dict[str, list[dict[str, object]]] = defaultdict(list)
    for tenant, invoice, before, _ in recorded(books, REVISION, _SUBJECT):
        numbers[tenant].append({"own": int(invoice), "number": before["number"]})
    given = update(INVOICES).where(INVOICES.c.id == bindparam("own")).values(invoice_number=bindparam("number"))
    for rows in numbers.values():
        books.execute(given, rows)
