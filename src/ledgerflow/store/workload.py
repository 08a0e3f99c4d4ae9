"""How batches stand, added up where they are kept: of one tenant, or of all."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, Row, Select, case, func, select, text
from sqlalchemy.orm import Session

from ledgerflow.issuing.jobs import JobStatus
from ledgerflow.issuing.workload import Tally, Trouble, Waiting
from ledgerflow.store.blocks import moment as written
from ledgerflow.store.database import reaching, reading
from ledgerflow.store.jobs import IS_OPEN
from ledgerflow.store.rows import JobRow

_ENDED = (JobStatus.SUCCEEDED.value, JobStatus.PARTLY_FAILED.value, JobStatus.FAILED.value)
"""Of these each invoice was attempted; of others what was drawn or failed by now."""
_BAD = (JobStatus.PARTLY_FAILED.value, JobStatus.FAILED.value)


class DatabaseWorkload:
    """See `workload.Workload`. A session of a tenant adds the tenant to each question."""

    def __init__(self, reading: Callable[[], AbstractContextManager[Session]]) -> None:
        self._reading = reading

    def waiting(self) -> Waiting:
        with self._reading() as session:
            return _told_waiting(session.execute(_waiting()).one())

    def since(self, moment: datetime) -> Tally:
        with self._reading() as session:
            return _told_tally(session.execute(_since(moment)).one())

    def troubles(self, moment: datetime, limit: int) -> Sequence[Trouble]:
        row = JobRow
        latest = select(row).where(row.created_at >= written(moment), row.status.in_(_BAD))
        with self._reading() as session:
            found = session.scalars(latest.order_by(row.created_at.desc(), row.id.desc()).limit(limit))
            return [_trouble(one) for one in found]


def _waiting() -> Select[*tuple[Any, ...]]:
    row = JobRow
    waits, works = row.status == JobStatus.QUEUED.value, row.status == JobStatus.RUNNING.value
    oldest = func.min(case((waits & (row.run == 1), row.created_at))).label("oldest")
    counts = (func.count(case((of, 1))).label(name) for name, of in (("queued", waits), ("running", works)))
    return select(*counts, oldest).where(IS_OPEN)


def _since(moment: datetime) -> Select[*tuple[Any, ...]]:
    row = JobRow
    attempted = case((row.status.in_(_ENDED), row.total), else_=row.drawn + row.failed)
    summed = (("issued", row.issued), ("attempted", attempted), ("failed", row.failed))
    sums = (func.coalesce(func.sum(one), 0).label(name) for name, one in summed)
    return select(func.count(row.id).label("batches"), *sums).where(row.created_at >= written(moment))


def _told_waiting(row: Row[*tuple[Any, ...]]) -> Waiting:
    return Waiting(row.queued, row.running, datetime.fromisoformat(row.oldest) if row.oldest else None)


def _told_tally(row: Row[*tuple[Any, ...]]) -> Tally:
    return Tally(int(row.batches), int(row.issued), int(row.attempted), int(row.failed))


def _trouble(row: JobRow | Row[*tuple[Any, ...]]) -> Trouble:
    at = datetime.fromisoformat(row.ended_at or row.created_at)
    return Trouble(row.tenant, row.id, row.status, at, row.last_error, row.failed, row.trace_id)


class WholeWorkload:
    """See `workload.Workload`: over all tenants of the installation."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._is_file = engine.dialect.name == "sqlite"

    def waiting(self) -> Waiting:
        if self._is_file:
            return self._own.waiting()
        return _told_waiting(self._ask("SELECT * FROM queue_standing()")[0])

    def since(self, moment: datetime) -> Tally:
        if self._is_file:
            return self._own.since(moment)
        return _told_tally(self._ask("SELECT * FROM tally_standing(:since)", since=written(moment))[0])

    def troubles(self, moment: datetime, limit: int) -> Sequence[Trouble]:
        if self._is_file:
            return self._own.troubles(moment, limit)
        asked = "SELECT * FROM troubled_jobs(:since, :most)"
        return [_trouble(one) for one in self._ask(asked, since=written(moment), most=limit)]

    @property
    def _own(self) -> DatabaseWorkload:
        @contextmanager
        def session() -> Iterator[Session]:
            with reaching(), Session(reading(self._engine)) as opened:
                yield opened

        return DatabaseWorkload(session)

    def _ask(self, words: str, **facts: object) -> Sequence[Row[*tuple[Any, ...]]]:
        """One statement, without a transaction around it."""
        engine = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        with reaching(), engine.connect() as connection:
            return connection.execute(text(words), facts).all()
