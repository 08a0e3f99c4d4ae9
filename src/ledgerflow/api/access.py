"""From a request to who asks: the tenant comes from the token alone, and with it the one ledger that is handed on."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from ledgerflow.admission.machines import require_key, tenant_named
from ledgerflow.admission.signing_in import SignedOut, require_admitted
from ledgerflow.api.errors import ScrapeUnset
from ledgerflow.api.gates.rates import Doing, rates_of
from ledgerflow.api.house import House, now
from ledgerflow.api.problems import Forbidden
from ledgerflow.identity.roles import INSTALLATION, Right, Role, may
from ledgerflow.identity.tokens import TokenRefused
from ledgerflow.issuing.ports import Ledger
from ledgerflow.telemetry.meters import SIGN_INS

_bearer = HTTPBearer(auto_error=False, description="An access token, or the key of a machine.")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: `actor` is a user's id or `key …`, as the audit trail names it; `session` is empty for a machine."""

    tenant: str
    actor: str
    role: Role
    session: str
    ledger: Ledger


async def house_of(request: Request) -> House:
    """What the request finds in the house; on the loop itself, for a thread costs more than this."""
    return cast(House, request.app.state.house)


def caller_of(
    request: Request, shown: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)] = None
) -> Caller:
    """Raises SignedOut, TokenRefused, TooFast."""
    if shown is None:
        raise SignedOut(reason="no access token came")
    house = cast(House, request.app.state.house)
    caller = _machine(house, shown.credentials) or _person(house, shown.credentials)
    request.state.tenant = caller.tenant  # for the log
    rates_of(request).count(Doing.REQUEST, caller.tenant, caller.actor)
    return caller


def allowed(right: Right) -> Callable[[Caller], Awaitable[Caller]]:
    """A dependency: whoever asks has this right. Raises Forbidden."""

    async def require(caller: Annotated[Caller, Depends(caller_of)]) -> Caller:
        if not may(caller.role, right):
            raise Forbidden()
        return caller

    return require


def _person(house: House, token: str) -> Caller:
    at = now()
    claims = house.keys.verify(token, at)
    ledger = house.ledger(claims.tenant)
    user = require_admitted(ledger, claims, at)
    _require_own(user.role, claims.tenant)
    return Caller(claims.tenant, user.id, user.role, claims.session, ledger)


def _machine(house: House, words: str) -> Caller | None:
    tenant = tenant_named(words)
    if not tenant:
        return None
    ledger = house.ledger(tenant)
    try:
        key = require_key(ledger, words, now())
    except SignedOut:
        SIGN_INS.labels("key", "refused").inc()
        raise
    SIGN_INS.labels("key", "accepted").inc()
    _require_own(key.role, tenant)
    return Caller(tenant, f"key {key.id}", key.role, "", ledger)


def _require_own(role: Role, tenant: str) -> None:
    """An operator is of the installation, and whoever is of a tenant is none, whatever is written in the books."""
    if (role is Role.OPERATOR) != (tenant == INSTALLATION):
        raise Forbidden()


def person(caller: Annotated[Caller, Depends(caller_of)]) -> Caller:
    """A dependency: a user and no machine asks. Raises Forbidden."""
    if not caller.session:
        raise Forbidden()
    return caller


async def _steward(caller: Annotated[Caller, Depends(person)]) -> Caller:
    """Who comes in is for people to say: a key that leaked makes no other keys."""
    return await allowed(Right.MANAGE)(caller)


def _watcher(caller: Annotated[Caller, Depends(caller_of)]) -> Caller:
    if not (may(caller.role, Right.AUDIT) or may(caller.role, Right.OPERATE)):
        raise Forbidden()
    return caller


def _looker(caller: Annotated[Caller, Depends(caller_of)]) -> Caller:
    if not (may(caller.role, Right.READ) or may(caller.role, Right.OPERATE)):
        raise Forbidden()
    return caller


def scraper(request: Request, shown: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)] = None) -> None:
    """A dependency: whoever asks shows the scrape token, or is an operator. Raises SignedOut,
    TokenRefused, ScrapeUnset, Forbidden."""
    token = cast(House, request.app.state.house).scrape_token
    if shown is not None and token.fits(shown.credentials):
        return
    try:
        caller = caller_of(request, shown)
    except (SignedOut, TokenRefused) as refusal:
        if not token.is_set:
            raise ScrapeUnset() from refusal
        raise
    if not may(caller.role, Right.OPERATE):
        raise Forbidden()


def counted(caller: Caller, request: Request, doing: Doing) -> None:
    """Counts what a tenant does. Raises TooFast."""
    rates_of(request).count(doing, caller.tenant)


HouseHere = Annotated[House, Depends(house_of)]
Anyone = Annotated[Caller, Depends(caller_of)]
Reader = Annotated[Caller, Depends(allowed(Right.READ))]
Writer = Annotated[Caller, Depends(allowed(Right.WRITE))]
Auditor = Annotated[Caller, Depends(allowed(Right.AUDIT))]
Manager = Annotated[Caller, Depends(allowed(Right.MANAGE))]
Person = Annotated[Caller, Depends(person)]
Steward = Annotated[Caller, Depends(_steward)]
Watcher = Annotated[Caller, Depends(_watcher)]
Looker = Annotated[Caller, Depends(_looker)]
Operator = Annotated[Caller, Depends(allowed(Right.OPERATE))]
