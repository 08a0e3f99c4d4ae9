"""Which rows are behind the identifiers of each route, and how they are made live, for the tests of isolation.

A new route with identifiers needs one line in LIVE: `"GET /api/things/{id}": Live(a_thing)`, where `a_thing` makes a
row of the shop that is live, with the shop's mark in its name if it has one, and says `{"id": its identifier}`. It is
made anew for each route, so that one may take it away. `json` and `query` are what else the call needs to be answered
2xx to the owner of the row; `never` is an identifier of the same shape that nobody has, where a digest of the same
length is none. A route that streams until something ends needs a row of which it has ended.

A new route without identifiers needs nothing where it only reads; one that takes a body needs a line in BODIES. What
it reads, if it answers 404 where there is none, is made in `set_up`. A new route that asks for no access token needs a
line in OPEN, and one whose identifiers are the same for everybody a line in SHARED, each with the reason.
"""

from base64 import b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.api.offices import EXAMPLES, Office, wanted
from tests.api.shops import Shop

from ledgerflow.admission.machines import make_key
from ledgerflow.admission.users import invite_user
from ledgerflow.api.house import draw_secret, now
from ledgerflow.identity.people import Session
from ledgerflow.identity.roles import Role

Ids = Mapping[str, str]
SHEET = (EXAMPLES / "catalogue.xlsx").read_bytes()
LOGO = b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
READ_AS = {"sheet": "Products", "header_row": 1, "columns": {"name": 2, "price": 6}}
NO_INVOICE = {"id": "999999-0"}


@dataclass(frozen=True)
class Live:
    """How the identifiers of a route are made live, and what else its call needs."""

    ids: Callable[[Shop], Ids]
    json: object = None
    query: Mapping[str, str] = field(default_factory=dict)
    never: Ids = field(default_factory=dict)


def a_user(shop: Shop) -> Ids:
    """Who was invited."""
    name, email = f"user of {shop.mark}", f"{draw_secret()[:10]}@{shop.mark}.example"
    user, _ = invite_user(shop.ledger, email, name, Role.VIEWER, at=now(), actor="test", draw=draw_secret)
    return {"id": user.id}


def a_key(shop: Shop) -> Ids:
    """The key of a machine."""
    life = timedelta(hours=1)
    name = f"till of {shop.mark}"
    key, _ = make_key(shop.ledger, shop.tenant, name, Role.VIEWER, life, at=now(), actor="test", draw=draw_secret)
    return {"id": key.id}


def a_session(shop: Shop) -> Ids:
    """Another sign-in of the owner."""
    at = now()
    session = Session(draw_secret(), shop.owner.id, "", 0, at, at, at + timedelta(hours=1))
    shop.ledger.transact(lambda journal: journal.people.enter_session(session))
    return {"id": session.id}


def a_queued_batch(shop: Shop, form: str = "json") -> Ids:
    """A batch that waits for a worker."""
    office(shop).stock(shop.tenant)
    ordered = shop.ask("POST", "/api/batches", json={"config": wanted(2), "formats": [form]})
    assert ordered.status_code == 202, ordered.text
    return {"id": ordered.json()["id"]}


def a_paused_batch(shop: Shop) -> Ids:
    """A batch that its owner paused."""
    waiting = a_queued_batch(shop)
    assert shop.ask("POST", f"/api/batches/{waiting['id']}/pause").is_success
    return waiting


def a_batch(shop: Shop) -> Ids:
    """A batch that was made, with its archive on the shelf."""
    waiting = a_queued_batch(shop)
    office(shop).make(waiting["id"], shop.tenant)
    return waiting


def a_spoilt_batch(shop: Shop) -> Ids:
    """A batch of which an invoice could not be drawn."""
    waiting = a_queued_batch(shop, "pdf")
    office(shop).make(waiting["id"], shop.tenant, spoilt=(0,))
    return waiting


def an_invoice(shop: Shop) -> Ids:
    """An invoice of a batch that was made."""
    made = shop.ledger.jobs.find(a_batch(shop)["id"])
    return {"id": f"{made.batch}-0"}


def a_product(shop: Shop) -> Ids:
    """A product of the catalogue."""
    named = {"name": f"tea of {shop.mark} {draw_secret()[:8]}", "price": "12.50"}
    return {"id": shop.ask("POST", "/api/products", json=named).json()["id"]}


def an_upload(shop: Shop) -> Ids:
    """A sheet that waits to be taken in."""
    handed = shop.ask("POST", "/api/catalogue/uploads", params={"name": f"{shop.mark}.xlsx"}, content=SHEET)
    assert handed.status_code == 201, handed.text
    return {"id": handed.json()["id"]}


