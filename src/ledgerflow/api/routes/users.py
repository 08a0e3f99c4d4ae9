"""Users of a tenant: listed, invited, changed; and what each does with what is their own."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import Field

from ledgerflow.admission.account import change_password, end_other_sessions, end_session
from ledgerflow.admission.users import INVITED, change_user, invite_again, invite_user
from ledgerflow.api.access import Caller, Person, Steward
from ledgerflow.api.house import draw_secret, now
from ledgerflow.api.schemas import GUARDED, Given, Page, Password, Taken, refusals
from ledgerflow.billing.errors import Finding, InputRefused
from ledgerflow.identity.people import User, UserUnknown
from ledgerflow.identity.roles import Role

router = APIRouter(prefix="/api/users", tags=["users"])

Id = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
Cursor = Annotated[str, Query(pattern=r"^[A-Za-z0-9_-]{0,64}$", description="`next` of the page before.")]
Limit = Annotated[int, Query(ge=1, le=200)]
Name = Annotated[str, Field(max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")]


class Inviting(Taken):
    """Who is to come in, and as what."""

    email: Annotated[str, Field(min_length=3, max_length=254)]
    name: Name = ""
    role: Role


class Changing(Taken):
    """What is to be other than it is; what is left out stays."""

    role: Role | None = None
    active: bool | None = None
    name: Name = ""


class NewPassword(Taken):
    """The password that was, and the one that is to be."""

    old: Password
    new: Password


class UserModel(Given):
    """A user; `invited` says that no password was set yet."""

    id: str
    email: str
    name: str
    role: Role
    active: bool
    invited: bool
    created_at: datetime


class Invited(Given):
    """A user, and the secret by which they set a password: it is told once, and good once."""

    user: UserModel
    secret: str
    expires_at: datetime


class Me(UserModel):
    """Who asks."""

    tenant: str


class SessionModel(Given):
    """A sign-in; `current` is the one by which this was asked."""

    id: str
    created_at: datetime
    used_at: datetime
    expires_at: datetime
    current: bool


class Ended(Given):
    """How many sign-ins ended."""

    ended: int


@router.get("", responses=refusals(*GUARDED))
def show_all(caller: Steward, cursor: Cursor = "", limit: Limit = 50) -> Page[UserModel]:
    """The users of the business, by address."""
    found = caller.ledger.people.users(_address(caller, cursor), limit + 1)
    more = found[limit - 1].id if len(found) > limit else None
    return Page(items=[shown(user) for user in found[:limit]], next=more)


@router.post("", status_code=201, responses=refusals(*GUARDED, 409))
def invite(said: Inviting, caller: Steward, response: Response) -> Invited:
    """Enters a user, and tells the secret of the link by which they set their password."""
    at = now()
    user, secret = invite_user(
        caller.ledger, said.email, said.name, said.role, at=at, actor=caller.actor, draw=draw_secret
    )
    response.headers["Location"] = f"/api/users/{user.id}"
    return _invited(user, secret, at, response)


@router.get("/me", responses=refusals(*GUARDED))
def who_am_i(caller: Person) -> Me:
    """Who asks, and of which business."""
    return Me(tenant=caller.tenant, **shown(caller.ledger.people.user(caller.actor)).model_dump())


@router.put("/me/password", status_code=204, responses=refusals(*GUARDED, 429, 503))
def set_password(said: NewPassword, caller: Person) -> None:
    """Sets another password by the one that was; every other sign-in ends."""
    change_password(caller.ledger, caller.actor, said.old, said.new, session=caller.session, at=now())


@router.get("/me/sessions", responses=refusals(*GUARDED))
def show_sessions(caller: Person) -> Page[SessionModel]:
    """The sign-ins that are open, newest first."""
    at = now()
    return Page(
        items=[
            SessionModel(
                id=one.id,
                created_at=one.created_at,
                used_at=one.used_at,
                expires_at=one.expires_at,
                current=one.id == caller.session,
            )
            for one in caller.ledger.people.sessions(caller.actor)
            if one.expires_at > at
        ],
        next=None,
    )


@router.delete("/me/sessions", responses=refusals(*GUARDED))
def end_others(caller: Person) -> Ended:
    """Ends every sign-in but this one."""
    return Ended(ended=end_other_sessions(caller.ledger, caller.actor, session=caller.session, at=now()))


@router.delete("/me/sessions/{id}", status_code=204, responses=refusals(*GUARDED, 404))
def end_one(id: Id, caller: Person) -> None:
    """Ends a sign-in of one's own."""
    end_session(caller.ledger, caller.actor, id, at=now())


@router.get("/{id}", responses=refusals(*GUARDED, 404))
def show(id: Id, caller: Steward) -> UserModel:
    """A user."""
    return shown(caller.ledger.people.user(id))


@router.patch("/{id}", responses=refusals(*GUARDED, 404, 409))
def change(id: Id, said: Changing, caller: Steward) -> UserModel:
    """Gives a user another role or name, shuts them out, or lets them in again; sign-ins end with another role."""
    wanted = (said.role, said.active, said.name)
    return shown(change_user(caller.ledger, id, *wanted, at=now(), actor=caller.actor))


@router.post("/{id}/invitation", status_code=201, responses=refusals(*GUARDED, 404))
def invite_anew(id: Id, caller: Steward, response: Response) -> Invited:
    """Another link, for who lost the first, or the password; earlier links are over."""
    at = now()
    user, secret = invite_again(caller.ledger, id, at=at, actor=caller.actor, draw=draw_secret)
    return _invited(user, secret, at, response)


def shown(user: User) -> UserModel:
    """A user as it is told."""
    return UserModel(
        id=user.id,
        email=user.email,
        name=user.name,
        role=user.role,
        active=user.active,
        invited=not user.password,
        created_at=user.created_at,
    )


def _invited(user: User, secret: str, at: datetime, response: Response) -> Invited:
    response.headers["Cache-Control"] = "no-store"
    return Invited(user=shown(user), secret=secret, expires_at=at + INVITED)


def _address(caller: Caller, cursor: str) -> str:
    if not cursor:
        return ""
    try:
        return caller.ledger.people.user(cursor).email
    except UserUnknown as unknown:
        raise cursor_unknown() from unknown


def cursor_unknown() -> InputRefused:
    """Of a cursor that came from nowhere."""
    return InputRefused([Finding("cursor.unknown", "query:/cursor", "There is no such page.", "Begin without it.")])
