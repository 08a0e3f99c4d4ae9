"""0004 The house: invoices as documents, in batches, with amounts in minor units; configurations by name."""

from alembic import op
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Date,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from ledgerflow.store import guards
from ledgerflow.store.migrations import carrying, earlier, records, restoring
from ledgerflow.store.migrations.reading import require_readable
from ledgerflow.store.migrations.tables import execute, make, of_tenant, on_postgresql, whole, words

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    books = op.get_bind()
    require_readable(books, "invoices")
    aside = earlier.set_aside(books, "invoices")
    _make_batches()
    _make_invoices()
    make(
        "configurations",
        words("tenant", key=True),
        words("name", key=True),
        words("realism_profile"),
        words("created_at"),
        of_tenant(),
    )
    carrying.carry_invoices(books, aside)
    carrying.carry_configurations(books)
    op.drop_table(aside)
    op.drop_table("simulation_configs")


def _make_batches() -> None:
    make(
        "batches",
        words("tenant", key=True),
        whole("number", key=True),
        words("generation_id"),
        words("issued_at"),
        whole("size"),
        whole("retries"),
        of_tenant(),
    )


def _make_invoices() -> None:
    buyer, money = ["buyer_key"], ["currency", "payable"]
    make(
        "invoices",
        words("tenant", key=True),
        whole("batch", key=True),
        whole("position", key=True),
        words("number"),
        Column("day", Date, nullable=False),
        *(words(name) for name in ("kind", "series", "period")),
        whole("count"),
        *(words(name) for name in ("strategy", "buyer", "buyer_key", "currency")),
        *(whole(name) for name in ("taxable_value", "tax", "payable")),
        words("corrects", nullable=True),
        words("trace_id"),
        words("generation_metadata"),
        whole("retry_count"),
        words("last_error"),
        words("document"),
        ForeignKeyConstraint(["tenant", "batch"], ["batches.tenant", "batches.number"]),
        UniqueConstraint("tenant", "number", name=earlier.ONCE, postgresql_include=["day", *buyer, *money]),
        Index("invoices_by_count", "tenant", "series", "period", "count"),
        Index("invoices_by_day", "tenant", "day", "number", postgresql_include=[*buyer, *money]),
        Index("invoices_by_buyer", "tenant", "buyer_key", "day", postgresql_include=["number", *money]),
        Index("invoices_by_amount", "tenant", *money, "day", postgresql_include=["number", *buyer]),
        Index("invoices_by_correction", "tenant", "corrects"),
    )


def downgrade() -> None:
    books = op.get_bind()
    restoring.count_losses(books)
    known = restoring.known_of_invoices(books)
    op.drop_table("invoices")
    op.drop_table("batches")
    invoices, configurations = _earlier_tables()
    invoices.create(books)
    restoring.restore_invoices(books, invoices, known)
    earlier.count_on(books, invoices)
    configurations.create(books)
    restoring.restore_configurations(books, configurations)
    earlier.count_on(books, configurations)
    op.drop_table("configurations")
    _stop_counting(books)
    records.forget(books, revision)


def _earlier_tables() -> tuple[Table, Table]:
    """As revision 0003 left them."""
    books = MetaData()
    invoices = earlier.INVOICES.to_metadata(books)
    invoices.append_constraint(UniqueConstraint("tenant_id", "invoice_number", name=earlier.ONCE))
    for name, nothing in earlier.AFTERTHOUGHTS.items():
        kind = BigInteger() if isinstance(nothing, int) else Text()
        invoices.append_column(Column(name, kind, nullable=False, server_default=str(nothing)))
    configurations = Table(
        "simulation_configs",
        books,
        Column("id", Integer, primary_key=True),
        Column("tenant_id", Text, nullable=False),
        Column("name", Text, nullable=False),
        Column("created_at", Text, nullable=False),
        Column("realism_profile", Text, nullable=False, server_default="basic"),
        Index("simulation_configs_by_tenant", "tenant_id"),
    )
    return invoices, configurations


def _stop_counting(books: Connection) -> None:
    """What the house counted with is empty again, but for the counter of the audit trail."""
    if on_postgresql():
        for name in list(books.scalars(text("SELECT name FROM sequences"))):
            books.execute(text(f'DROP SEQUENCE "{name}"'))
        execute("ALTER TABLE void_numbers DISABLE TRIGGER USER")
    else:
        execute("DROP TRIGGER void_numbers_refuses_delete")
    execute(*(f"DELETE FROM {table}" for table in ("sequences", "epochs", "blocks", "void_numbers")))
    execute("DELETE FROM counters WHERE series <> 'audit'")
    if on_postgresql():
        execute("ALTER TABLE void_numbers ENABLE TRIGGER USER")
    else:
        execute(*(one for one in guards.sqlite_triggers("void_numbers") if "refuses_delete" in one))
