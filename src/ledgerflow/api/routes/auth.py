"""Signing in, going on, signing out. The access token is for memory; the refresh token a cookie of this path alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request, Response
from pydantic import Field

from ledgerflow.admission.signing_in import (
    REUSED,
    Admitted,
    NotAdmitted,
    SignedOut,
    claims_of,
    go_on,
    refuse_stranger,
    sign_in,
    sign_out,
)
from ledgerflow.admission.staying import Stay
from ledgerflow.admission.users import take_up_invitation
from ledgerflow.api.access import Anyone, HouseHere
from ledgerflow.api.errors import TooFast
from ledgerflow.api.gates.crossing import (
    HEADER,
    is_secure,
    refresh_cookie,
    require_from_here,
    require_token,
    set_cookies,
    take_cookies,
    token_of,
)
from ledgerflow.api.gates.rates import Doing, rates_of, whence
from ledgerflow.api.house import House, draw_secret, now
from ledgerflow.api.schemas import GUARDED, Given, Password, Taken, refusals
from ledgerflow.identity.roles import Role
from ledgerflow.telemetry.meters import SIGN_INS

router = APIRouter(prefix="/api/auth", tags=["auth"], dependencies=[Depends(require_from_here)])

Csrf = Annotated[str, Header(alias=HEADER, max_length=128, description="As told with the cookie.")]
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
    """An access token, good for so many seconds, and whose it is; `csrf` goes with the cookie, as X-CSRF-Token."""

    access_token: str
    csrf: str
    token_type: str = "Bearer"
    expires_in: int
    user: str
    name: str
    role: Role
    tenant: str


@router.post("/sign-in", responses=refusals(401, 403, 429, 503))
def begin(said: SigningIn, house: HouseHere, request: Request, response: Response) -> Token:
    """Begins a session: the answer bears an access token, and a cookie from which the next ones come."""
    rates, place = rates_of(request), whence(request)
    stay = house.stay
    with _counted("password"):
        rates.count(Doing.SIGN_IN_FROM, place)
        rates.count(Doing.SIGN_IN, place, said.tenant, said.email.casefold())
        if not house.knows(said.tenant):
            refuse_stranger(house.installation, said.password, at=now())
        admitted = sign_in(house.ledger(said.tenant), said.email, said.password, stay, at=now(), draw=draw_secret)
    return _token(house, said.tenant, admitted, stay, response, request)


@router.post("/refresh", responses=refusals(401, 403, 409, 429, 503), dependencies=[Depends(require_token)])
def refresh(house: HouseHere, request: Request, response: Response, csrf: Csrf = "") -> Token:
    """The next access token. The cookie is good once; shown again, it ends the whole session, but for some seconds in
    which another window may have used it: 409 then, and the next attempt sends the cookie that came to that one."""
    rates_of(request).count(Doing.REFRESH, whence(request))
    tenant, _, token = refresh_cookie(request.cookies, is_secure(request)).partition("/")
    stay = house.stay
    with _counted("refresh"):
        if not house.knows(tenant):
            raise SignedOut(reason="no refresh token came")
        admitted = go_on(house.ledger(tenant), token, stay, at=now(), draw=draw_secret)
    return _token(house, tenant, admitted, stay, response, request)


@router.post("/sign-out", status_code=204, responses=refusals(*GUARDED), dependencies=[Depends(require_token)])
def end(caller: Anyone, request: Request, response: Response, csrf: Csrf = "") -> None:
    """Ends the session: its tokens are good no more, from now on and everywhere."""
    if caller.session:
        sign_out(caller.ledger, caller.session, at=now())
    take_cookies(response, is_secure(request))


@router.post("/invitation", status_code=204, responses=refusals(403, 429, 503))
def take_up(said: TakingUp, house: HouseHere, request: Request) -> None:
    """Sets the password of who was invited. Then they sign in."""
    rates_of(request).count(Doing.INVITATION, whence(request))
    take_up_invitation(house.ledger(said.tenant), said.secret, said.password, at=now())


@router.get("/keys")
def keys(house: HouseHere) -> dict[str, list[dict[str, str]]]:
    """The public keys by which access tokens are verified, as a JWK set (RFC 7517)."""
    return {
        "keys": [{name: str(value) for name, value in key.items()} for key in house.keys.latest(now()).public()["keys"]]
    }


@contextmanager
def _counted(kind: str) -> Iterator[None]:
    """How a sign-in went. That another window was first is neither."""
    try:
        yield
    except (NotAdmitted, SignedOut, TooFast) as refusal:
        reused = refusal.parameters.get("reason") == REUSED
        SIGN_INS.labels(kind, "reused" if reused else "refused").inc()
        raise
    SIGN_INS.labels(kind, "accepted").inc()


def _token(house: House, tenant: str, admitted: Admitted, stay: Stay, response: Response, request: Request) -> Token:
    at = now()
    claims = claims_of(tenant, admitted, at, stay.token)
    shown = f"{tenant}/{admitted.refresh}"
    set_cookies(response, shown, is_secure(request), int(stay.unused.total_seconds()))
    return Token(
        csrf=token_of(shown),
        access_token=house.keys.ring(at).sign(claims, at),
        expires_in=int((claims.expires_at - at).total_seconds()),
        user=admitted.user.id,
        name=admitted.user.name,
        role=admitted.user.role,
        tenant=tenant,
    )
