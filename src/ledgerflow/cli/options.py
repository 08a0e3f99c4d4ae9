"""Options that several commands share."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ledgerflow.billing.errors import Finding, InputRefused

if TYPE_CHECKING:
    from ledgerflow.settings import Settings

ALL = "pdf,json,csv,xlsx"
_LARGEST = 64 * 2**20  # bytes


def _day(text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no day. Write it as in 2026-04-01.") from None


def day_option(name: str, words: str) -> Any:
    """An option that takes a day."""
    return typer.Option(name, parser=_day, metavar="YYYY-MM-DD", help=words)


Database = Annotated[
    str,
    typer.Option("--database", help="Ledger: an SQLite file or a PostgreSQL URI. Else LEDGERFLOW_DATABASE_URL."),
]
Tenant = Annotated[str, typer.Option("--tenant", help="Whose books. Default: LEDGERFLOW_TENANT, or `default`.")]
Formats = Annotated[
    str,
    typer.Option(
        "--format",
        help="Formats, separated by commas; `parquet` lays tables beside the archive. JSON is always packed.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def surroundings(database: str = "", tenant: str = "") -> "Settings":
    """What the environment says, and these options instead of it; a finding for each thing that will not do."""
    from pydantic import ValidationError  # both here, so that workers start before either is loaded

    from ledgerflow.settings import Settings

    said: dict[str, Any] = {name: value for name, value in (("database_url", database), ("tenant", tenant)) if value}
    try:
        return Settings(**said)
    except ValidationError as error:
        found = [
            _unsettled(str(fault["loc"][0]), str(fault["input"]), fault["msg"])
            for fault in error.errors(include_url=False)
        ]
        raise InputRefused(found) from error


def _unsettled(name: str, given: str, reason: str) -> Finding:
    if name == "tenant":
        advice = "Give --tenant, or LEDGERFLOW_TENANT, up to 63 small letters, digits and hyphens."
        return Finding("tenant.malformed", "--tenant", f"{given!r} is no name of a tenant.", advice)
    variable = f"LEDGERFLOW_{name.upper()}"
    message = f"{given!r} will not do: {reason[:1].lower()}{reason[1:]}."
    return Finding("setting.malformed", variable, message, f"Set {variable} to another value, or to none.")


def chosen(database: str, tenant: str) -> tuple[str, str]:
    """The ledger's address and the tenant: from the options, else from the environment."""
    settings = surroundings(database, tenant)
    return settings.database_url, settings.tenant


def in_reserve() -> str:
    """The address of the Redis that counts when PostgreSQL's sequences cannot be had, from the environment."""
    return surroundings(tenant="default").redis_url  # whose books it is has been said by now


def without_password(address: str) -> str:
    """A ledger's address as it may be shown."""
    return re.sub(r"(://[^:/@\s]*:)\S*(?=@)|(password=)[^&\s]+", r"\1\2***", address)


def sound(text: str) -> str:
    """What a terminal sends that is no letter is in no invoice."""
    return text.encode("utf-8", "replace").decode("utf-8")


def required(database: str) -> str:
    """The ledger's address, or a finding that it is missing."""
    if not database:
        advice = "Give --database, or set LEDGERFLOW_DATABASE_URL."
        raise InputRefused([Finding("database.missing", "--database", "No ledger is named.", advice)])
    return database


def require_readable(path: Path, what: str) -> None:
    """Raises InputRefused where a file is not there or cannot be read."""
    with _reading(path, what), path.open("rb"):
        pass


def read_bytes(path: Path, what: str) -> bytes:
    """A file's content, or a finding that it cannot be read or is larger than anything that is read whole."""
    with _reading(path, what), path.open("rb") as file:
        content = file.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        message = f"The {what} is larger than {_LARGEST // 2**20} MiB."
        raise InputRefused([Finding("file.too_large", str(path), message, "Check the path.")])
    return content


@contextmanager
def _reading(path: Path, what: str) -> Iterator[None]:
    try:
        yield
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
