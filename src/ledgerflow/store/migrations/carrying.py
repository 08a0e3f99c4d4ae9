"""The earlier books carried over into the house: invoices as documents, series as blocks, configurations by name."""

from collections.abc import Container, Iterable, Iterator, Mapping
from datetime import UTC
from itertools import groupby, islice
from typing import Any

from sqlalchemy import Column, Connection, Date, Integer, MetaData, Table, Text, text

from ledgerflow.store.migrations import records
from ledgerflow.store.migrations.documents import GENERATION, Recorded, document
from ledgerflow.store.migrations.numbers import NOWHERE, Counted, Place, counted, place
from ledgerflow.store.migrations.reading import OldInvoice, old_invoices
from ledgerflow.store.migrations.tables import AT_ONCE, Values, insert, time_of_migration

REVISION = "0004"
INVOICE, CONFIGURATION = "invoice", "configuration"
NOT_THERE = "Not in the earlier books"
HOLDER = "earlier books"
BATCH = 1

_BOOKS = MetaData()


def _table(name: str, words: str, numbers: str = "", days: str = "") -> Table:
    """A table to write into; its types are enough for that."""
    kinds = ((words, Text), (numbers, Integer), (days, Date))
    return Table(name, _BOOKS, *(Column(column, kind) for columns, kind in kinds for column in columns.split()))


_BATCHES = _table("batches", "tenant generation_id issued_at", "number size retries")
_INVOICES = _table(
    "invoices",
    "tenant number kind series period strategy buyer buyer_key currency corrects trace_id generation_metadata "
    "last_error document",
    "batch position count taxable_value tax payable retry_count",
    "day",
)
_BLOCKS = _table("blocks", "tenant series period state expires_at holder", "first last")
_VOID = _table("void_numbers", "tenant number series period reason", "count")
_COUNTERS = _table("counters", "tenant series period", "last")
_CONFIGURATIONS = _table("configurations", "tenant name realism_profile created_at")


def carry_invoices(books: Connection, aside: str) -> None:
    """One batch a tenant holds all its earlier invoices, by day and id."""
    sizes = books.execute(text(f"SELECT tenant_id, count(*) FROM {aside} GROUP BY tenant_id ORDER BY tenant_id")).all()
    for tenant, size in sizes:
        _enter_batch(books, tenant, size)
    series = {tenant: _carry_series(books, aside, tenant) for tenant, _ in sizes}
    for tenant, invoices in groupby(old_invoices(books, aside), lambda invoice: invoice.tenant):
        placed = _placed(invoices, series[tenant])
        while some := list(islice(placed, AT_ONCE)):
            insert(books, _INVOICES, [_row(*one) for one in some])
            records.record(books, [_change(*one) for one in some])


def _enter_batch(books: Connection, tenant: str, size: int) -> None:
    at = time_of_migration().astimezone(UTC).isoformat()
    batch = {
        "tenant": tenant,
        "number": BATCH,
        "generation_id": GENERATION,
        "issued_at": at,
        "size": size,
        "retries": 0,
    }
    insert(books, _BATCHES, [batch])
    insert(books, _COUNTERS, [{"tenant": tenant, "series": "batches", "period": "", "last": BATCH}])


def _carry_series(books: Connection, aside: str, tenant: str) -> Mapping[tuple[str, str], Counted]:
    """Each series is counted on after its last number; numbers between that no invoice bears are void."""
    numbers = books.scalars(text(f"SELECT invoice_number FROM {aside} WHERE tenant_id = :own"), {"own": tenant})
    found = counted(numbers)
    for one in found.values():
        key = {"tenant": tenant, "series": one.series, "period": one.period}
        block = {"first": one.first, "last": one.last, "state": "used", "expires_at": "", "holder": HOLDER}
        insert(books, _BLOCKS, [key | block])
        void = [{**key, "count": count, "number": number, "reason": NOT_THERE} for count, number in one.missing()]
        insert(books, _VOID, void)
        if books.dialect.name == "postgresql":
            books.execute(text("SELECT make_sequence(:tenant, :series, :period)"), key)
        else:
            insert(books, _COUNTERS, [key | {"last": one.last}])
    return found


_One = tuple[OldInvoice, int, Place]


def _placed(invoices: Iterable[OldInvoice], series: Mapping[tuple[str, str], Counted]) -> Iterator[_One]:
    for position, invoice in enumerate(invoices):
        where = place(invoice.number)
        yield invoice, position, where if (where.series, where.period) in series else NOWHERE


def _row(invoice: OldInvoice, position: int, where: Place) -> Values:
    facts = invoice.facts
    recorded = Recorded(
        tenant=invoice.tenant,
        number=invoice.number,
        series=where.series,
        position=position,
        day=invoice.day,
        buyer=facts["customer_name"],
        currency=facts["currency"],
        decimals=invoice.decimals,
        subtotal=invoice.minor("subtotal"),
        tax=invoice.minor("tax"),
        total=invoice.minor("total"),
    )
    return {
        "tenant": invoice.tenant,
        "batch": BATCH,
        "position": position,
        "number": invoice.number,
        "day": invoice.day,
        "kind": recorded.kind,
        "series": where.series,
        "period": where.period,
        "count": where.count,
        "strategy": recorded.strategy,
        "buyer": recorded.buyer,
        "buyer_key": recorded.buyer.casefold(),
        "currency": recorded.currency,
        "taxable_value": recorded.subtotal if recorded.tax else 0,
        "tax": recorded.tax,
        "payable": recorded.total,
        "corrects": None,
        **invoice.known,
        "document": document(recorded),
    }


def _change(invoice: OldInvoice, position: int, _where: Place) -> Mapping[str, str]:
    after: dict[str, Any] = {"number": invoice.number, "batch": BATCH, "position": position}
    if rounded := invoice.rounded():
        after["rounded"] = rounded
    return records.change(invoice.tenant, REVISION, f"{INVOICE} {invoice.facts['id']}", invoice.facts, after)


def carry_configurations(books: Connection) -> None:
    """Configurations are known by their names; where two of a tenant are called alike, the later one is `name (2)`."""
    names = ("id", "tenant_id", "name", "realism_profile", "created_at")
    found = books.execute(text(f"SELECT {', '.join(names)} FROM simulation_configs ORDER BY id")).mappings().all()
    first = {(row["tenant_id"], row["name"]): row["id"] for row in reversed(found)}
    taken, rows, changes = set(first), [], []
    for row in found:
        tenant, name = row["tenant_id"], row["name"]
        if first[tenant, name] != row["id"]:
            name = _free(name, {other for whose, other in taken if whose == tenant})
            taken.add((tenant, name))
        own = {"name": name, "realism_profile": row["realism_profile"], "created_at": row["created_at"]}
        rows.append({"tenant": tenant, **own})
        before = {column: row[column] for column in names if column != "tenant_id"}
        changes.append(records.change(tenant, REVISION, f"{CONFIGURATION} {row['id']}", before, own))
    insert(books, _CONFIGURATIONS, rows)
    records.record(books, changes)


def _free(name: str, taken: Container[str]) -> str:
    copy = 2
    while f"{name} ({copy})" in taken:
        copy += 1
    return f"{name} ({copy})"
