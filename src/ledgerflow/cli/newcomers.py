"""Who comes in by the command line: the first owner of a tenant, an operator, and the keys that sign for them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from secrets import token_urlsafe
from typing import TYPE_CHECKING

from ledgerflow.admission.signing_keys import rotate_keys
from ledgerflow.admission.users import INVITED, invite_again, invite_operator, invite_user
from ledgerflow.billing.errors import Finding, InputRefused
from ledgerflow.cli.options import required, surroundings
from ledgerflow.cli.output import show_json, show_table, tell
from ledgerflow.identity.people import User
from ledgerflow.identity.roles import INSTALLATION, Role
from ledgerflow.issuing.ports import Ledger

if TYPE_CHECKING:
    from ledgerflow.store.lobby import Lobby

ACTOR = "command line"


def create_tenant(name: str, email: str, database: str, *, as_json: bool) -> None:
    """Enters a tenant and its first owner. Who is there already is invited again, so that nobody stays shut out."""
    tenant = surroundings(database, name or " ").tenant  # what is left out elsewhere is no name here
    with _lobby(database) as lobby:
        lobby.enter(tenant)
        user, secret = _invite(lobby.ledger(tenant), email)
    _tell(tenant, user, secret, as_json=as_json)


def create_operator(email: str, database: str, *, as_json: bool) -> None:
    """Enters an operator, or invites one again."""
    with _lobby(database) as lobby:
        lobby.enter(INSTALLATION)
        ledger = lobby.ledger(INSTALLATION)
        known = ledger.people.by_email(email.strip().casefold())
        if known:
            user, secret = invite_again(ledger, known.id, at=_now(), actor=ACTOR, draw=_draw)
        else:
            user, secret = invite_operator(ledger, email, "", at=_now(), actor=ACTOR, draw=_draw)
    _tell(INSTALLATION, user, secret, as_json=as_json)


def list_tenants(database: str, *, as_json: bool) -> None:
    """Every tenant, and how many can sign in."""
    with _lobby(database) as lobby:
        names = [tenant for tenant in lobby.tenants() if tenant != INSTALLATION]
        users = {name: lobby.ledger(name).people.users() for name in names}
    counted = {name: sum(user.active and bool(user.password) for user in known) for name, known in users.items()}
    if as_json:
        show_json([{"tenant": name, "users": len(users[name]), "can_sign_in": counted[name]} for name in names])
    else:
        rows = [[name, str(len(users[name])), str(counted[name])] for name in names]
        show_table("", ["tenant", "users", "can sign in"], rows, right=["users", "can sign in"])


def rotate(database: str, *, as_json: bool) -> None:
    """Makes the next key that signs."""
    with _lobby(database) as lobby:
        lobby.enter(INSTALLATION)
        keys = rotate_keys(lobby.ledger(INSTALLATION), _draw(), at=_now(), actor=ACTOR)
    if as_json:
        show_json([{"id": key.id, "created_at": key.created_at, "retired_at": key.retired_at} for key in keys])
    else:
        print(keys[0].id)
        tell("signs in ten seconds. What others signed is good until it expires; nobody is signed out.")


def first_link(ledger: Ledger, tenant: str, email: str) -> str:
    """The path of the link by which the first owner of a tenant comes in; empty where it has users already."""
    if ledger.people.users(limit=1):
        return ""
    _, secret = _invite(ledger, email)
    return link(tenant, secret)


def link(tenant: str, secret: str) -> str:
    """What is after # is sent to no server."""
    return f"/invitation#tenant={tenant}&secret={secret}"


def _invite(ledger: Ledger, email: str) -> tuple[User, str]:
    known = ledger.people.by_email(email.strip().casefold())
    if known is None:
        return invite_user(ledger, email, "", Role.OWNER, at=_now(), actor=ACTOR, draw=_draw)
    if known.role is not Role.OWNER or not known.active:
        message = f"{known.email} is there already, and no owner who may come in."
        raise InputRefused([Finding("user.other", "--email", message, "Give the address of another.")])
    return invite_again(ledger, known.id, at=_now(), actor=ACTOR, draw=_draw)


def _tell(tenant: str, user: User, secret: str, *, as_json: bool) -> None:
    path = link(tenant, secret)
    if as_json:
        facts = {"tenant": tenant, "user": user.id, "email": user.email, "role": user.role.value}
        show_json({**facts, "secret": secret, "link": path, "expires_at": _now() + INVITED})
        return
    print(path)
    tell(f"As {user.email}, set a password within three days, once, at this path of the server.")


@contextmanager
def _lobby(database: str) -> "Iterator[Lobby]":
    from ledgerflow.store.opening import open_lobby

    settings = surroundings(database, "default")
    with open_lobby(required(settings.database_url), settings.redis_url) as lobby:
        yield lobby


def _now() -> datetime:
    return datetime.now(UTC)


def _draw() -> str:
    return token_urlsafe(32)
