"""Alembic on one connection, in one transaction. It is imported only where there is something to migrate."""

from collections.abc import Collection, Sequence
from datetime import datetime
from io import StringIO
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection


def go_up(connection: Connection, revision: str, at: datetime | None) -> None:
    """Runs the revisions up to `revision`; `at` is the time that they enter in the books."""
    command.upgrade(_config(connection, at, []), revision)


def go_down(connection: Connection, revision: str) -> Sequence[str]:
    """Undoes the revisions after `revision`, and says what was lost by it, which may be a reason to roll back."""
    lost: list[str] = []
    command.downgrade(_config(connection, None, lost), revision)
    return lost


def mark(connection: Connection, revision: str) -> None:
    """Enters that the tables have a revision already."""
    command.stamp(_config(connection, None, []), revision)


def _config(connection: Connection, at: datetime | None, lost: Collection[str]) -> Config:
    config = Config(stdout=StringIO(), attributes={"connection": connection, "at": at, "lost": lost})
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return config
