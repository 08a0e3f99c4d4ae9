"""Asha and Bina, two tenants who keep the same books in one database: live rows of both in every table."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from sqlalchemy import Engine, delete, insert, select, text
from sqlalchemy.orm import Session

from ledgerflow.billing.numbering import NumberSeries
from ledgerflow.identity import people
from ledgerflow.identity.roles import Role
from ledgerflow.issuing.jobs import Chunk, Failure, Job, JobStatus, Part, Stage, Wish
from ledgerflow.issuing.ports import Journal, Ledger
from ledgerflow.issuing.records import Block
from ledgerflow.store.database import open_engine
from ledgerflow.store.guards import APP_ROLE, TENANT_SETTING
from ledgerflow.store.ledger import DatabaseLedger
from ledgerflow.store.opening import open_ledger
from ledgerflow.store.rows import (
    ConfigurationRow,
    DocumentRow,
    EpochRow,
    MigrationChangeRow,
    OrderRow,
    ProductRow,
    Row,
    SequenceRow,
    UploadRow,
)
from ledgerflow.store.tenancy import TenantSession

AT = datetime(2026, 11, 1, tzinfo=UTC)
LATER = AT + timedelta(days=30)
TENANTS = ("asha", "bina")
TABLES = sorted((mapper.class_ for mapper in Row.registry.mappers), key=lambda table: table.__tablename__)
SPARE = NumberSeries("SPARE/{n:04}")
Plain = psycopg.Connection[tuple[object, ...]]
"""A connection past every session, by which plain SQL is spoken."""


GOODS = '{"sku": "T-1", "name": "tea", "price": "1"}'


@dataclass(frozen=True)
class Neighbours:
    """Their database: as the program reaches it, and as its owner does, for whom no policy holds."""

    url: str
    reserve: str
    engine: Engine
    owner: Engine

    @property
    def on_postgresql(self) -> bool:
        return self.engine.dialect.name == "postgresql"

    def books(self, tenant: str) -> DatabaseLedger:
        return open_ledger(self.url, tenant, self.reserve)

    def session(self, tenant: str) -> TenantSession:
        return TenantSession(self.engine, tenant)

    def rows(self, table: type[Row], tenant: str) -> list[dict[str, object]]:
        """Everything that a table holds of a tenant, in the order of its key."""
        columns = table.__table__.columns
        with self.owner.connect() as connection:
            wanted = select(*columns).where(columns.tenant == tenant).order_by(*table.__table__.primary_key)
            return [dict(row._mapping) for row in connection.execute(wanted)]


@dataclass(frozen=True)
class User:
    """Someone who logs in, with the address by which he does."""

    name: str
    url: str


def be(connection: Plain, tenant: str) -> None:
    """Whatever comes next is that tenant's."""
    connection.execute("SELECT set_config(%s, %s, false)", [TENANT_SETTING, tenant])


@contextmanager
def moved_in(url: str, reserve: str, issue: Callable[[DatabaseLedger], object]) -> Iterator[Neighbours]:
    """Both tenants have done the same deeds, and the owner has entered what no deed enters."""
    for tenant in TENANTS:
        with open_ledger(url, tenant, reserve) as ledger:
            issue(ledger)
            tear_spare(ledger, 2)
            reserve_spare(ledger, 1)
            ledger.transact(order)
            ledger.transact(come_in)
    engine, owner = open_engine(url), open_engine(url, as_owner=True)
    both = Neighbours(url, reserve, engine, owner)
    try:
        if both.on_postgresql:
            _count_in_reserve(both)
        with Session(owner) as entering:
            entering.execute(delete(OrderRow).where(OrderRow.job != "apples"))  # for a fresh one of another job
            for table, row in _entered_by_hand(both):
                entering.execute(insert(table), [{"tenant": tenant, **row} for tenant in TENANTS])
            entering.commit()
        yield both
    finally:
        engine.dispose()
        owner.dispose()


def tear_spare(ledger: DatabaseLedger, wanted: int) -> None:
    """A block that was given back."""
    block = reserve_spare(ledger, wanted)
    ledger.transact(lambda journal: journal.release(block, "torn"))


def reserve_spare(ledger: DatabaseLedger, wanted: int, until: datetime = LATER) -> Block:
    """A block that nobody has a use for yet."""
    return ledger.transact(lambda journal: journal.reserve_block(SPARE, "all", wanted, until, "the counter"))


