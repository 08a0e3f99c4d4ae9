"""The journal of a ledger: what a deed writes, inside one transaction."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from datetime import UTC, datetime

from sqlalchemy import bindparam, insert, select
from sqlalchemy.exc import IntegrityError

from ledgerflow.billing.errors import BlockLost, InvoiceUnknown, NumbersUnavailable
from ledgerflow.billing.invoice import Invoice, from_json, to_json
from ledgerflow.billing.numbering import NumberSeries
from ledgerflow.issuing.audit import AuditEntry, seal
from ledgerflow.issuing.records import Batch, Block, Entry, VoidNumber
from ledgerflow.store.blocks import ANY, NumbersTaken, close, enter_void_numbers, release, void_rest
from ledgerflow.store.counters import take
from ledgerflow.store.documents import SessionDocumentBook
from ledgerflow.store.jobs import SessionJobBook
from ledgerflow.store.numbers import Numbers
from ledgerflow.store.people_book import SessionPeopleBook
from ledgerflow.store.reading import notes_on
from ledgerflow.store.reclaim import reclaim
from ledgerflow.store.rows import AuditRow, BatchRow, BlockRow, InvoiceRow
from ledgerflow.store.statements import Entry as Entering
from ledgerflow.store.statements import Question
from ledgerflow.store.stock import SessionStockBook
from ledgerflow.store.streaming import enter_rows
from ledgerflow.store.tenancy import TenantSession
from ledgerflow.store.trail import has_much
from ledgerflow.store.uploads import SessionUploadBook

_BATCHES = ("batches", "")  # counters of the ledger itself; no series is called so, for each has its {n}
_AUDIT = ("audit", "")
_SEAL = [field.name for field in fields(AuditEntry)]
_SEALED = Entering(insert(AuditRow))
_HASH = Question(select(AuditRow.hash).where(AuditRow.sequence == bindparam("sequence")))
_PLACE = ("tenant", "batch", "position")
NOT_USED = "Taken by a deed that did not use it"


class DatabaseJournal:
    """An open transaction of one tenant; `retries` counts the attempts before this one, and `taken` gathers the blocks
    that are to be given back if it fails. Of those it holds, `finish` leaves no number unaccounted for."""

    def __init__(self, session: TenantSession, numbers: Numbers, retries: int) -> None:
        self._session = session
        self._numbers = numbers
        self._retries = retries
        self.taken: list[Block] = []
        self._held: list[Block] = []
        self._accounted = 0

    @property
    def jobs(self) -> SessionJobBook:
        """What it may write of jobs."""
        return SessionJobBook(self._session)

    @property
    def people(self) -> SessionPeopleBook:
        """What it may write of people."""
        return SessionPeopleBook(self._session)

    @property
    def stock(self) -> SessionStockBook:
        """What it may write of the catalogue."""
        return SessionStockBook(self._session)

    @property
    def documents(self) -> SessionDocumentBook:
        """What it may write of what the tenant set up."""
        return SessionDocumentBook(self._session)

    @property
    def uploads(self) -> SessionUploadBook:
        """What it may write of uploads."""
        return SessionUploadBook(self._session)

    def reserve(self, series: NumberSeries, period: str, wanted: int) -> Block:
        _require_some(wanted)
        if self._numbers.counts_by_row(series):
            block = self._numbers.take_within(self._session, series, period, wanted)
            self._held.append(block)
            return block
        while True:
            block = self._numbers.take(series, period, wanted)
            self.taken.append(block)
            try:
                self.use(block)
                return block
            except BlockLost:  # it was reclaimed in the moment before we held it, and is void already
                self.taken.remove(block)

    def reserve_block(self, series: NumberSeries, period: str, wanted: int, expires_at: datetime, holder: str) -> Block:
        _require_some(wanted)
        if series.gapless:
            reason = "a gapless series gives numbers only to the deed that uses them"
            raise NumbersUnavailable(template=series.template, reason=reason)
        return self._numbers.reserve_within(self._session, series, period, wanted, expires_at, holder)

    def release(self, block: Block, reason: str) -> Sequence[VoidNumber]:
        return release(self._session, block, reason)

    def use(self, block: Block) -> None:
        close(self._session, block, "used")
        self._held.append(block)

    def record(self, generation_id: str, issued_at: datetime, entries: Sequence[Entry], trace_id: str = "") -> Batch:
        batch = self.open_batch(generation_id, issued_at, len(entries))
        self._enter(batch, entries, trace_id)
        self._accounted += len(entries)
        return batch

    def blocks_of(self, holder: str) -> Sequence[Block]:
        """Their series write the numbers they wrote before, under whatever rule that was."""
        row = BlockRow
        here = (row.holder == holder, row.state == "open")
        wanted = select(row).where(*here).order_by(row.series, row.period, row.first).with_for_update(read=True)
        held = self._session.scalars(wanted, execution_options={"populate_existing": True})
        return [Block(NumberSeries(one.series, ANY), one.period, one.first, one.last - one.first + 1) for one in held]

    def open_batch(self, generation_id: str, issued_at: datetime, size: int) -> Batch:
        number = take(self._session, *_BATCHES, 1)
        batch = Batch(number, generation_id, issued_at.astimezone(UTC), size, self._retries)
        row = asdict(batch) | {"tenant": self._session.tenant, "issued_at": batch.issued_at.isoformat()}
        self._session.execute(insert(BatchRow), [row])
        return batch

    def enter(self, batch: Batch, entries: Sequence[Entry], trace_id: str = "") -> None:
        """Which of the numbers it accounts for is not known, for some of the entries may be there under others: so
        `finish` looks at each number that the deed took."""
        row = InvoiceRow
        places = [entry.invoice.position for entry in entries] or [0]
        here = (row.batch == batch.number, row.position.between(min(places), max(places)))
        there = set(self._session.scalars(select(row.position).where(*here)))
        absent = [entry for entry in entries if entry.invoice.position not in there]
        self._enter(batch, absent, trace_id, once=_PLACE)  # another deed may be entering the same just now

    def _enter(self, batch: Batch, entries: Sequence[Entry], trace_id: str, once: Sequence[str] = ()) -> None:
        common: dict[str, object] = {"tenant": self._session.tenant, "batch": batch.number, "trace_id": trace_id}
        common |= {"retry_count": self._retries, "last_error": ""}
        try:
            enter_rows(self._session, InvoiceRow, (common | _columns(entry) for entry in entries), once)
        except IntegrityError as refusal:
            raise NumbersTaken([entry.invoice.number for entry in entries]) from refusal

    def void(self, numbers: Sequence[VoidNumber]) -> None:
        enter_void_numbers(self._session, numbers)
        self._accounted += len(numbers)

    def finish(self) -> None:
        """Records void what the deed took and did not use."""
        if self._accounted < sum(block.size for block in self._held):
            for block in self._held:
                void_rest(self._session, block.series, block.period, block.first, block.last, NOT_USED)

    def reclaim(self, at: datetime) -> Sequence[VoidNumber]:
        return reclaim(self._session, at)

    def hold(self, number: str) -> tuple[Invoice, Sequence[Invoice]]:
        wanted = select(InvoiceRow.document).where(InvoiceRow.number == number).with_for_update()
        document = self._session.scalar(wanted)
        if document is None:
            raise InvoiceUnknown(number=number)
        return from_json(document, number), notes_on(self._session, number)

    def audit(self, at: datetime, actor: str, deed: str, details: Mapping[str, str | int]) -> AuditEntry:
        """The sequence is taken first: whoever comes next waits, and finds this entry before its own."""
        sequence = take(self._session, *_AUDIT, 1)
        previous = self._session.ask(_HASH, sequence=sequence - 1).scalar_one_or_none() or ""
        entry = seal(sequence, previous, at=at, actor=actor, deed=deed, details=details)
        columns = {name: getattr(entry, name) for name in _SEAL}
        self._session.enter(_SEALED, {"tenant": self._session.tenant, **columns})
        return entry

    def audit_sparingly(self, at: datetime, actor: str, deed: str, details: Mapping[str, str | int]) -> bool:
        if has_much(self._session, at, actor, deed):
            take(self._session, *_AUDIT, 0)  # as much is written as if it were entered
            return False
        self.audit(at, actor, deed, details)
        return True


def _require_some(wanted: int) -> None:
    """A counter row would go back by less than none."""
    if wanted < 1:
        raise ValueError(f"At least one number is taken, and not {wanted}.")


def _columns(entry: Entry) -> dict[str, object]:
    invoice = entry.invoice
    supply, totals = invoice.supply, invoice.tax.totals
    return {
        "position": invoice.position,
        "number": invoice.number,
        "day": invoice.day,
        "kind": invoice.kind.value,
        "series": invoice.series,
        "period": entry.period,
        "count": entry.count,
        "strategy": invoice.strategy,
        "buyer": supply.buyer.name,
        "buyer_key": supply.buyer.name.casefold(),
        "currency": supply.currency.code,
        "taxable_value": supply.currency.minor(totals.taxable_value),
        "tax": supply.currency.minor(totals.tax),
        "payable": supply.currency.minor(totals.payable),
        "corrects": supply.correction.number if supply.correction else None,
        "generation_metadata": json.dumps({"generation_id": invoice.generation_id, **entry.metadata}),
        "document": to_json(invoice).decode(),
    }
