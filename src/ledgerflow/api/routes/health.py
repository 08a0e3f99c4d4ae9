"""Whether the server lives, and whether it is to be sent requests: for whoever watches over it."""

from fastapi import APIRouter

from ledgerflow.api.access import HouseHere
from ledgerflow.api.errors import NotReady
from ledgerflow.api.schemas import Given, refusals

router = APIRouter(tags=["health"])


class Health(Given):
    """In one word."""

    status: str


@router.get("/healthz")
async def alive() -> Health:
    """The server lives. Where this is not answered, start it anew."""
    return Health(status="alive")


@router.get("/readyz", responses=refusals(503))
def ready(house: HouseHere) -> Health:
    """The server is to be sent requests: it has its database, of its own revision, and does not come to its end."""
    reason = house.readiness.why_not()
    if reason:
        raise NotReady(reason=reason)
    return Health(status="ready")
