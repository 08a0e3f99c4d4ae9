"""Where the numbers of a tenant come from: one port, three allocators.

PostgreSQL counts with a native sequence, and where that cannot be had, with Redis in reserve; both book a block in a
transaction of their own before anything is made of it. SQLite and gapless series count with a row in the deed's own.
"""

from datetime import datetime

from redis import Redis
from sqlalchemy import Engine

from ledgerflow.billing.errors import NumbersUnavailable
from ledgerflow.billing.numbering import NumberSeries
from ledgerflow.issuing.ports import Block
from ledgerflow.store.blocks import book, moment
from ledgerflow.store.counters import take_counts
from ledgerflow.store.epochs import take_reserve
from ledgerflow.store.sequences import SequenceRefused, take_sequence
from ledgerflow.store.tenancy import TenantSession


class Numbers:
    """The allocators of one tenant."""

    def __init__(self, engine: Engine, tenant: str, reserve: Redis | None) -> None:
        self._engine = engine
        self._tenant = tenant
        self._reserve = reserve

    def counts_by_row(self, series: NumberSeries) -> bool:
        """Whether the series is counted in the deed's own transaction."""
        return series.gapless or self._engine.dialect.name == "sqlite"

    def take_within(self, session: TenantSession, series: NumberSeries, period: str, wanted: int) -> Block:
        """A block for the deed whose transaction this is, already used."""
        first = take_counts(session, series, period, wanted)
        block = Block(series, period, first, wanted)
        book(session, series.template, period, block.first, block.last, "used")
        return block

    def take(
        self, series: NumberSeries, period: str, wanted: int, expires_at: datetime | None = None, holder: str = ""
    ) -> Block:
        """A block that is open until `expires_at`, booked in a transaction of its own. Without such a time it is open
        for only as long as a deed holds it."""
        until = moment(expires_at) if expires_at else ""
        if self.counts_by_row(series):
            with TenantSession(self._engine, self._tenant) as session, session.begin():
                first = take_counts(session, series, period, wanted)
                book(session, series.template, period, first, first + wanted - 1, "open", until, holder)
            return Block(series, period, first, wanted)
        try:
            first = take_sequence(self._engine, self._tenant, series, period, wanted, until, holder)
            return Block(series, period, first, wanted)
        except SequenceRefused as refusal:
            return self._take_reserve(series, period, wanted, until, holder, refusal)

    def _take_reserve(
        self, series: NumberSeries, period: str, wanted: int, until: str, holder: str, refusal: SequenceRefused
    ) -> Block:
        spare = series.reserve
        if self._reserve is None or spare is None:
            lack = "no Redis is set up in reserve" if spare else "it has no digit to spare for numbers in reserve"
            raise NumbersUnavailable(template=series.template, reason=f"{refusal}, and {lack}.") from refusal
        with TenantSession(self._engine, self._tenant) as session, session.begin():
            first = take_reserve(session, self._reserve, spare, period, wanted, until, holder)
        return Block(spare, period, first, wanted)
