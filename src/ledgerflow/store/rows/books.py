"""The tables of the books themselves: numbers, invoices, the audit trail; what is entered stays (`guards`)."""

from datetime import date

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ledgerflow.store.rows.base import Row, of_tenant

_CARRIED = ["day", "buyer_key", "currency", "payable"]


class TenantRow(Row):
    """A tenant, entered when its books are first opened."""

    __tablename__ = "tenants"


class CounterRow(Row):
    """The last count taken of a series in a period: SQLite's series, gapless ones, and the books' own lists."""

    __tablename__ = "counters"
    __table_args__ = (of_tenant(),)
    series: Mapped[str] = mapped_column(primary_key=True)
    period: Mapped[str] = mapped_column(primary_key=True)
    last: Mapped[int]


class SequenceRow(Row):
    """The native sequence of PostgreSQL that counts a series in a period; written by `take_numbers` alone. Up to
    `settled` every count is in a block."""

    __tablename__ = "sequences"
    __table_args__ = (of_tenant(),)
    series: Mapped[str] = mapped_column(primary_key=True)
    period: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    settled: Mapped[int]


class EpochRow(Row):
    """The fence round Redis: which key counts a sub-series now, from which count on, and the last one booked."""

    __tablename__ = "epochs"
    __table_args__ = (of_tenant(),)
    series: Mapped[str] = mapped_column(primary_key=True)
    period: Mapped[str] = mapped_column(primary_key=True)
    epoch: Mapped[int]
    base: Mapped[int]
    last: Mapped[int]


class BlockRow(Row):
    """Consecutive counts taken together. `open` until a deed uses them, or until they are given back (`released`) or
    reclaimed (`expired`); `expires_at` is ISO 8601 in UTC, and `holder` says who took them."""

    __tablename__ = "blocks"
    __table_args__ = (of_tenant(), Index("blocks_by_state", "tenant", "state", "expires_at"))
    series: Mapped[str] = mapped_column(primary_key=True)
    period: Mapped[str] = mapped_column(primary_key=True)
    first: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int]
    state: Mapped[str]
    expires_at: Mapped[str]
    holder: Mapped[str]


class BatchRow(Row):
    """Invoices issued together."""

    __tablename__ = "batches"
    __table_args__ = (of_tenant(),)
    number: Mapped[int] = mapped_column(primary_key=True)
    generation_id: Mapped[str]
    issued_at: Mapped[str]
    size: Mapped[int]
    retries: Mapped[int]


class InvoiceRow(Row):
    """An invoice: what it is searched by, amounts in minor units, and the whole of it as JSON. On PostgreSQL each
    index by which it is searched carries what the other conditions ask for too, so that a search reads nothing else.

    `count` is its place in the series and period, 0 where it comes from older books that had no series; `buyer_key` the
    buyer's name without regard to case; `corrects` the number that a note corrects; `generation_metadata` is JSON.
    """

    __tablename__ = "invoices"
    __table_args__ = (
        ForeignKeyConstraint(["tenant", "batch"], ["batches.tenant", "batches.number"]),
        UniqueConstraint("tenant", "number", name="invoices_number_once", postgresql_include=_CARRIED),
        Index("invoices_by_count", "tenant", "series", "period", "count"),
        Index("invoices_by_day", "tenant", "day", "number", postgresql_include=["buyer_key", "currency", "payable"]),
        Index("invoices_by_buyer", "tenant", "buyer_key", "day", postgresql_include=["number", "currency", "payable"]),
        Index("invoices_by_amount", "tenant", "currency", "payable", "day", postgresql_include=["number", "buyer_key"]),
        Index("invoices_by_correction", "tenant", "corrects"),
    )
    batch: Mapped[int] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str]
    day: Mapped[date]
    kind: Mapped[str]
    series: Mapped[str]
    period: Mapped[str]
    count: Mapped[int]
    strategy: Mapped[str]
    buyer: Mapped[str]
    buyer_key: Mapped[str]
    currency: Mapped[str]
    taxable_value: Mapped[int]
    tax: Mapped[int]
    payable: Mapped[int]
    corrects: Mapped[str | None]
    trace_id: Mapped[str]
    generation_metadata: Mapped[str]
    retry_count: Mapped[int]
    last_error: Mapped[str]
    document: Mapped[str]


class VoidNumberRow(Row):
    """A number that was taken and that no invoice bears."""

    __tablename__ = "void_numbers"
    __table_args__ = (of_tenant(), Index("void_numbers_by_count", "tenant", "series", "period", "count"))
    number: Mapped[str] = mapped_column(primary_key=True)
    series: Mapped[str]
    period: Mapped[str]
    count: Mapped[int]
    reason: Mapped[str]


class AuditRow(Row):
    """An entry of the audit trail, as it was sealed."""

    __tablename__ = "audit"
    __table_args__ = (of_tenant(),)
    sequence: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[str]
    actor: Mapped[str]
    deed: Mapped[str]
    details: Mapped[str]
    previous: Mapped[str]
    hash: Mapped[str]


class ConfigurationRow(Row):
    """A configuration kept under a name; older books had three switches where `realism_profile` is."""

    __tablename__ = "configurations"
    __table_args__ = (of_tenant(),)
    name: Mapped[str] = mapped_column(primary_key=True)
    realism_profile: Mapped[str]
    created_at: Mapped[str]


class MigrationChangeRow(Row):
    """What a migration changed in one row, before and after as JSON: the report from which it is undone."""

    __tablename__ = "migration_changes"
    __table_args__ = (of_tenant(),)
    revision: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    before: Mapped[str]
    after: Mapped[str]
