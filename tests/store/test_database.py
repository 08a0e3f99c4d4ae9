"""A ledger's address is a path or a URI; what cannot be opened is said in one sentence."""

from pathlib import Path

import pytest

from ledgerflow.store.database import LedgerUnreachable, open_engine
from ledgerflow.store.ledger import open_ledger


@pytest.mark.parametrize("form", ["{}", "sqlite:///{}"])
def test_a_path_and_its_uri_are_the_same_ledger(tmp_path: Path, form: str) -> None:
    path = tmp_path / "books of 2026.db"
    with open_ledger(str(path)) as ledger:
        ledger.transact(lambda journal: journal.reserve("A{n:03}", "all", 7))
    with open_ledger(form.format(path)) as ledger:
        assert ledger.last("A{n:03}", "all") == 7


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_postgresql_is_reached_by_each_of_its_names(postgresql: str, scheme: str) -> None:
    engine = open_engine(postgresql.replace("postgresql", scheme, 1))
    with engine.connect() as connection:
        assert connection.dialect.name == "postgresql"
    engine.dispose()


def test_what_cannot_be_opened_says_why(tmp_path: Path) -> None:
    not_a_database = tmp_path / "notes.txt"
    not_a_database.write_text("to whom it may concern " * 100)
    refused = [
        ("mysql://localhost/books", "mysql:// is neither"),
        (str(tmp_path / "nowhere" / "ledger.db"), "unable to open database file"),
        (str(not_a_database), "file is not a database"),
        (f"postgresql:///books?host={tmp_path}", "connection"),
    ]
    for url, reason in refused:
        with pytest.raises(LedgerUnreachable, match=reason):
            open_ledger(url)
    assert not (tmp_path / "nowhere").exists()


def test_an_sqlite_ledger_is_set_to_write_ahead(tmp_path: Path) -> None:
    engine = open_engine(str(tmp_path / "ledger.db"))
    pragmas = {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 1, "busy_timeout": 60_000}
    with engine.connect() as connection:
        assert {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in pragmas} == pragmas
    engine.dispose()
