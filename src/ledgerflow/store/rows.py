"""The tables of the books, each led by its tenant, so that they can be distributed by tenant. Rows stay in the store;
what is entered stays as it was (`guards`)."""

from datetime import date
from typing import ClassVar

from sqlalchemy import BigInteger, ForeignKeyConstraint, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

Words = Text().with_variant(Text(collation="C"), "postgresql")
"""Text that both databases compare byte by byte: a prefix is a range, and an index serves it."""
_CARRIED = ["day", "buyer_key", "currency", "payable"]
_OPEN = text("status IN ('queued', 'running')")


class Row(DeclarativeBase):
    """A row of any table. Every row belongs to a tenant, and the key says so first."""

    type_annotation_map: ClassVar = {int: BigInteger, str: Words}

    __abstract__ = True
    tenant: Mapped[str] = mapped_column(primary_key=True, sort_order=-1)


def _of_tenant() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["tenant"], ["tenants.tenant"])


class TenantRow(Row):
    """A tenant, entered when its books are first opened."""

    __tablename__ = "tenants"


class CounterRow(Row):
    """The last count taken of a series in a period: SQLite's series, gapless ones, and the books' own lists."""

    __tablename__ = "counters"
    __table_args__ = (_of_tenant(),)
    series: Mapped[str] = mapped_column(primary_key=True)
    period: Mapped[str] = mapped_column(primary_key=True)
    last: Mapped[int]


class SequenceRow(Row):
    """The native sequence of PostgreSQL that counts a series in a period; written by `take_numbers` alone. Up to
    `settled` every count is in a block."""

    __tablename__ = "sequences"
    __table_args__ = (_of_tenant(),)
    series: Mapped[str] = mapped_column(primary_key=True)
    period: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    settled: Mapped[int]


class EpochRow(Row):
    """The fence round Redis: which key counts a sub-series now, from which count on, and the last one booked."""

    __tablename__ = "epochs"
    __table_args__ = (_of_tenant(),)
    series: Mapped[str] = mapped_column(primary_key=True)
    period: Mapped[str] = mapped_column(primary_key=True)
    epoch: Mapped[int]
    base: Mapped[int]
    last: Mapped[int]


class BlockRow(Row):
    """Consecutive counts taken together. `open` until a deed uses them, or until they are given back (`released`) or
    reclaimed (`expired`); `expires_at` is ISO 8601 in UTC, and `holder` says who took them."""

    __tablename__ = "blocks"
    __table_args__ = (_of_tenant(), Index("blocks_by_state", "tenant", "state", "expires_at"))
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
    __table_args__ = (_of_tenant(),)
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
    __table_args__ = (_of_tenant(), Index("void_numbers_by_count", "tenant", "series", "period", "count"))
    number: Mapped[str] = mapped_column(primary_key=True)
    series: Mapped[str]
    period: Mapped[str]
    count: Mapped[int]
    reason: Mapped[str]


class AuditRow(Row):
    """An entry of the audit trail, as it was sealed."""

    __tablename__ = "audit"
    __table_args__ = (_of_tenant(),)
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
    __table_args__ = (_of_tenant(),)
    name: Mapped[str] = mapped_column(primary_key=True)
    realism_profile: Mapped[str]
    created_at: Mapped[str]


class MigrationChangeRow(Row):
    """What a migration changed in one row, before and after as JSON: the report from which it is undone."""

    __tablename__ = "migration_changes"
    __table_args__ = (_of_tenant(),)
    revision: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    before: Mapped[str]
    after: Mapped[str]


class JobRow(Row):
    """A batch that was ordered, and how far it is: `jobs.Job`, its times in ISO 8601 in UTC, and its key or none."""

    __tablename__ = "jobs"
    __table_args__ = (
        _of_tenant(),
        UniqueConstraint("tenant", "key", name="jobs_key_once"),
        Index("jobs_open", "tenant", "priority", "created_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("jobs_by_age", "tenant", "created_at", "id"),
    )
    id: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str | None]
    status: Mapped[str]
    stage: Mapped[str]
    wish: Mapped[str]
    run: Mapped[int]
    priority: Mapped[int]
    generation_id: Mapped[str]
    batch: Mapped[int | None]
    planned_from: Mapped[int]
    total: Mapped[int]
    issued: Mapped[int]
    drawn: Mapped[int]
    failed: Mapped[int]
    last_error: Mapped[str]
    archive: Mapped[str]
    trace_id: Mapped[str]
    created_at: Mapped[str]
    started_at: Mapped[str | None]
    ended_at: Mapped[str | None]
    unused: Mapped[str]


class OrderRow(Row):
    """What a job was ordered with, as JSON: large, and never written again when the job changes."""

    __tablename__ = "orders"
    __table_args__ = (ForeignKeyConstraint(["tenant", "job"], ["jobs.tenant", "jobs.id"]),)
    job: Mapped[str] = mapped_column(primary_key=True)
    commission: Mapped[str]


class ChunkRow(Row):
    """Positions of a job that one worker draws together; `parts` is JSON."""

    __tablename__ = "chunks"
    __table_args__ = (ForeignKeyConstraint(["tenant", "job"], ["jobs.tenant", "jobs.id"]),)
    job: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    first: Mapped[int]
    last: Mapped[int]
    begun: Mapped[bool]
    parts: Mapped[str]


class FailureRow(Row):
    """An invoice of a job that lacks a file, or is not in the ledger, and why."""

    __tablename__ = "failures"
    __table_args__ = (ForeignKeyConstraint(["tenant", "job"], ["jobs.tenant", "jobs.id"]),)
    job: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    attempts: Mapped[int]
    reason: Mapped[str]
    trace_id: Mapped[str]
    is_final: Mapped[bool]
