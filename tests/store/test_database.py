"""A ledger's address is a path or a URI; what cannot be opened is said in one sentence."""

import socket
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from benchmarks.servers import fresh

from ledgerflow.billing.numbering import NumberSeries
from ledgerflow.store.database import LedgerUnreachable, open_engine
from ledgerflow.store.opening import look_into, open_ledger

SERIES = NumberSeries("A{n:03}")


@pytest.mark.parametrize("form", ["{}", "sqlite:///{}"])
def test_a_path_and_its_uri_are_the_same_ledger(tmp_path: Path, form: str) -> None:
    path = tmp_path / "books? 100% of 2026.db"
    with open_ledger(str(path)) as ledger:
        ledger.transact(lambda journal: journal.reserve(SERIES, "all", 7))
    with open_ledger(form.format(path)) as ledger:
        assert ledger.last("A{n:03}", "all") == 7


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_postgresql_is_reached_by_each_of_its_names(postgresql: str, scheme: str) -> None:
    engine = open_engine(postgresql.replace("postgresql", scheme, 1), as_owner=True)
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
        ("postgresql://localhost/books?colour=green", "colour"),
    ]
    for url, reason in refused:
        with pytest.raises(LedgerUnreachable, match=reason):
            open_ledger(url)
    assert not (tmp_path / "nowhere").exists()


def test_a_server_that_answers_nobody_is_waited_for_as_long_as_its_address_says() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with pytest.raises(LedgerUnreachable, match="timeout"):
            open_ledger(f"postgresql://127.0.0.1:{port}/books?connect_timeout=2")


def test_who_looks_makes_nothing(url: str) -> None:
    assert look_into(url) is None
    with open_ledger(url) as ledger:
        ledger.transact(lambda journal: journal.reserve(SERIES, "all", 7))
    found = look_into(url)
    assert found is not None
    with found:
        assert found.last("A{n:03}", "all") == 7


def test_who_looks_leaves_no_file_and_misses_a_folder(tmp_path: Path) -> None:
    assert look_into(str(tmp_path / "ledger.db")) is None
    with pytest.raises(LedgerUnreachable, match="no folder"):
        look_into(str(tmp_path / "nowhere" / "ledger.db"))
    assert list(tmp_path.iterdir()) == []


def test_a_table_of_another_program_is_told_in_one_line(postgresql_url: str) -> None:
    with psycopg.connect(postgresql_url) as songs:
        songs.execute("CREATE TABLE invoices (song text)")
    with pytest.raises(LedgerUnreachable, match="its table invoices is another program's") as refused:
        look_into(postgresql_url)
    assert "\n" not in str(refused.value)


def test_an_sqlite_ledger_is_set_to_write_ahead(tmp_path: Path) -> None:
    engine = open_engine(str(tmp_path / "ledger.db"))
    pragmas = {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 1, "busy_timeout": 60_000}
    with engine.connect() as connection:
        assert {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in pragmas} == pragmas
    engine.dispose()


def test_a_ledger_that_goes_away_is_said_to_be_out_of_reach(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with open_ledger(str(path)) as ledger:
        with sqlite3.connect(path) as vandal:
            for table in ("blocks", "counters"):
                vandal.execute(f"DROP TABLE {table}")
        vandal.close()
        with pytest.raises(LedgerUnreachable, match="no such table: blocks"):
            ledger.last("A{n:03}", "all")
        with pytest.raises(LedgerUnreachable, match="no such table: counters"):
            ledger.transact(lambda journal: journal.reserve(SERIES, "all", 1))


def test_whoever_opens_a_file_that_another_is_making_waits(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    maker = sqlite3.connect(path, isolation_level=None)
    maker.execute("BEGIN IMMEDIATE")

    def open_it() -> int:
        with open_ledger(str(path)) as ledger:
            return ledger.last("A{n:03}", "all")

    with ThreadPoolExecutor(1) as hand:
        opened = hand.submit(open_it)
        with pytest.raises(TimeoutError):
            opened.result(timeout=0.2)
        maker.execute("COMMIT")
        maker.close()
        assert opened.result(timeout=10) == 0


def test_a_server_that_only_reads_is_told_in_one_sentence(postgresql_url: str) -> None:
    with open_ledger(postgresql_url) as ledger:
        with psycopg.connect(postgresql_url, autocommit=True) as owner:
            owner.execute(f"ALTER DATABASE {owner.info.dbname} SET default_transaction_read_only = on".encode())
        ledger.close()
        with pytest.raises(LedgerUnreachable, match=r"in a read-only transaction\. Check"):
            ledger.transact(lambda journal: journal.reserve(SERIES, "all", 1))
        assert ledger.last("A{n:03}", "all") == 0


def test_a_damaged_file_is_told_in_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    open_ledger(str(path)).close()
    with closing(sqlite3.connect(path)) as file:
        pages = list(file.execute("SELECT rootpage FROM sqlite_master WHERE tbl_name = 'blocks' AND rootpage > 0"))
        ((size,),) = file.execute("PRAGMA page_size")
        file.execute("PRAGMA journal_mode = DELETE")
    with path.open("r+b") as spilt:
        for (page,) in pages:
            spilt.seek((page - 1) * size)
            spilt.write(b"coffee" * 100)
    with open_ledger(str(path)) as ledger, pytest.raises(LedgerUnreachable, match=r"malformed\. Check"):
        ledger.last("A{n:03}", "all")


def test_a_database_of_few_letters_is_refused_before_there_is_a_table(postgresql: str) -> None:
    name = fresh("latin")
    few = urlsplit(postgresql)._replace(path=f"/{name}").geturl()
    with psycopg.connect(postgresql, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name} ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0".encode())
        with pytest.raises(LedgerUnreachable, match="its encoding is LATIN1"):
            open_ledger(few)
        with psycopg.connect(few) as there:
            assert there.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchall() == [(0,)]
        server.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