def order(journal: Journal) -> None:
    """Three jobs of which one has been cut, and an invoice of it failed."""
    book = journal.jobs
    for name in ("a basket", "apples", "apples!"):
        book.enter(job(name, key=f"key of {name}"), '{"of": "fruit"}')
    book.cut("apples", [Chunk(0, 0, 1, parts=(Part("apples/0.zip", "pdf", 0, 1, "feed"),))])
    book.fail("apples", [Failure(1, 3, "a worm", "trace")])


def come_in(journal: Journal) -> None:
    """A user who has signed in, another who is invited, a machine, a key that signs, and a ticket."""
    book = journal.people
    for name in ("asha", "bina"):
        book.enter_user(people.User(name, f"{name}@example.com", name, Role.OWNER, "", True, AT))
    book.enter_session(people.Session("at home", "asha", "feed", 1, AT, AT, LATER))
    book.invite(people.Invitation("feed", "bina", LATER))
    book.enter_key(people.ApiKey("till", "the till", Role.ACCOUNTANT, "feed", AT, LATER))
    book.enter_signing_key(people.SigningKey("first", "{}", AT))
    book.give_ticket(people.Ticket("feed", "asha", "export/apples", LATER))


def enter_jobs(ledger: Ledger, *jobs: Job, commission: str = "{}") -> None:
    """All in one deed."""

    def enter(journal: Journal) -> None:
        for one in jobs:
            journal.jobs.enter(one, commission)

    ledger.transact(enter)


def job(id: str, **facts: Any) -> Job:
    """A job that was ordered and not begun, but for what is said of it."""
    nothing = {"planned_from": 0, "total": 2, "issued": 0, "drawn": 0, "failed": 0, "last_error": "", "archive": ""}
    begun = {"status": JobStatus.QUEUED, "stage": Stage.NONE, "wish": Wish.NONE, "run": 1, "priority": 5}
    told = {"key": "", "generation_id": "feed", "batch": None, "trace_id": "trace", "created_at": AT}
    return Job(id, **{**nothing, **begun, **told, **facts})


@contextmanager
def sequences_forbidden(both: Neighbours) -> Iterator[None]:
    """The right to the sequences is revoked, so that Redis counts."""
    with both.owner.begin() as connection:
        connection.execute(text(f"REVOKE EXECUTE ON FUNCTION take_numbers FROM {APP_ROLE}"))
    yield
    with both.owner.begin() as connection:
        connection.execute(text(f"GRANT EXECUTE ON FUNCTION take_numbers TO {APP_ROLE}"))


def _count_in_reserve(both: Neighbours) -> None:
    with sequences_forbidden(both):
        for tenant in TENANTS:
            with both.books(tenant) as ledger:
                assert reserve_spare(ledger, 3).series == SPARE.reserve


def _entered_by_hand(both: Neighbours) -> Sequence[tuple[type[Row], dict[str, object]]]:
    """What no deed enters yet; on SQLite nothing is counted by a sequence or in reserve."""
    named: dict[str, object] = {"name": "winter", "realism_profile": "plain", "created_at": AT.isoformat()}
    change: dict[str, object] = {"revision": "0002", "subject": "configurations/winter", "before": "{}", "after": "{}"}
    here = {"series": "A{n:03}", "period": "all"}
    counting: list[tuple[type[Row], dict[str, object]]] = [
        (SequenceRow, {**here, "name": "numbers_a", "settled": 0}),
        (EpochRow, {**here, "epoch": 1, "base": 0, "last": 1}),
    ]
    product = {
        "id": "tea",
        "place": 1,
        "sku": "T-1",
        "name_key": "tea",
        "document": GOODS,
        "updated_at": AT.isoformat(),
    }
    upload: dict[str, object] = {
        "id": "sheet",
        "name": "goods.xlsx",
        "sha256": "feed",
        "status": "scanned",
        "mapping": "{}",
    }
    upload |= {"actor": "asha", "created_at": AT.isoformat()}
    document = {"name": "business", "version": 1, "document": "{}", "actor": "asha", "updated_at": AT.isoformat()}
    by_hand: list[tuple[type[Row], dict[str, object]]] = [
        (ConfigurationRow, named),
        (MigrationChangeRow, change),
        (ProductRow, product),
        (UploadRow, upload),
        (DocumentRow, document),
    ]
    return by_hand if both.on_postgresql else by_hand + counting
