"""The tables of ordered batches."""

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from ledgerflow.store.rows.base import Row, of_tenant

_OPEN = text("status IN ('queued', 'running')")


class JobRow(Row):
    """A batch that was ordered, and how far it is: `jobs.Job`, its times in ISO 8601 in UTC, and its key or none."""

    __tablename__ = "jobs"
    __table_args__ = (
        of_tenant(),
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
