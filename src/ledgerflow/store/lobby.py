"""What a worker sees before it goes in to a tenant: whose jobs are open, and which tenants there are.

A worker serves them all, so this is the one place that looks across them, and it tells nothing else of any.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from redis import Redis
from sqlalchemy import Engine, Row, Select, func, select

from ledgerflow.issuing.jobs import JobStatus
from ledgerflow.issuing.standing import Budget, Queue
from ledgerflow.store.database import reaching, reading
from ledgerflow.store.jobs import IS_OPEN
from ledgerflow.store.ledger import DatabaseLedger
from ledgerflow.store.rows import JobRow, TenantRow
from ledgerflow.store.standing import budget_of, queue_of, workers_of
from ledgerflow.store.stock import Catalogues
from ledgerflow.store.tenancy import TenantSession, enter_tenant
from ledgerflow.store.workload import WholeWorkload


@dataclass(frozen=True, slots=True)
class OpenJob:
    """A job that is queued or running, and whose it is."""

    tenant: str
    id: str
    run: int
    status: JobStatus
    priority: int
    trace_id: str


class Lobby:
    """Keeps the engine open for one who asks many times a second: each question is one statement by an index that holds
    open jobs alone, and no transaction stays open after it."""

    def __init__(self, engine: Engine, reserve: Redis | None = None) -> None:
        self._engine = engine
        self._reader = reading(engine)
        self._reserve = reserve
        self._held = Catalogues()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of the database, and of the Redis in reserve."""
        if self._reserve is not None:
            self._reserve.close()
        self._engine.dispose()

    def ledger(self, tenant: str) -> DatabaseLedger:
        """The books of one tenant, over the connections of the lobby: it is closed with it."""
        return DatabaseLedger(self._engine, tenant, self._reserve, held=self._held, reader=self._reader)

    def enter(self, tenant: str) -> None:
        """Enters a tenant, whose books may then be opened; one that is there stays as it is."""
        with reaching(), TenantSession(self._engine, tenant) as session, session.begin():
            enter_tenant(session, tenant)

    def knows(self, tenant: str) -> bool:
        """Whether there is such a tenant."""
        with reaching(), TenantSession(self._reader, tenant) as session:
            return session.scalar(select(TenantRow.tenant)) is not None

    def open_jobs(self) -> Sequence[OpenJob]:
        """The jobs of all tenants that are queued or running, the least priority first, then the oldest."""
        return open_jobs(self._engine)

    @property
    def workload(self) -> WholeWorkload:
        """How the batches of all tenants stand."""
        return WholeWorkload(self._engine)

    def tenants(self) -> Sequence[str]:
        """All tenants, by name."""
        return known_tenants(self._engine)

    def queue(self) -> Queue:
        """The batches of all tenants that wait or are at work."""
        return queue_of(self._engine)

    def budget(self, at: datetime) -> Budget:
        """What was attempted and what failed in the last thirty days, by all tenants."""
        return budget_of(self._engine, at)

    def workers(self) -> int:
        """How many workers give signs of life."""
        return workers_of(self._engine)


def open_jobs(engine: Engine) -> Sequence[OpenJob]:
    """See `Lobby`."""
    row = JobRow
    if engine.dialect.name == "postgresql":
        told = func.open_jobs().table_valued("tenant", "id", "run", "status", "priority", "trace_id")
        wanted = select(*told.c)
    else:
        columns = select(row.tenant, row.id, row.run, row.status, row.priority, row.trace_id)
        wanted = columns.where(IS_OPEN).order_by(row.priority, row.created_at, row.tenant, row.id)
    return [
        OpenJob(one.tenant, one.id, one.run, JobStatus(one.status), one.priority, one.trace_id)
        for one in _answer(engine, wanted)
    ]


def known_tenants(engine: Engine) -> Sequence[str]:
    """See `Lobby`."""
    if engine.dialect.name == "postgresql":
        wanted = select(func.known_tenants().table_valued("tenant").c.tenant)
    else:
        wanted = select(TenantRow.tenant).order_by(TenantRow.tenant)
    return [one.tenant for one in _answer(engine, wanted)]


def _answer(engine: Engine, wanted: Select[*tuple[Any, ...]]) -> Sequence[Row[*tuple[Any, ...]]]:
    """PostgreSQL answers one statement at once, without a transaction around it."""
    if engine.dialect.name == "postgresql":
        engine = engine.execution_options(isolation_level="AUTOCOMMIT")
    with reaching(), reading(engine).connect() as connection:
        return connection.execute(wanted).all()
