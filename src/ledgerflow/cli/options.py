"""Options that several commands share."""

import re
from pathlib import Path
from typing import Annotated, Any

import typer

from ledgerflow.billing.errors import Finding, InputRefused

Database = Annotated[
    str,
    typer.Option("--database", help="Ledger: an SQLite file or a PostgreSQL URI. Else LEDGERFLOW_DATABASE_URL."),
]
Tenant = Annotated[str, typer.Option("--tenant", help="Whose books. Default: LEDGERFLOW_TENANT, or `default`.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def chosen(database: str, tenant: str) -> tuple[str, str]:
    """The ledger's address and the tenant: from the options, else from the environment."""
    from pydantic import ValidationError  # both here, so that workers start before either is loaded

    from ledgerflow.settings import Settings

    said: dict[str, Any] = {name: value for name, value in (("database_url", database), ("tenant", tenant)) if value}
    try:
        settings = Settings(**said)
    except ValidationError as error:
        advice = "Give --tenant, or LEDGERFLOW_TENANT, up to 63 small letters, digits and hyphens."
        found = [
            Finding("tenant.malformed", "--tenant", f"{fault['input']!r} is no name of a tenant.", advice)
            for fault in error.errors(include_url=False)
        ]
        raise InputRefused(found) from error
    return settings.database_url, settings.tenant


def without_password(address: str) -> str:
    """A ledger's address as it may be shown."""
    return re.sub(r"(://[^:/@]*:)[^@/]+(?=@)|(password=)[^&\s]+", r"\1\2***", address)


def required(database: str) -> str:
    """The ledger's address, or a finding that it is missing."""
    if not database:
        advice = "Give --database, or set LEDGERFLOW_DATABASE_URL."
        raise InputRefused([Finding("database.missing", "--database", "No ledger is named.", advice)])
    return database


def read_bytes(path: Path, what: str) -> bytes:
    """A file's content, or a finding that it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        finding = Finding(
            "file.unreadable",
            str(path),
            f"The {what} cannot be read: {reason}.",
            "Check the path.",
            {"path": str(path), "reason": reason},
        )
        raise InputRefused([finding]) from error
