"""How the installation stands, over all tenants and naming none: a question is one statement."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, Row, Select, case, func, select

from ledgerflow.issuing.jobs import JobStatus
from ledgerflow.issuing.standing import BUDGETED, Budget, Queue
from ledgerflow.store.blocks import moment
from ledgerflow.store.database import reaching, reading
from ledgerflow.store.jobs import IS_OPEN
from ledgerflow.store.pulse import ALIVE, is_file_held
from ledgerflow.store.rows import JobRow

_ENDED = (JobStatus.SUCCEEDED.value, JobStatus.PARTLY_FAILED.value, JobStatus.FAILED.value)
"""Of these each invoice was attempted; of others what was drawn or failed by now."""


def queue_of(engine: Engine) -> Queue:
    """The batches of all tenants that wait or are at work."""
    row = JobRow
    if engine.dialect.name == "postgresql":
        wanted: Select[*tuple[Any, ...]] = select(*func.queue_standing().table_valued("queued", "running", "oldest").c)
    else:
        waits, works = row.status == JobStatus.QUEUED.value, row.status == JobStatus.RUNNING.value
        wanted = select(
            func.count(case((waits, 1))).label("queued"),
            func.count(case((works, 1))).label("running"),
            func.min(case((waits & (row.run == 1), row.created_at))).label("oldest"),
        ).where(IS_OPEN)
    (one,) = _answer(engine, wanted)
    return Queue(one.queued, one.running, datetime.fromisoformat(one.oldest) if one.oldest else None)


def budget_of(engine: Engine, at: datetime) -> Budget:
    """What was attempted and what failed in the thirty days before `at`, by all tenants."""
    row, since = JobRow, moment(at - BUDGETED)
    if engine.dialect.name == "postgresql":
        wanted: Select[*tuple[Any, ...]] = select(*func.budget_standing(since).table_valued("attempted", "failed").c)
    else:
        attempted = case((row.status.in_(_ENDED), row.total), else_=row.drawn + row.failed)
        wanted = select(
            func.coalesce(func.sum(attempted), 0).label("attempted"),
            func.coalesce(func.sum(row.failed), 0).label("failed"),
        ).where(row.created_at >= since)
    (one,) = _answer(engine, wanted)
    return Budget(one.attempted, one.failed)


def workers_of(engine: Engine) -> int:
    """How many workers give signs of life."""
    if engine.dialect.name == "postgresql":
        return len({one.objid for one in _answer(engine, ALIVE)})
    return int(is_file_held(Path(str(engine.url.database))))


def _answer(engine: Engine, wanted: Select[*tuple[Any, ...]]) -> Sequence[Row[*tuple[Any, ...]]]:
    """PostgreSQL answers one statement at once, without a transaction around it."""
    if engine.dialect.name == "postgresql":
        engine = engine.execution_options(isolation_level="AUTOCOMMIT")
    with reaching(), reading(engine).connect() as connection:
        return connection.execute(wanted).all()
