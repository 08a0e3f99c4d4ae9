"""The tables of earlier books, as they were before every row led with its tenant."""

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Date,
    Float,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    func,
    inspect,
    select,
    text,
)

_BOOKS = MetaData()

TENANTS = Table("tenants", _BOOKS, Column("tenant_id", Text, primary_key=True))

CONFIGURATIONS = Table(
    "simulation_configs",
    _BOOKS,
    Column("id", Integer, primary_key=True),
    Column("tenant_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("enable_seasonality", Boolean, nullable=False),
    Column("enable_repeat_customers", Boolean, nullable=False),
    Column("enable_discounts", Boolean, nullable=False),
    Column("created_at", Text, nullable=False),
    Index("simulation_configs_by_tenant", "tenant_id"),
)

INVOICES = Table(
    "invoices",
    _BOOKS,
    Column("id", Integer, primary_key=True),
    Column("tenant_id", Text, nullable=False),
    Column("config_id", Integer),
    Column("invoice_number", Text, nullable=False),
    Column("invoice_date", Date, nullable=False),
    Column("customer_name", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("subtotal", Float, nullable=False),
    Column("tax", Float, nullable=False),
    Column("total", Float, nullable=False),
    Index("invoices_by_tenant", "tenant_id"),
)

SWITCHES = ("enable_seasonality", "enable_repeat_customers", "enable_discounts")
ONCE = "invoices_number_once"
OF_PROFILE = "realism_profile"
AFTERTHOUGHTS = {"trace_id": "", "generation_metadata": "{}", "retry_count": 0, "last_error": ""}
"""The columns of revision 0003, and what they hold where nothing is known."""


def set_aside(connection: Connection, table: str) -> str:
    """Copies a table and drops it, so that another can have its name and the names of its keys."""
    aside = f"{table}_aside"
    connection.execute(text(f"CREATE TABLE {aside} AS SELECT * FROM {table}"))
    connection.execute(text(f"DROP TABLE {table}"))
    return aside


def let_go(connection: Connection) -> None:
    """Drops the foreign keys that books may have which no migration made: the tables are about to be made anew."""
    if connection.dialect.name == "postgresql":
        for table in (CONFIGURATIONS.name, INVOICES.name):
            for key in inspect(connection).get_foreign_keys(table):
                connection.execute(text(f'ALTER TABLE {table} DROP CONSTRAINT "{key["name"]}"'))


def count_on(connection: Connection, table: Table) -> None:
    """Whoever enters a row without an id is given the one after the highest. SQLite does so by itself."""
    if connection.dialect.name == "postgresql":
        last = connection.scalar(select(func.max(table.c.id)))
        if last is not None:
            connection.execute(select(func.setval(func.pg_get_serial_sequence(table.name, "id"), last)))
