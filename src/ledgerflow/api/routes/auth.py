"""Signing in, going on, signing out. The access token is for memory; the refresh token a cookie of this path alone."""

from typing import Annotated

from fastapi import APIRouter, Cookie, Request, Response
from pydantic import Field

from ledgerflow.admission.signing_in import (
    UNUSED,
    Admitted,
    SignedOut,
    claims_of,
    go_on,
    refuse_stranger,
    sign_in,
    sign_out,
)
from ledgerflow.admission.users import take_up_invitation
from ledgerflow.api.access import Anyone, HouseHere
from ledgerflow.api.house import House, draw_secret, now
from ledgerflow.api.schemas import Given, Taken, refusals
from ledgerflow.identity.roles import Role

router = APIRouter(prefix="/api/auth", tags=["auth"])
COOKIE, PATH = "ledgerflow_refresh", "/api/auth"

Password = Annotated[str, Field(min_length=1, max_length=256)]
Tenant = Annotated[str, Field(pattern=r"^(_installation|[a-z0-9][a-z0-9-]{0,62})$")]


class SigningIn(Taken):
    """An address and a password, in one business."""

    tenant: Tenant = "default"
    email: Annotated[str, Field(min_length=3, max_length=254)]
    password: Password


class TakingUp(Taken):
    """The secret of an invitation, and the password that is to be."""

    tenant: Tenant = "default"
    secret: Annotated[str, Field(min_length=20, max_length=100)]
    password: Password


class Token(Given):
    """An access token, good for so many seconds, and whose it is."""

    access_token: str
    token_type: str = "Bearer"
    expires_in: int
    user: str
    name: str
    role: Role
    tenant: str


@router.post("/sign-in", responses=refusals(401, 429, 503))
def begin(said: SigningIn, house: HouseHere, request: Request, response: Response) -> Token:
    """Begins a session: the answer bears an access token, and a cookie from which the next ones come."""
    if not house.knows(said.tenant):
        refuse_stranger(house.installation, said.password, at=now())
    admitted = sign_in(house.ledger(said.tenant), said.email, said.password, at=now(), draw=draw_secret)
    return _token(house, said.tenant, admitted, response, request)


@router.post("/refresh", responses=refusals(401, 403, 409, 429, 503))
def refresh(
    house: HouseHere, request: Request, response: Response, shown: Annotated[str, Cookie(alias=COOKIE)] = ""
) -> Token:
    """The next access token. The cookie is good once; shown again, it ends the whole session, but for some seconds in
    which another window may have used it: 409 then, and the next attempt sends the cookie that came to that one."""
    tenant, _, token = shown.partition("/")
    if not house.knows(tenant):
        raise SignedOut(reason="no refresh token came")
    admitted = go_on(house.ledger(tenant), token, at=now(), draw=draw_secret)
    return _token(house, tenant, admitted, response, request)


@router.post("/sign-out", status_code=204, responses=refusals(401))
def end(caller: Anyone, response: Response) -> None:
    """Ends the session: its tokens are good no more, from now on and everywhere."""
    if caller.session:
        sign_out(caller.ledger, caller.session, at=now())
    response.delete_cookie(COOKIE, path=PATH, httponly=True, samesite="strict")


@router.post("/invitation", status_code=204, responses=refusals(429, 503))
def take_up(said: TakingUp, house: HouseHere) -> None:
    """Sets the password of who was invited. Then they sign in."""
    take_up_invitation(house.ledger(said.tenant), said.secret, said.password, at=now())


@router.get("/keys")
def keys(house: HouseHere) -> dict[str, list[dict[str, str]]]:
    """The public keys by which access tokens are verified, as a JWK set (RFC 7517)."""
    return {
        "keys": [{name: str(value) for name, value in key.items()} for key in house.keys.latest(now()).public()["keys"]]
    }


def _token(house: House, tenant: str, admitted: Admitted, response: Response, request: Request) -> Token:
    at = now()
    claims = claims_of(tenant, admitted, at)
    response.set_cookie(
        COOKIE,
        f"{tenant}/{admitted.refresh}",
        max_age=int(UNUSED.total_seconds()),
        path=PATH,
        httponly=True,
        secure=request.url.scheme == "https",
        samesite="strict",
    )
    response.headers["Cache-Control"] = "no-store"
    return Token(
        access_token=house.keys.ring(at).sign(claims, at),
        expires_in=int((claims.expires_at - at).total_seconds()),
        user=admitted.user.id,
        name=admitted.user.name,
        role=admitted.user.role,
        tenant=tenant,
    )
