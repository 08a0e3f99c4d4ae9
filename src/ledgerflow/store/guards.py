"""What the databases guard by themselves, as the statements that a migration runs: triggers under which what is entered
stays as it was, and on PostgreSQL the role, its rights and policies. What it lets functions do, is in `functions`.
"""

from collections.abc import Iterator, Mapping

APP_ROLE = "ledgerflow_app"
TENANT_SETTING = "ledgerflow.tenant"

_OWN = f"tenant = nullif(current_setting('{TENANT_SETTING}', true), '')"  # empty once its transaction has ended
_PLACE = ("tenant", "batch", "position", "number", "day", "kind", "series", "period", "count", "strategy")
_FACTS = ("buyer", "buyer_key", "currency", "taxable_value", "tax", "payable", "corrects", "trace_id", "document")
_SETTLED = (*_PLACE, *_FACTS, "generation_metadata")
KEPT: Mapping[str, tuple[str, ...]] = {"audit": (), "void_numbers": (), "invoices": _SETTLED}
"""The tables from which nothing is deleted, and the columns that never change; none are named where all of them are."""

_KEYS = {"audit": ("sequence",), "void_numbers": ("number",), "invoices": ("number", "batch position")}
"""The keys within a tenant: what SQLite's INSERT OR REPLACE would find there already, and delete without a word."""

RIGHTS: Mapping[str, str] = {
    "tenants": "SELECT, INSERT",
    "counters": "SELECT, INSERT, UPDATE",
    "sequences": "SELECT",
    "epochs": "SELECT, INSERT, UPDATE",
    "blocks": "SELECT, INSERT, UPDATE",
    "batches": "SELECT, INSERT",
    "invoices": "SELECT, INSERT, UPDATE (retry_count, last_error)",
    "void_numbers": "SELECT, INSERT",
    "audit": "SELECT, INSERT",
    "configurations": "SELECT, INSERT, UPDATE, DELETE",
    "migration_changes": "SELECT",
    "jobs": "SELECT, INSERT, UPDATE",
    "orders": "SELECT, INSERT",
    "chunks": "SELECT, INSERT, UPDATE",
    "failures": "SELECT, INSERT, UPDATE, DELETE",
    "users": "SELECT, INSERT, UPDATE",
    "invitations": "SELECT, INSERT, DELETE",
    "sessions": "SELECT, INSERT, UPDATE, DELETE",
    "api_keys": "SELECT, INSERT, UPDATE",
    "signing_keys": "SELECT, INSERT, UPDATE, DELETE",
    "tickets": "SELECT, INSERT, DELETE",
    "products": "SELECT, INSERT, UPDATE, DELETE",
    "uploads": "SELECT, INSERT, UPDATE, DELETE",
    "documents": "SELECT, INSERT, UPDATE",
}


def sqlite_triggers(table: str) -> Iterator[str]:
    """Refuse to hand a row of any table to another tenant, and a change of what was entered in a table of `KEPT`."""
    yield (
        f"CREATE TRIGGER {table}_keeps_tenant BEFORE UPDATE OF tenant ON {table} WHEN NEW.tenant <> OLD.tenant "
        f"BEGIN SELECT RAISE(ABORT, 'a row of {table} stays with its tenant'); END"
    )
    if table not in KEPT:
        return
    keys = (" AND ".join(f"{column} = NEW.{column}" for column in ("tenant", *key.split())) for key in _KEYS[table])
    new = ", ".join(f"NEW.{column}" for column in KEPT[table])
    other = f" AND ({', '.join(KEPT[table])}) IS NOT ({new})" if new else ""
    again = " OR ".join(f"EXISTS (SELECT 1 FROM {table} WHERE {key}{other})" for key in keys)
    yield (
        f"CREATE TRIGGER {table}_refuses_replacement BEFORE INSERT ON {table} WHEN {again} "
        f"BEGIN SELECT RAISE(ABORT, 'what is entered in {table} stays as it is'); END"
    )
    columns = f" OF {', '.join(KEPT[table])}" if KEPT[table] else ""
    for deed, when in (("update", f"UPDATE{columns}"), ("delete", "DELETE")):
        yield (
            f"CREATE TRIGGER {table}_refuses_{deed} BEFORE {when} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, 'what is entered in {table} stays as it is'); END"
        )


def postgresql_triggers(table: str) -> Iterator[str]:
    """The same on PostgreSQL, where a table could be emptied as a whole besides. The function must be there."""
    columns = f" OF {', '.join(KEPT[table])}" if KEPT[table] else ""
    for deed, when, each in (
        ("update", f"UPDATE{columns}", "ROW"),
        ("delete", "DELETE", "ROW"),
        ("truncate", "TRUNCATE", "STATEMENT"),
    ):
        yield (
            f"CREATE TRIGGER {table}_refuses_{deed} BEFORE {when} ON {table} "
            f"FOR EACH {each} EXECUTE FUNCTION refuse_change()"
        )


REFUSE_CHANGE = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what is entered in % stays as it is', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$
"""

MAKE_ROLE = f"""
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{APP_ROLE}') THEN
        CREATE ROLE {APP_ROLE} NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;  -- another database of this server made it just now
END $$
"""

LET_OWNER_TAKE_ROLE = f"""
DO $$ BEGIN
    IF NOT pg_has_role(current_user, '{APP_ROLE}', 'SET') THEN
        EXECUTE format('GRANT {APP_ROLE} TO %I', current_user);
    END IF;
END $$
"""


def row_security(table: str) -> Iterator[str]:
    """Whoever is not the owner reads and writes the rows of the session's tenant alone, with these rights."""
    yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
    yield f"CREATE POLICY own_rows ON {table} USING ({_OWN}) WITH CHECK ({_OWN})"
    yield f"GRANT {RIGHTS[table]} ON {table} TO {APP_ROLE}"