def office(shop: Shop) -> Office:
    """Where a worker's deeds are done."""
    return Office(shop.house, "", Path(shop.house.settings.database_url).parent)


def set_up(shop: Shop) -> None:
    """What a business has one of."""
    business = {"establishments": [{"key": "shop", "strategy": "none", "name": f"Tea of {shop.mark}"}]}
    assert shop.ask("PUT", "/api/business", json=business).is_success
    assert shop.ask("PUT", "/api/business/logo", content=LOGO).is_success


LIVE: Mapping[str, Live] = {
    "GET /api/api-keys/{id}": Live(a_key),
    "DELETE /api/api-keys/{id}": Live(a_key),
    "GET /api/batches/{id}": Live(a_queued_batch),
    "GET /api/batches/{id}/events": Live(a_batch),
    "GET /api/batches/{id}/export": Live(a_batch),
    "GET /api/batches/{id}/failures": Live(a_spoilt_batch),
    "GET /api/batches/{id}/files": Live(a_batch),
    "GET /api/batches/{id}/realism": Live(a_batch),
    "POST /api/batches/{id}/cancel": Live(a_queued_batch),
    "POST /api/batches/{id}/pause": Live(a_queued_batch),
    "POST /api/batches/{id}/resume": Live(a_paused_batch),
    "POST /api/batches/{id}/retry": Live(a_spoilt_batch),
    "POST /api/batches/{id}/tickets": Live(a_batch, json={}),
    "GET /api/catalogue/uploads/{id}": Live(an_upload),
    "GET /api/catalogue/uploads/{id}/preview": Live(an_upload),
    "PUT /api/catalogue/uploads/{id}/mapping": Live(an_upload, json=READ_AS),
    "POST /api/catalogue/uploads/{id}/commit": Live(an_upload, json={}),
    "DELETE /api/catalogue/uploads/{id}": Live(an_upload),
    "GET /api/invoices/{id}": Live(an_invoice, never=NO_INVOICE),
    "GET /api/invoices/{id}/page": Live(an_invoice, never=NO_INVOICE),
    "GET /api/invoices/{id}/pdf": Live(an_invoice, never=NO_INVOICE),
    "GET /api/invoices/{id}/picture": Live(an_invoice, never=NO_INVOICE),
    "GET /api/invoices/{id}/tax": Live(an_invoice, never=NO_INVOICE),
    "POST /api/invoices/{id}/credit-note": Live(an_invoice, json={"reason": "returned"}, never=NO_INVOICE),
    "GET /api/products/{id}": Live(a_product),
    "PUT /api/products/{id}": Live(a_product, json={"name": "another tea", "price": "13"}),
    "DELETE /api/products/{id}": Live(a_product),
    "GET /api/users/{id}": Live(a_user),
    "PATCH /api/users/{id}": Live(a_user, json={"role": "auditor"}),
    "POST /api/users/{id}/invitation": Live(a_user),
    "DELETE /api/users/me/sessions/{id}": Live(a_session),
}

BODIES: Mapping[str, Mapping[str, Any]] = {
    "POST /api/api-keys": {"json": {"name": "till", "role": "viewer"}},
    "POST /api/batches": {"json": {"config": wanted(2)}},
    "POST /api/catalogue/uploads": {"content": SHEET},
    "POST /api/estimates": {"json": {"config": wanted(2)}},
    "POST /api/previews": {"json": {"config": wanted(2)}},
    "POST /api/products": {"json": {"name": "milk", "price": "1"}},
    "POST /api/users": {"json": {"email": "new@bina.example", "role": "viewer"}},
    "PUT /api/business": {"json": {"establishments": [{"key": "shop", "strategy": "none"}]}},
    "PUT /api/business/logo": {"content": LOGO},
    "PUT /api/config/overrides": {"json": {}},
    "PUT /api/users/me/password": {"json": {"old": "not the one", "new": "four words of no sense"}},
}

OPEN: Mapping[str, str] = {
    "POST /api/auth/sign-in": "it is how a token is had",
    "POST /api/auth/refresh": "it bears the refresh cookie",
    "POST /api/auth/invitation": "it bears the secret of a link",
    "GET /healthz": "it says only that the server lives",
    "GET /readyz": "it says only whether the server may be sent requests",
    "GET /api/auth/keys": "public keys are public",
    "GET /api/downloads/{ticket}": "it bears the secret of a ticket",
}

SHARED: Mapping[str, str] = {"GET /api/config/schema/{name}": "the schemas are the program's"}
