"""The role of the program on PostgreSQL, which owns nothing: the owner of the tables makes it and may take it."""

from sqlalchemy import Connection, text
from sqlalchemy.exc import ProgrammingError

from ledgerflow.billing.errors import BillingError
from ledgerflow.store import guards

_REFUSED = "42501"  # insufficient_privilege


class RoleRefused(BillingError):
    """{owner} may not make the role {role} or take it. Nothing was changed. Let an administrator of the server run
    `{statements}`, then try again."""


def make_role(connection: Connection) -> None:
    """Makes the role where the server has none yet, and lets the owner take it. Raises RoleRefused."""
    owner = connection.scalar(text("SELECT quote_ident(current_user)"))
    role = guards.APP_ROLE
    there = connection.scalar(text("SELECT count(*) FROM pg_roles WHERE rolname = :role"), {"role": role})
    try:
        connection.execute(text(guards.MAKE_ROLE))
        connection.execute(text(guards.LET_OWNER_TAKE_ROLE))
    except ProgrammingError as refusal:
        if getattr(refusal.orig, "sqlstate", "") != _REFUSED:
            raise
        wanted = f"{'' if there else f'CREATE ROLE {role} NOLOGIN; '}GRANT {role} TO {owner};"
        raise RoleRefused(owner=owner, role=role, statements=wanted) from refusal
    seen = text("SELECT has_schema_privilege(:role, current_schema(), 'USAGE')")
    if not connection.scalar(seen, {"role": role}):
        connection.execute(text(f"GRANT USAGE ON SCHEMA {own_schema(connection)} TO {role}"))


def own_schema(connection: Connection) -> str:
    """The schema in which tables are made, quoted where its name needs it."""
    return str(connection.scalar(text("SELECT quote_ident(current_schema())")))
