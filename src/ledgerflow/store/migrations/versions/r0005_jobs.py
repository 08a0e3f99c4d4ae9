"""0005 Jobs: batches that were ordered, what they were ordered with, their chunks, and what failed of them."""

from alembic import op
from sqlalchemy import Boolean, Column, ForeignKeyConstraint, Index, UniqueConstraint, text

from ledgerflow.store import functions
from ledgerflow.store.migrations.role import own_schema
from ledgerflow.store.migrations.tables import execute, lose, make, of_tenant, on_postgresql, whole, words

revision = "0005"
down_revision = "0004"

_NEW = ("failures", "chunks", "orders", "jobs")


def upgrade() -> None:
    _make_jobs()
    make("orders", *_key("job"), words("commission"), _of_job())
    make(
        "chunks",
        *_key("job"),
        whole("number", key=True),
        whole("first"),
        whole("last"),
        _whether("begun"),
        words("parts"),
        _of_job(),
    )
    make(
        "failures",
        *_key("job"),
        whole("position", key=True),
        whole("attempts"),
        words("reason"),
        words("trace_id"),
        _whether("is_final"),
        _of_job(),
    )
    if on_postgresql():
        execute(*functions.looking(own_schema(op.get_bind())))


def _make_jobs() -> None:
    is_open = text("status IN ('queued', 'running')")
    make(
        "jobs",
        *_key("id"),
        words("key", nullable=True),
        *(words(name) for name in ("status", "stage", "wish")),
        whole("run"),
        whole("priority"),
        words("generation_id"),
        whole("batch", nullable=True),
        *(whole(name) for name in ("planned_from", "total", "issued", "drawn", "failed")),
        *(words(name) for name in ("last_error", "archive", "trace_id", "created_at")),
        words("started_at", nullable=True),
        words("ended_at", nullable=True),
        words("unused"),
        of_tenant(),
        UniqueConstraint("tenant", "key", name="jobs_key_once"),
        Index("jobs_open", "tenant", "priority", "created_at", sqlite_where=is_open, postgresql_where=is_open),
        Index("jobs_by_age", "tenant", "created_at", "id"),
    )


def _key(name: str) -> list[Column[str]]:
    return [words("tenant", key=True), words(name, key=True)]


def _of_job() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["tenant", "job"], ["jobs.tenant", "jobs.id"])


def _whether(name: str) -> Column[bool]:
    return Column(name, Boolean, nullable=False)


def downgrade() -> None:
    jobs = op.get_bind().scalar(text("SELECT count(*) FROM jobs"))
    lose(jobs or 0, "ordered batch's progress and failures", "ordered batches' progress and failures")
    if on_postgresql():
        execute(*(f"DROP FUNCTION {function}" for function in functions.LOOKING))
    for table in _NEW:
        op.drop_table(table)
    execute("DELETE FROM counters WHERE series = 'jobs' AND period = ''")
