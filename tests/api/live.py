"""Which rows are behind the identifiers of each route, and how they are made live, for the tests of isolation.

A new route with identifiers needs one line in LIVE: `"GET /api/things/{id}": Live(a_thing)`, where `a_thing` makes a
row of the shop that is live, with the shop's mark in its name if it has one, and says `{"id": its identifier}`. It is
made anew for each route, so that one may take it away. `json` and `query` are what else the call needs to be answered
2xx to the owner of the row; `never` is an identifier of the same shape that nobody has, where a digest of the same
length is none. A route that streams until something ends needs a row of which it has ended.

A new route without identifiers needs nothing where it only reads; one that takes a body needs a line in BODIES. A new
route that asks for no access token needs a line in OPEN, with the reason.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from tests.api.shops import Shop
from tests.store.neighbours import job

from ledgerflow.admission.machines import make_key
from ledgerflow.admission.users import invite_user
from ledgerflow.api.house import draw_secret, now
from ledgerflow.identity.people import Session
from ledgerflow.identity.roles import Role
from ledgerflow.issuing.jobs import JobStatus

Ids = Mapping[str, str]


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


def a_batch(shop: Shop) -> Ids:
    """A batch that ended well."""
    id = draw_secret()[:16]
    ended = job(id, key=f"key {id}", status=JobStatus.SUCCEEDED, created_at=now(), last_error=shop.mark)
    shop.ledger.transact(lambda journal: journal.jobs.enter(ended, "{}"))
    return {"id": id}


LIVE: Mapping[str, Live] = {
    "GET /api/api-keys/{id}": Live(a_key),
    "DELETE /api/api-keys/{id}": Live(a_key),
    "GET /api/batches/{id}": Live(a_batch),
    "GET /api/users/{id}": Live(a_user),
    "PATCH /api/users/{id}": Live(a_user, json={"role": "auditor"}),
    "POST /api/users/{id}/invitation": Live(a_user),
    "DELETE /api/users/me/sessions/{id}": Live(a_session),
}

BODIES: Mapping[str, object] = {
    "POST /api/api-keys": {"name": "till", "role": "viewer"},
    "POST /api/batches": {"config": {"business": {"establishments": [{"key": "shop", "strategy": "none"}]}}},
    "POST /api/users": {"email": "new@bina.example", "role": "viewer"},
    "PUT /api/users/me/password": {"old": "not the one", "new": "four words of no sense"},
}

OPEN: Mapping[str, str] = {
    "POST /api/auth/sign-in": "it is how a token is had",
    "POST /api/auth/refresh": "it bears the refresh cookie",
    "POST /api/auth/invitation": "it bears the secret of a link",
    "GET /api/auth/keys": "public keys are public",
}
