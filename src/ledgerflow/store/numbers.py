"""Where the numbers of a tenant come from: one port, three allocators.

PostgreSQL counts with a native sequence, and where that cannot be had, with Redis in reserve; both book a block in a
transaction of their own before anything is made of it. SQLite and gapless series count with a row in the deed's own.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import datetime

from redis import Redis
from sqlalchemy import Connection, Engine

from ledgerflow.billing.errors import NumbersUnavailable
from ledgerflow.billing.numbering import NumberSeries
from ledgerflow.issuing.records import Block
from ledgerflow.store.blocks import Wanted, book, moment
from ledgerflow.store.counters import take_counts
from ledgerflow.store.epochs import take_reserve
from ledgerflow.store.sequences import SequenceRefused, take_sequence
from ledgerflow.store.tenancy import TenantSession

_Connect = Callable[[], AbstractContextManager[Connection]]
_Begin = Callable[[], AbstractContextManager[TenantSession]]
_TRIES = 15  # of 0.2 seconds, where nobody is in reserve


class Numbers:
    """The allocators of one tenant."""

    def __init__(self, engine: Engine, tenant: str, reserve: Redis | None) -> None:
        self._engine = engine
        self._tenant = tenant
        self._reserve = reserve

    def close(self) -> None:
        """Lets go of the Redis in reserve."""
        if self._reserve is not None:
            self._reserve.close()

    def counts_by_row(self, series: NumberSeries) -> bool:
        """Whether the series is counted in the deed's own transaction."""
        return series.gapless or self._engine.dialect.name == "sqlite"

    def take_within(self, session: TenantSession, series: NumberSeries, period: str, wanted: int) -> Block:
        """A block for the deed whose transaction this is, already used."""
        return self._by_row(session, Wanted(series, period, wanted), "used")

    def take(self, series: NumberSeries, period: str, wanted: int) -> Block:
        """A block for a deed, booked in a transaction of its own. It is open for only as long as the deed holds it."""
        return self._counted(self._at_once, self._own_transaction, Wanted(series, period, wanted))

    def reserve_within(
        self, session: TenantSession, series: NumberSeries, period: str, wanted: int, expires_at: datetime, holder: str
    ) -> Block:
        """A block for deeds to come, open until `expires_at` if this transaction commits."""
        asked = Wanted(series, period, wanted, moment(expires_at), holder)
        if self.counts_by_row(series):
            return self._by_row(session, asked, "open")
        return self._counted(lambda: _connected_savepoint(session), lambda: _savepoint(session), asked)

    def _by_row(self, session: TenantSession, asked: Wanted, state: str) -> Block:
        block = asked.at(take_counts(session, asked.series, asked.period, asked.size))
        book(session, asked.series.template, asked.period, block.first, block.last, state, asked.until, asked.holder)
        return block

    def _counted(self, connect: _Connect, begin: _Begin, asked: Wanted) -> Block:
        tries = 1 if self._reserve and asked.series.reserve else _TRIES
        while True:
            tries -= 1
            try:
                with connect() as connection:
                    return asked.at(take_sequence(connection, self._tenant, asked))
            except SequenceRefused as refusal:
                if not (tries and refusal.passing):
                    return self._take_reserve(begin, asked, refusal)

    def _take_reserve(self, begin: _Begin, asked: Wanted, refusal: SequenceRefused) -> Block:
        spare = asked.series.reserve
        if self._reserve is None or spare is None:
            lack = (
                "no Redis is set up in reserve (LEDGERFLOW_REDIS_URL)"
                if spare
                else "it has no digit to spare for the letter of numbers in reserve"
            )
            raise NumbersUnavailable(template=asked.series.template, reason=f"{refusal}, and {lack}.") from refusal
        from_spare = replace(asked, series=spare)
        with begin() as session:
            return from_spare.at(take_reserve(session, self._reserve, from_spare))

    @contextmanager
    def _at_once(self) -> Iterator[Connection]:
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            yield connection

    @contextmanager
    def _own_transaction(self) -> Iterator[TenantSession]:
        with TenantSession(self._engine, self._tenant) as session, session.begin():
            yield session


@contextmanager
def _savepoint(session: TenantSession) -> Iterator[TenantSession]:
    """A part of a transaction that can be taken back by itself."""
    with session.begin_nested():
        yield session


@contextmanager
def _connected_savepoint(session: TenantSession) -> Iterator[Connection]:
    with _savepoint(session):
        yield session.connection()
