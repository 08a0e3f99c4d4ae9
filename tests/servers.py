"""What tests make on a server that others use too, and that outlives them: it goes away again with the test."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import psycopg
from benchmarks.servers import fresh

from ledgerflow.store.guards import APP_ROLE


@contextmanager
def user_of(url: str) -> Iterator[str]:
    """The address of a database for a user who was granted the role of the program, and nothing else."""
    name = fresh("clerk")
    place = urlsplit(url)
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute(f"CREATE ROLE {name} LOGIN PASSWORD 'tea' IN ROLE {APP_ROLE}".encode())
        try:
            yield place._replace(netloc=f"{name}:tea@{place.netloc.rpartition('@')[2]}").geturl()
        finally:
            owner.execute(f"DROP ROLE {name}".encode())
