"""The journal of a ledger: what a deed writes, inside one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from ledgerflow.billing.invoice import Invoice, to_json
from ledgerflow.issuing.audit import AuditEntry, seal
from ledgerflow.issuing.ports import Batch, VoidNumber
from ledgerflow.store.counters import take
from ledgerflow.store.rows import AuditRow, BatchRow, InvoiceRow, VoidNumberRow
from ledgerflow.store.tenancy import TenantSession

_AT_ONCE = 1000  # rows sent to the database together
_BATCHES = ("batches", "")  # counters of the ledger itself; no series is called so, for each has its {n}
_AUDIT = ("audit", "")


class NumbersTaken(Exception):
    """The database refused these numbers: one of them is taken."""

    def __init__(self, numbers: Sequence[str]) -> None:
        super().__init__(numbers)
        self.numbers = numbers


class DatabaseJournal:
    """An open transaction of one tenant; `retries` counts the attempts before this one."""

    def __init__(self, session: TenantSession, retries: int) -> None:
        self._session = session
        self._retries = retries

    def reserve(self, series: str, period: str, wanted: int) -> int:
        return take(self._session, series, period, wanted)

    def record(self, generation_id: str, issued_at: datetime, invoices: Sequence[Invoice]) -> Batch:
        number = take(self._session, *_BATCHES, 1)
        batch = Batch(number, generation_id, issued_at.astimezone(UTC), len(invoices), self._retries)
        row = asdict(batch) | {"tenant": self._session.tenant, "issued_at": batch.issued_at.isoformat()}
        self._session.execute(insert(BatchRow), [row])
        for start in range(0, len(invoices), _AT_ONCE):
            self._enter(number, invoices[start : start + _AT_ONCE])
        return batch

    def void(self, numbers: Sequence[VoidNumber]) -> None:
        rows = [{"tenant": self._session.tenant, **asdict(number)} for number in numbers]
        try:
            self._session.execute(insert(VoidNumberRow), rows)
        except IntegrityError as refusal:
            raise NumbersTaken([number.number for number in numbers]) from refusal

    def audit(self, at: datetime, actor: str, deed: str, details: Mapping[str, str | int]) -> AuditEntry:
        """The sequence is taken first: whoever comes next waits, and finds this entry before its own."""
        sequence = take(self._session, *_AUDIT, 1)
        before = select(AuditRow.hash).where(AuditRow.sequence == sequence - 1)
        previous = self._session.execute(before).scalar_one_or_none() or ""
        entry = seal(sequence, previous, at=at, actor=actor, deed=deed, details=details)
        self._session.execute(insert(AuditRow), [{"tenant": self._session.tenant, **asdict(entry)}])
        return entry

    def _enter(self, batch: int, invoices: Sequence[Invoice]) -> None:
        common = {"tenant": self._session.tenant, "batch": batch, "retry_count": self._retries, "last_error": ""}
        try:
            self._session.execute(insert(InvoiceRow), [common | _columns(invoice) for invoice in invoices])
        except IntegrityError as refusal:
            raise NumbersTaken([invoice.number for invoice in invoices]) from refusal


def _columns(invoice: Invoice) -> dict[str, object]:
    supply, totals = invoice.supply, invoice.tax.totals
    return {
        "position": invoice.position,
        "number": invoice.number,
        "day": invoice.day,
        "kind": invoice.kind.value,
        "series": invoice.series,
        "strategy": invoice.strategy,
        "buyer": supply.buyer.name,
        "currency": supply.currency.code,
        "taxable_value": supply.currency.minor(totals.taxable_value),
        "tax": supply.currency.minor(totals.tax),
        "payable": supply.currency.minor(totals.payable),
        "generation_id": invoice.generation_id,
        "document": to_json(invoice).decode(),
    }
