"""0001 Numbers and keys: no tenant has a number twice; what counts numbers, what audits, and what was changed here."""

from alembic import op
from sqlalchemy import Column, Connection, Index, text

from ledgerflow.store import functions, guards
from ledgerflow.store.migrations import earlier, renumbering
from ledgerflow.store.migrations.role import make_role, own_schema
from ledgerflow.store.migrations.tables import execute, lose, make, of_tenant, on_postgresql, whole, words

revision = "0001"
down_revision = "0000"

_NEW = ("migration_changes", "audit", "void_numbers", "blocks", "epochs", "sequences", "counters", "tenants")


def upgrade() -> None:
    books = op.get_bind()
    if on_postgresql():
        make_role(books)
        execute(guards.REFUSE_CHANGE, *functions.counting(own_schema(books)))
        execute(f"GRANT SELECT ON alembic_version TO {guards.APP_ROLE}")
    earlier.let_go(books)
    aside = earlier.set_aside(books, "tenants")
    make("tenants", words("tenant", key=True))
    execute(f"INSERT INTO tenants (tenant) SELECT tenant_id FROM {aside}", f"DROP TABLE {aside}")
    _make_counting()
    _make_records()
    renumbering.enter_tenants(books)
    renumbering.renumber(books)
    with op.batch_alter_table("invoices") as invoices:
        invoices.create_unique_constraint(earlier.ONCE, ["tenant_id", "invoice_number"])


def _series() -> list[Column[str]]:
    """What leads the rows of a series in a period."""
    return [words(name, key=True) for name in ("tenant", "series", "period")]


def _make_counting() -> None:
    make("counters", *_series(), whole("last"), of_tenant())
    make("sequences", *_series(), words("name"), whole("settled"), of_tenant())
    make("epochs", *_series(), whole("epoch"), whole("base"), whole("last"), of_tenant())
    make(
        "blocks",
        *_series(),
        whole("first", key=True),
        whole("last"),
        *(words(name) for name in ("state", "expires_at", "holder")),
        of_tenant(),
        Index("blocks_by_state", "tenant", "state", "expires_at"),
    )
    make(
        "void_numbers",
        words("tenant", key=True),
        words("number", key=True),
        *(words(name) for name in ("series", "period")),
        whole("count"),
        words("reason"),
        of_tenant(),
        Index("void_numbers_by_count", "tenant", "series", "period", "count"),
    )


def _make_records() -> None:
    make(
        "audit",
        words("tenant", key=True),
        whole("sequence", key=True),
        *(words(name) for name in ("at", "actor", "deed", "details", "previous", "hash")),
        of_tenant(),
    )
    key = (words(name, key=True) for name in ("tenant", "revision", "subject"))
    make("migration_changes", *key, words("before"), words("after"), of_tenant())


def downgrade() -> None:
    books = op.get_bind()
    lose(renumbering.other_entries(books), "entry of the audit trail", "entries of the audit trail")
    with op.batch_alter_table("invoices") as invoices:
        invoices.drop_constraint(earlier.ONCE, type_="unique")
    renumbering.restore_numbers(books)
    execute("CREATE TABLE tenants_aside AS SELECT tenant FROM tenants")
    renumbering.remove_tenants(books, "tenants_aside")
    _drop(books)
    earlier.TENANTS.create(books)
    execute("INSERT INTO tenants (tenant_id) SELECT tenant FROM tenants_aside", "DROP TABLE tenants_aside")


def _drop(books: Connection) -> None:
    for table in _NEW:
        op.drop_table(table)
    if books.dialect.name == "postgresql":
        for function in ("refuse_change()", *functions.COUNTING):
            books.execute(text(f"DROP FUNCTION {function}"))
        execute(f"REVOKE ALL ON alembic_version FROM {guards.APP_ROLE}")
