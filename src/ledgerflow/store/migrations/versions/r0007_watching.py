"""0007 Watching: on PostgreSQL the functions that add up over all tenants, for whoever watches the installation."""

from alembic import op

from ledgerflow.store import functions
from ledgerflow.store.migrations.role import own_schema
from ledgerflow.store.migrations.tables import execute, on_postgresql

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    if on_postgresql():
        execute(*functions.watching(own_schema(op.get_bind())))
        execute(*functions.reporting(own_schema(op.get_bind())))


def downgrade() -> None:
    if on_postgresql():
        execute(*(f"DROP FUNCTION {function}" for function in (*functions.WATCHING, *functions.REPORTING)))
