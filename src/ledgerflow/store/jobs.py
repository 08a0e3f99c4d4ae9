"""Jobs in the books: what a deed writes of them in its transaction, and what is read of them."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Row, and_, bindparam, delete, func, insert, inspect, literal, select, tuple_, update

from ledgerflow.issuing.jobs import BatchUnknown, Chunk, Failure, Job, JobStatus, Part, Stage, Wish
from ledgerflow.store.blocks import moment
from ledgerflow.store.counters import take
from ledgerflow.store.rows import ChunkRow, FailureRow, InvoiceRow, JobRow, OrderRow
from ledgerflow.store.statements import Entry, Question
from ledgerflow.store.tenancy import TenantSession

_ENTERING = ("jobs", "")  # a counter that counts nothing: its row is held by whoever enters a job
_FIELDS = [field.name for field in fields(Job)]
_STAYING = {"id", "key", "created_at"}  # columns of a job that are written once
_AT_ONCE = 1000  # positions in one statement

IS_OPEN = JobRow.status.in_([literal(status.value, literal_execute=True) for status in JobStatus if status.is_open])
"""Written out in every statement, for only so is the index used in which there are no other jobs."""

_OPEN = Question(select(func.count(JobRow.id)).where(IS_OPEN))
_HELD = Question(select(*inspect(JobRow).columns).where(JobRow.id == bindparam("id")).with_for_update(key_share=True))
_JOB, _ORDER = Entry(insert(JobRow)), Entry(insert(OrderRow))

T = TypeVar("T")
Reading = Callable[[], AbstractContextManager[TenantSession]]


class SessionJobBook:
    """What a deed writes of jobs; see `jobs.JobBook`."""

    def __init__(self, session: TenantSession) -> None:
        self._session = session

    def enter(self, job: Job, commission: str) -> None:
        tenant = self._session.tenant
        self._session.enter(_JOB, {"tenant": tenant, **_columns(job)})
        self._session.enter(_ORDER, {"tenant": tenant, "job": job.id, "commission": commission})

    def count_open(self) -> int:
        """Whoever would enter another waits at the counter until this deed ends, and counts what it entered."""
        take(self._session, *_ENTERING, 0)
        return self._session.ask(_OPEN).scalar_one()

    def hold(self, id: str) -> Job:
        """The lock leaves room for what refers to the job, such as a failure entered by another deed."""
        return _job(_known(self._session.ask(_HELD, id=id).one_or_none(), id))

    def keep(self, job: Job) -> None:
        columns = {name: value for name, value in _columns(job).items() if name not in _STAYING}
        keeping = update(JobRow).where(JobRow.id == job.id).values(columns).returning(JobRow.id)
        _known(self._session.scalar(keeping, execution_options={"synchronize_session": False}), job.id)

    def cut(self, id: str, chunks: Sequence[Chunk]) -> None:
        known = set[int]()
        for some in _some([chunk.number for chunk in chunks]):
            here = (ChunkRow.job == id, ChunkRow.number.in_(some))
            known.update(self._session.scalars(select(ChunkRow.number).where(*here)))
        new = [chunk for chunk in chunks if chunk.number not in known]
        if new:
            own = {"tenant": self._session.tenant, "job": id}
            self._session.execute(insert(ChunkRow), [own | _chunk_columns(chunk) for chunk in new])
        for chunk in chunks:
            if chunk.number in known:
                self.keep_chunk(id, chunk)

    def hold_chunk(self, id: str, number: int) -> Chunk:
        here = (ChunkRow.job == id, ChunkRow.number == number)
        wanted = select(ChunkRow).where(*here).with_for_update(key_share=True)
        return _chunk(self._session.scalars(wanted, execution_options={"populate_existing": True}).one())

    def keep_chunk(self, id: str, chunk: Chunk) -> None:
        here = (ChunkRow.job == id, ChunkRow.number == chunk.number)
        keeping = update(ChunkRow).where(*here).values(_chunk_columns(chunk))
        self._session.execute(keeping, execution_options={"synchronize_session": False})

    def fail(self, id: str, failures: Sequence[Failure]) -> None:
        if not failures:
            return
        self.forgive(id, [failure.position for failure in failures])
        own = {"tenant": self._session.tenant, "job": id}
        self._session.execute(insert(FailureRow), [own | _failure_columns(failure) for failure in failures])

    def forgive(self, id: str, positions: Sequence[int]) -> None:
        for some in _some(positions):
            here = (FailureRow.job == id, FailureRow.position.in_(some))
            forgiving = delete(FailureRow).where(*here)
            self._session.execute(forgiving, execution_options={"synchronize_session": False})

    def count_failed(self, id: str) -> int:
        here = (FailureRow.job == id, FailureRow.is_final)
        return self._session.scalar(select(func.count(FailureRow.position)).where(*here)) or 0


class DatabaseJobs:
    """The jobs of a tenant, each question answered as of the moment it is asked; see `jobs.Jobs`."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    def find(self, id: str) -> Job:
        with self._reading() as session:
            return _job(_known(session.scalar(select(JobRow).where(JobRow.id == id)), id))

    def commission(self, id: str) -> str:
        with self._reading() as session:
            return _known(session.scalar(select(OrderRow.commission).where(OrderRow.job == id)), id)

    def latest(self, limit: int = 50) -> Sequence[Job]:
        newest = select(JobRow).order_by(JobRow.created_at.desc(), JobRow.id.desc()).limit(limit)
        with self._reading() as session:
            return [_job(row) for row in session.scalars(newest)]

    def page(
        self, limit: int, after: tuple[datetime, str] | None = None, status: JobStatus | None = None
    ) -> Sequence[Job]:
        row = JobRow
        wanted = select(row).order_by(row.created_at.desc(), row.id.desc()).limit(limit)
        if after:
            wanted = wanted.where(tuple_(row.created_at, row.id) < (moment(after[0]), after[1]))
        if status:
            wanted = wanted.where(row.status == status.value)
        with self._reading() as session:
            return [_job(one) for one in session.scalars(wanted)]

    def chunks(self, id: str) -> Sequence[Chunk]:
        wanted = select(ChunkRow).where(ChunkRow.job == id).order_by(ChunkRow.number)
        with self._reading() as session:
            return [_chunk(row) for row in session.scalars(wanted)]

    def failures(self, id: str, limit: int | None = None, after: int = -1) -> Sequence[Failure]:
        row, invoice = FailureRow, InvoiceRow
        same = and_(invoice.batch == JobRow.batch, invoice.position == row.position)
        numbered = select(row, invoice.number).join(JobRow, JobRow.id == row.job).outerjoin(invoice, same)
        wanted = numbered.where(row.job == id, row.position > after).order_by(row.position).limit(limit)
        with self._reading() as session:
            return [_failure(failed, number or "") for failed, number in session.execute(wanted)]


