"""What the tests of tenants share: one database of each kind, in which two tenants live side by side."""

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import psycopg
import pytest
from benchmarks.servers import database
from tests.servers import user_of
from tests.store.neighbours import AT, Neighbours, Plain, User, moved_in

from ledgerflow.billing.tax import TaxStrategy
from ledgerflow.issuing.batch import issue_batch
from ledgerflow.simulation.config import SimulationConfig
from ledgerflow.simulation.simulate import Sale
from ledgerflow.store.guards import APP_ROLE
from ledgerflow.store.ledger import DatabaseLedger


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def shared_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One database of each kind for all the tests of tenants: each adds under names of its own to what is there."""
    if request.param == "sqlite":
        yield str(tmp_path_factory.mktemp("shared") / "ledger.db")
        return
    with database(request.getfixturevalue("postgresql")) as url:
        yield url


@pytest.fixture(scope="session")
def neighbours(
    shared_url: str,
    redis: str,
    laws: dict[str, TaxStrategy],
    make_config: Callable[..., SimulationConfig],
    make_sales: Callable[..., list[Sale]],
    correct: Callable[..., Sale],
) -> Iterator[Neighbours]:
    """Asha and Bina, who have issued the same invoices and a note on one of them."""
    sales = make_sales(3)

    def issue(ledger: DatabaseLedger) -> None:
        issue_batch(make_config(), [*sales, correct(sales, 0)], laws, ledger, "0", at=AT, actor="clerk")

    with moved_in(shared_url, redis, issue) as both:
        yield both


@pytest.fixture(scope="module")
def asha(neighbours: Neighbours) -> Iterator[DatabaseLedger]:
    """Her books, open."""
    with neighbours.books("asha") as ledger:
        yield ledger


@pytest.fixture(scope="module")
def bina(neighbours: Neighbours) -> Iterator[DatabaseLedger]:
    """Her books, open beside Asha's."""
    with neighbours.books("bina") as ledger:
        yield ledger


@pytest.fixture(scope="session")
def user(neighbours: Neighbours) -> Iterator[User]:
    """A user who was granted the role of the program, and nothing else."""
    with user_of(neighbours.url) as url:
        yield User(urlsplit(url).username or "", url)


@pytest.fixture(params=["role", "user"])
def plain(request: pytest.FixtureRequest, neighbours: Neighbours, user: User) -> Iterator[Plain]:
    """A connection that knows no tenant: the owner's, who took the role on, or the user's own."""
    with psycopg.connect(neighbours.url if request.param == "role" else user.url, autocommit=True) as connection:
        if request.param == "role":
            connection.execute(f"SET ROLE {APP_ROLE}".encode())
        yield connection
