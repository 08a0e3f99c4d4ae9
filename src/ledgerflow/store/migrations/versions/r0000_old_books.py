"""0000 The books as they were: amounts as floats, numbers that nothing keeps apart, three switches of realism."""

from alembic import op

from ledgerflow.store.migrations.earlier import CONFIGURATIONS, INVOICES, TENANTS

revision = "0000"
down_revision = None


def upgrade() -> None:
    for table in (TENANTS, CONFIGURATIONS, INVOICES):
        table.create(op.get_bind())


def downgrade() -> None:
    for table in (INVOICES, CONFIGURATIONS, TENANTS):
        table.drop(op.get_bind())
