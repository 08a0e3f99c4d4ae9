"""The tables of the books, each led by its tenant, so that they can be distributed by it. Rows stay in the store."""

from ledgerflow.store.rows.base import Row, Words
from ledgerflow.store.rows.books import (
    AuditRow,
    BatchRow,
    BlockRow,
    ConfigurationRow,
    CounterRow,
    EpochRow,
    InvoiceRow,
    MigrationChangeRow,
    SequenceRow,
    TenantRow,
    VoidNumberRow,
)
from ledgerflow.store.rows.jobs import ChunkRow, FailureRow, JobRow, OrderRow
from ledgerflow.store.rows.people import ApiKeyRow, InvitationRow, SessionRow, SigningKeyRow, TicketRow, UserRow
from ledgerflow.store.rows.shop import DocumentRow, ProductRow, UploadRow

__all__ = [
    "ApiKeyRow",
    "AuditRow",
    "BatchRow",
    "BlockRow",
    "ChunkRow",
    "ConfigurationRow",
    "CounterRow",
    "DocumentRow",
    "EpochRow",
    "FailureRow",
    "InvitationRow",
    "InvoiceRow",
    "JobRow",
    "MigrationChangeRow",
    "OrderRow",
    "ProductRow",
    "Row",
    "SequenceRow",
    "SessionRow",
    "SigningKeyRow",
    "TenantRow",
    "TicketRow",
    "UploadRow",
    "UserRow",
    "VoidNumberRow",
    "Words",
]
