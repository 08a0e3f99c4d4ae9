"""Blocks in the books: consecutive counts that were taken together, open until a deed uses them or they are void."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from ledgerflow.billing.errors import BlockLost, NumbersUnavailable
from ledgerflow.billing.numbering import NumberingRule, NumberSeries
from ledgerflow.issuing.records import Block, VoidNumber
from ledgerflow.store.rows import BlockRow, InvoiceRow, VoidNumberRow
from ledgerflow.store.tenancy import TenantSession

TWICE = "23505"  # unique_violation
_AT_ONCE = 1000  # rows sent to the database together
_OTHERWISE = "it has been counted in another way, and stays as it began. Name another series."


ANY = NumberingRule(".+")
"""Of a series that is in the books already: the law allowed it when it was first used."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """So many counts of a series in a period, for whom, and until when: a block as it is asked for."""

    series: NumberSeries
    period: str
    size: int
    until: str = ""
    holder: str = ""

    def at(self, first: int) -> Block:
        """The block that begins there."""
        return Block(self.series, self.period, first, self.size)


class NumbersTaken(Exception):
    """The database refused these numbers: one of them is taken."""

    def __init__(self, numbers: Sequence[str]) -> None:
        super().__init__(numbers)
        self.numbers = numbers


def moment(at: datetime) -> str:
    """A time as the books write it: in UTC, and of one length, so that earlier is less."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def book(
    session: TenantSession,
    template: str,
    period: str,
    first: int,
    last: int,
    state: str,
    expires_at: str = "",
    holder: str = "",
) -> None:
    """Enters a block. Raises NumbersUnavailable where another way of counting the series began at the same moment."""
    place = {"tenant": session.tenant, "series": template, "period": period, "first": first, "last": last}
    try:
        session.execute(insert(BlockRow), [place | {"state": state, "expires_at": expires_at, "holder": holder}])
    except IntegrityError as refusal:
        if getattr(refusal.orig, "sqlstate", "") != TWICE:
            raise
        raise NumbersUnavailable(template=template, reason=_OTHERWISE) from refusal


def require_new(session: TenantSession, template: str, period: str) -> None:
    """Raises NumbersUnavailable where a series has been counted: another counter of it would begin at 1 again."""
    here = (BlockRow.series == template, BlockRow.period == period)
    if session.scalar(select(BlockRow.first).where(*here).limit(1)) is not None:
        raise NumbersUnavailable(template=template, reason=_OTHERWISE)


def close(session: TenantSession, block: Block, state: str) -> None:
    """Ends an open block; whoever else would end it waits. Raises BlockLost if it is not open any more."""
    here = (BlockRow.series == block.series.template, BlockRow.period == block.period, BlockRow.first == block.first)
    ending = update(BlockRow).where(*here, BlockRow.last == block.last, BlockRow.state == "open")
    closing = ending.values(state=state).returning(BlockRow.first).execution_options(synchronize_session=False)
    if session.execute(closing).one_or_none() is None:
        raise BlockLost(first=block.number(0), last=block.number(block.size - 1))


def release(session: TenantSession, block: Block, reason: str) -> list[VoidNumber]:
    """Gives an open block back: its counts are void, but for those that are on an invoice or void already."""
    close(session, block, "released")
    return void_rest(session, block.series, block.period, block.first, block.last, reason)


def expired(session: TenantSession, at: datetime) -> list[BlockRow]:
    """Open blocks whose time is over and which no deed holds just now; they are held until the transaction ends."""
    over = (BlockRow.state == "open", BlockRow.expires_at <= moment(at))
    order = (BlockRow.series, BlockRow.period, BlockRow.first)
    return list(session.scalars(select(BlockRow).where(*over).order_by(*order).with_for_update(skip_locked=True)))


def void_rest(
    session: TenantSession, series: NumberSeries, period: str, first: int, last: int, reason: str
) -> list[VoidNumber]:
    """Records void every count from `first` to `last` that is neither on an invoice nor void already."""
    known = set[int]()
    for row in (InvoiceRow, VoidNumberRow):
        here = (row.series == series.template, row.period == period, row.count.between(first, last))
        known.update(session.scalars(select(row.count).where(*here)))
    within = range(first, min(last, series.capacity) + 1)  # beyond its capacity a series has no numbers
    return enter_void(session, series, period, (count for count in within if count not in known), reason)


def enter_void(
    session: TenantSession, series: NumberSeries, period: str, counts: Iterable[int], reason: str
) -> list[VoidNumber]:
    """Records counts void."""
    voids = [VoidNumber(series.text(count, period), series.template, period, count, reason) for count in counts]
    enter_void_numbers(session, voids)
    return voids


def enter_void_numbers(session: TenantSession, numbers: Sequence[VoidNumber]) -> None:
    """Records numbers void; raises NumbersTaken where one of them is void already."""
    for start in range(0, len(numbers), _AT_ONCE):
        some = numbers[start : start + _AT_ONCE]
        try:
            session.execute(insert(VoidNumberRow), [{"tenant": session.tenant, **asdict(one)} for one in some])
        except IntegrityError as refusal:
            raise NumbersTaken([one.number for one in some]) from refusal