def _known(found: T | None, id: str) -> T:
    if found is None:
        raise BatchUnknown(id=id)
    return found


def _some(places: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(places), _AT_ONCE):
        yield places[start : start + _AT_ONCE]


def _job(row: JobRow | Row[*tuple[Any, ...]]) -> Job:
    return Job(
        id=row.id,
        key=row.key or "",
        status=JobStatus(row.status),
        stage=Stage(row.stage),
        wish=Wish(row.wish),
        run=row.run,
        priority=row.priority,
        generation_id=row.generation_id,
        batch=row.batch,
        planned_from=row.planned_from,
        total=row.total,
        issued=row.issued,
        drawn=row.drawn,
        failed=row.failed,
        last_error=row.last_error,
        archive=row.archive,
        trace_id=row.trace_id,
        created_at=datetime.fromisoformat(row.created_at),
        started_at=_time(row.started_at),
        ended_at=_time(row.ended_at),
        unused=row.unused,
    )


def _time(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written) if written else None


def _columns(job: Job) -> dict[str, object]:
    times = ("created_at", "started_at", "ended_at")
    written = {name: moment(at) if (at := getattr(job, name)) else None for name in times}
    words = {"status": job.status.value, "stage": job.stage.value, "wish": job.wish.value}
    return {name: getattr(job, name) for name in _FIELDS} | words | written | {"key": job.key or None}


def _chunk(row: ChunkRow) -> Chunk:
    parts = tuple(Part(**part) for part in json.loads(row.parts))
    return Chunk(row.number, row.first, row.last, row.begun, parts)


def _chunk_columns(chunk: Chunk) -> dict[str, object]:
    return {**asdict(chunk), "parts": json.dumps([asdict(part) for part in chunk.parts])}


def _failure(row: FailureRow, number: str) -> Failure:
    return Failure(row.position, row.attempts, row.reason, row.trace_id, row.is_final, number)


def _failure_columns(failure: Failure) -> dict[str, object]:
    columns = asdict(failure)
    del columns["number"]  # the ledger knows it
    return columns
