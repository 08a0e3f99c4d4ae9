"""The tables of a ledger, each led by its tenant. Rows never leave the store."""

from datetime import date
from typing import ClassVar

from sqlalchemy import BigInteger, ForeignKeyConstraint, Index, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Row(DeclarativeBase):
    """A row of any table. Every row belongs to a tenant, and the key says so first."""

    type_annotation_map: ClassVar = {int: BigInteger, str: Text}

    __abstract__ = True
    tenant: Mapped[str] = mapped_column(primary_key=True, sort_order=-1)


def _of_tenant() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["tenant"], ["tenants.tenant"])


class TenantRow(Row):
    """A tenant, entered when its ledger is first opened."""

    __tablename__ = "tenants"


class CounterRow(Row):
    """The last count taken of a series in a period."""

    __tablename__ = "counters"
    __table_args__ = (_of_tenant(),)
    series: Mapped[str] = mapped_column(primary_key=True)
    period: Mapped[str] = mapped_column(primary_key=True)
    last: Mapped[int]


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
    """An invoice: what it is searched by, amounts in minor units, and the whole of it as JSON."""

    __tablename__ = "invoices"
    __table_args__ = (
        ForeignKeyConstraint(["tenant", "batch"], ["batches.tenant", "batches.number"]),
        UniqueConstraint("tenant", "number", name="invoices_number_once"),
        Index("invoices_by_day", "tenant", "day"),
    )
    batch: Mapped[int] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str]
    day: Mapped[date]
    kind: Mapped[str]
    series: Mapped[str]
    strategy: Mapped[str]
    buyer: Mapped[str]
    currency: Mapped[str]
    taxable_value: Mapped[int]
    tax: Mapped[int]
    payable: Mapped[int]
    generation_id: Mapped[str]
    retry_count: Mapped[int]
    last_error: Mapped[str]
    document: Mapped[str]


class VoidNumberRow(Row):
    """A number that was taken and that no invoice bears."""

    __tablename__ = "void_numbers"
    __table_args__ = (_of_tenant(),)
    number: Mapped[str] = mapped_column(primary_key=True)
    series: Mapped[str]
    period: Mapped[str]
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
