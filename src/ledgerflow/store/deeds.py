"""A deed in one transaction, and what is done when it does not come to its end."""

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TypeVar

from sqlalchemy import Engine, Text, cast, func, select, text
from sqlalchemy.exc import DBAPIError

from ledgerflow.billing.errors import BlockLost, CommitUnknown, InvoiceNumberCollisionException
from ledgerflow.issuing.ports import Journal
from ledgerflow.issuing.records import Block
from ledgerflow.store.blocks import NumbersTaken, release
from ledgerflow.store.database import LedgerUnreachable, is_lost, reaching, reading
from ledgerflow.store.journal import DatabaseJournal
from ledgerflow.store.numbers import Numbers
from ledgerflow.store.rows import InvoiceRow
from ledgerflow.store.tenancy import TenantSession

T = TypeVar("T")

_ATTEMPTS = 3
_AFTER_COLLISION = 0.05  # seconds; doubled at each attempt
_AFTER_LOSS = 1.0  # a server that is started again is back by then; doubled too
_NAMED_AT_ONCE = 1000  # numbers in one question
_ANSWERS, _BETWEEN_ANSWERS = 50, 0.2  # times that a database is asked for the fate of a commit, and seconds between
_FATES = {"committed": True, "aborted": False}


class Deeds:
    """Runs the deeds of one tenant. `collisions` counts how often a number that was taken turned out to be used."""

    def __init__(self, engine: Engine, tenant: str, numbers: Numbers, sleep: Callable[[float], None]) -> None:
        self._engine = engine
        self._tenant = tenant
        self._numbers = numbers
        self._sleep = sleep
        self.collisions = 0

    def transact(self, deed: Callable[[Journal], T]) -> T:
        """See `ports.Ledger`."""
        attempt = 0
        while True:
            try:
                with reaching():
                    return self._attempt(deed, attempt)
            except NumbersTaken as refusal:
                self.collisions += 1
                attempt += 1
                if attempt == _ATTEMPTS:
                    number = self._culprit(refusal.numbers)
                    raise InvoiceNumberCollisionException(number=number, attempts=attempt) from refusal
                self._sleep(_AFTER_COLLISION * 2 ** (attempt - 1))
            except LedgerUnreachable as loss:
                attempt += 1
                if attempt == _ATTEMPTS or not is_lost(loss.__cause__):
                    raise
                self._sleep(_AFTER_LOSS * 2 ** (attempt - 1))

    def _attempt(self, deed: Callable[[Journal], T], attempt: int) -> T:
        with TenantSession(self._engine, self._tenant) as session:
            session.begin()
            journal = DatabaseJournal(session, self._numbers, attempt)
            try:
                mark = _mark(session)
                done = deed(journal)
                journal.finish()
                self._commit(session, mark)
            except CommitUnknown:  # whoever still holds the blocks may yet write
                raise
            except BaseException as failure:
                session.rollback()
                self._give_back(journal.taken, type(failure).__name__)
                raise
            return done

    def _commit(self, session: TenantSession, mark: str | None) -> None:
        try:
            session.commit()
        except DBAPIError as refusal:
            if mark is None or not is_lost(refusal):
                raise
            written = self._was_written(mark)
            if written is None:
                raise CommitUnknown(reason=str(refusal.orig).strip().partition("\n")[0]) from refusal
            if not written:
                raise

    def _was_written(self, mark: str) -> bool | None:
        """Asks the database what became of a transaction whose commit was not answered; None if it cannot say."""
        asking = text("SELECT pg_xact_status(CAST(:mark AS xid8))").bindparams(mark=mark)
        for _ in range(_ANSWERS):
            with suppress(DBAPIError), self._engine.connect() as connection:
                status = connection.scalar(asking)
                if status in _FATES:
                    return _FATES[status]
            self._sleep(_BETWEEN_ANSWERS)
        return None

    def _give_back(self, blocks: Sequence[Block], failure: str) -> None:
        """What a failed deed took is void at once; where the database is gone too, the reclaim will find it."""
        for block in blocks:
            with (
                suppress(LedgerUnreachable, BlockLost),
                reaching(),
                TenantSession(self._engine, self._tenant) as session,
                session.begin(),
            ):
                release(session, block, f"Taken by a deed that failed ({failure})")

    def _culprit(self, numbers: Sequence[str]) -> str:
        """Of the numbers refused, one that the ledger has; if it has none, one that the batch holds twice."""
        with reaching(), TenantSession(reading(self._engine), self._tenant) as session:
            for start in range(0, len(numbers), _NAMED_AT_ONCE):
                some = numbers[start : start + _NAMED_AT_ONCE]
                taken = session.scalar(select(InvoiceRow.number).where(InvoiceRow.number.in_(some)).limit(1))
                if taken:
                    return taken
        return Counter(numbers).most_common(1)[0][0]


def _mark(session: TenantSession) -> str | None:
    """The name under which PostgreSQL remembers what became of this transaction."""
    if session.get_bind().dialect.name != "postgresql":
        return None
    return session.connection().scalar(select(cast(func.pg_current_xact_id(), Text)))
