"""Earlier books on each kind of database, made once and copied for each test; and the same carried over, to be read."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from benchmarks.servers import fresh
from tests.store.migrations.earlier_books import Book, earlier_books, write

from ledgerflow.store.schema import Migrated, upgrade

AT = datetime(2026, 11, 1, 12, tzinfo=UTC)


@dataclass
class Shelf:
    """Where the books of a kind of database stand."""

    folder: Path
    server: str = ""
    books: list[str] = field(default_factory=list)

    def new(self) -> str:
        """The address of an empty database."""
        return self.copy("")

    def copy(self, url: str) -> str:
        """The address of a copy of a database to which nobody is connected."""
        name = fresh("earlier")
        if not self.server:
            path = self.folder / f"{name}.db"
            if url:
                shutil.copy(url, path)
            return str(path)
        template = urlsplit(url).path.removeprefix("/") or "template1"
        self._do(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        self.books.append(name)
        return urlsplit(self.server)._replace(path=f"/{name}").geturl()

    def clear(self) -> None:
        """A server of our own goes away with its books."""
        if "TEST_DATABASE_URL" not in os.environ:
            return
        for name in self.books:
            self._do(f'DROP DATABASE "{name}" WITH (FORCE)')

    def _do(self, statement: str) -> None:
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(statement.encode())


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def shelf(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    """Each kind of database."""
    server = request.getfixturevalue("postgresql") if request.param == "postgresql" else ""
    made = Shelf(tmp_path_factory.mktemp("earlier"), server)
    yield made
    made.clear()


@pytest.fixture(scope="session")
def book() -> Book:
    """The rows of the earlier books."""
    return earlier_books()


@pytest.fixture(scope="session")
def template(shelf: Shelf, book: Book) -> str:
    """The earlier books, from which copies are made; nobody opens them."""
    url = shelf.new()
    write(url, book)
    return url


@pytest.fixture(scope="session")
def short_template(shelf: Shelf) -> str:
    """The same with 600 invoices, 18 of them with a number too many."""
    url = shelf.new()
    write(url, earlier_books(600, 18))
    return url


@pytest.fixture
def old(shelf: Shelf, short_template: str) -> str:
    """A copy of short earlier books."""
    return shelf.copy(short_template)


@dataclass(frozen=True)
class Carried:
    """Books that were carried over, and what the migration said."""

    url: str
    said: Migrated


@pytest.fixture(scope="session")
def carried(shelf: Shelf, template: str) -> Carried:
    """The earlier books carried over; tests only read them."""
    url = shelf.copy(template)
    return Carried(url, upgrade(url, at=AT))


@pytest.fixture(scope="session")
def short(shelf: Shelf, short_template: str) -> Carried:
    """Short books carried over; tests copy them."""
    url = shelf.copy(short_template)
    return Carried(url, upgrade(url, at=AT))
