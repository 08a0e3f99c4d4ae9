"""Two businesses in one house, and whoever of them asks over HTTP: what tests of the HTTP door share."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx
from anyio.from_thread import BlockingPortal, start_blocking_portal
from fastapi import FastAPI
from sqlalchemy import Engine, event, select
from sqlalchemy.engine import Connection

from ledgerflow.admission.signing_in import Admitted, claims_of
from ledgerflow.admission.staying import USUAL
from ledgerflow.api.app import make_app
from ledgerflow.api.house import House, draw_secret, now
from ledgerflow.identity.people import Session, User
from ledgerflow.identity.roles import Role
from ledgerflow.issuing.ports import Journal, Ledger
from ledgerflow.server import open_house
from ledgerflow.settings import Settings
from ledgerflow.store.database import open_engine
from ledgerflow.store.rows import Row

TABLES = sorted((mapper.class_ for mapper in Row.registry.mappers), key=lambda table: table.__tablename__)


class Door:
    """An application, asked within this process: cookies stay, as in a browser."""

    def __init__(self, app: FastAPI, portal: BlockingPortal, address: str = "http://127.0.0.1") -> None:
        self.app = app
        self._portal = portal
        self._client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=address)

    @property
    def cookies(self) -> httpx.Cookies:
        return self._client.cookies

    def request(self, method: str, path: str, **facts: Any) -> httpx.Response:
        return self._portal.call(partial(self._client.request, method, path, **facts))


@dataclass(frozen=True)
class Shop:
    """A business, asked for by its owner unless another role is said. `mark` is in the name of whatever is its own."""

    tenant: str
    mark: str
    house: House
    door: Door
    owner: User
    bearer: Mapping[str, str]

    @property
    def ledger(self) -> Ledger:
        return self.house.ledger(self.tenant)

    def ask(self, method: str, path: str, token: str = "", **facts: Any) -> httpx.Response:
        """What is answered to the owner, or to who bears the token."""
        headers = {"Authorization": f"Bearer {token or self.bearer['token']}"}
        return self.door.request(method, path, headers=headers, **facts)

    def comes_in(self, role: Role, name: str = "") -> tuple[User, str]:
        """A user who has signed in, and their access token."""
        return comes_in(self.house, self.tenant, role, name or f"{role} of {self.mark}")


def comes_in(house: House, tenant: str, role: Role, name: str) -> tuple[User, str]:
    """A user who has signed in to a tenant, and their access token."""
    at = now()
    user = User(draw_secret(), f"{draw_secret()[:10].lower()}@{tenant}.example", name, role, "kept", True, at)
    session = Session(draw_secret(), user.id, "", 0, at, at, at + timedelta(hours=1))

    def enter(journal: Journal) -> None:
        journal.people.enter_user(user)
        journal.people.enter_session(session)

    house.ledger(tenant).transact(enter)
    return user, house.keys.ring(at).sign(claims_of(tenant, Admitted(user, session, ""), at, USUAL.token), at)


@contextmanager
def two_shops(folder: Path, **settings: Any) -> Iterator[tuple[Shop, Shop]]:
    """Asha and Bina, over one door."""
    said = Settings(database_url=str(folder / "ledger.db"), tenant="asha", **settings)
    with open_house(said) as house, start_blocking_portal() as portal:
        door = Door(make_app(house), portal)
        yield _shop(house, door, "asha"), _shop(house, door, "bina")


def _shop(house: House, door: Door, tenant: str) -> Shop:
    house.lobby.enter(tenant)
    mark = f"{tenant}-{draw_secret()[:8]}"
    owner, token = comes_in(house, tenant, Role.OWNER, f"owner of {mark}")
    return Shop(tenant, mark, house, door, owner, {"token": token})


@contextmanager
def statements() -> Iterator[list[str]]:
    """The words of every statement of SQL that is sent meanwhile, in their order."""
    sent: list[str] = []

    def note(_connection: Connection, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def rows_of(shop: Shop) -> Mapping[str, Sequence[object]]:
    """Everything that the books hold of a business, table by table."""
    engine = open_engine(shop.house.settings.database_url, as_owner=True)
    held: dict[str, Sequence[object]] = {}
    with engine.connect() as connection:
        for table in TABLES:
            columns = table.__table__.columns
            wanted = select(*columns).where(columns.tenant == shop.tenant).order_by(*table.__table__.primary_key)
            held[table.__tablename__] = connection.execute(wanted).all()
    engine.dispose()
    return held
