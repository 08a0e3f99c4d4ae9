"""0003 What happened to an invoice: its trace, how it was generated, how often it was tried, and what went wrong."""

from alembic import op
from sqlalchemy import BigInteger, Column, Text, text

from ledgerflow.store.migrations.earlier import AFTERTHOUGHTS
from ledgerflow.store.migrations.tables import lose

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    for name, nothing in AFTERTHOUGHTS.items():
        kind = BigInteger() if isinstance(nothing, int) else Text()
        op.add_column("invoices", Column(name, kind, nullable=False, server_default=str(nothing)))


def downgrade() -> None:
    unlike = " OR ".join(f"{name} <> :{name}" for name in AFTERTHOUGHTS)
    known = op.get_bind().scalar(text(f"SELECT count(*) FROM invoices WHERE {unlike}"), dict(AFTERTHOUGHTS))
    lose(known or 0, "invoice's trace, metadata, retries or error", "invoices' traces, metadata, retries or errors")
    for name in AFTERTHOUGHTS:
        op.drop_column("invoices", name)
