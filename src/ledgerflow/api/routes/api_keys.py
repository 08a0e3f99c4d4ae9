"""Keys of machines: listed, made, ended."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import Field

from ledgerflow.admission.machines import end_key, make_key
from ledgerflow.api.access import Caller, Steward
from ledgerflow.api.house import draw_secret, now
from ledgerflow.api.routes.users import Cursor, Id, Limit, cursor_unknown
from ledgerflow.api.schemas import GUARDED, Given, Page, Taken, refusals
from ledgerflow.identity.people import ApiKey, KeyUnknown
from ledgerflow.identity.roles import Role

router = APIRouter(prefix="/api/api-keys", tags=["api-keys"])


class KeyMaking(Taken):
    """A key for one machine, with a role of its own."""

    name: Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")]
    role: Role
    days: Annotated[int, Field(ge=1, le=366, description="How long it is good.")] = 90


class KeyModel(Given):
    """A key; `ended` says why it is good no more, where it was ended."""

    id: str
    name: str
    role: Role
    created_at: datetime
    expires_at: datetime
    ended: str


class Made(Given):
    """A key, and the words by which a machine shows it as its bearer token: they are told once."""

    key: KeyModel
    words: str


@router.get("", responses=refusals(*GUARDED))
def show_all(caller: Steward, cursor: Cursor = "", limit: Limit = 50) -> Page[KeyModel]:
    """The keys of the business, newest first."""
    found = caller.ledger.people.keys(_last(caller, cursor), limit + 1)
    more = found[limit - 1].id if len(found) > limit else None
    return Page(items=[_shown(key) for key in found[:limit]], next=more)


@router.post("", status_code=201, responses=refusals(*GUARDED))
def make(said: KeyMaking, caller: Steward, response: Response) -> Made:
    """Makes a key, and tells its words."""
    life = timedelta(days=said.days)
    key, words = make_key(
        caller.ledger, caller.tenant, said.name, said.role, life, at=now(), actor=caller.actor, draw=draw_secret
    )
    response.headers["Location"] = f"/api/api-keys/{key.id}"
    response.headers["Cache-Control"] = "no-store"
    return Made(key=_shown(key), words=words)


@router.get("/{id}", responses=refusals(*GUARDED, 404))
def show(id: Id, caller: Steward) -> KeyModel:
    """A key, without its words."""
    return _shown(caller.ledger.people.key(id))


@router.delete("/{id}", responses=refusals(*GUARDED, 404))
def end(id: Id, caller: Steward) -> KeyModel:
    """Ends a key, from now on and everywhere; it stays in the list."""
    return _shown(end_key(caller.ledger, id, at=now(), actor=caller.actor))


def _shown(key: ApiKey) -> KeyModel:
    return KeyModel.model_validate(key)


def _last(caller: Caller, cursor: str) -> ApiKey | None:
    if not cursor:
        return None
    try:
        return caller.ledger.people.key(cursor)
    except KeyUnknown as unknown:
        raise cursor_unknown() from unknown
