"""Series for Prometheus: those of the installation, which name no tenant, and those of the caller's tenant alone."""

from functools import partial
from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse

from ledgerflow.api.access import HouseHere, Reader, scraper
from ledgerflow.api.house import now
from ledgerflow.api.schemas import GUARDED, Given, refusals
from ledgerflow.api.tenant_series import Family, as_text, families
from ledgerflow.telemetry.exposition import MEDIA

router = APIRouter(tags=["metrics"])

_TEXT: dict[str, Any] = {"text/plain": {"schema": {"type": "string"}}}
_AS_TEXT: dict[int | str, dict[str, Any]] = {200: {"description": "As Prometheus reads it.", "content": _TEXT}}
_JSON = "application/json"


class TenantSeries(Given):
    """What the books say of one tenant."""

    tenant: str
    items: list[Family]


@router.get(
    "/metrics",
    response_class=Response,
    responses={**refusals(*GUARDED, 503), **_AS_TEXT},
    dependencies=[Depends(scraper)],
)
def metrics(house: HouseHere) -> Response:
    """All that is counted over the installation, for whoever shows the scrape token, and for operators."""
    return Response(house.series.text(), headers={"Content-Type": MEDIA})


@router.get(
    "/api/tenant/metrics",
    response_model=TenantSeries,
    responses={**refusals(*GUARDED, 503), 200: {"content": _TEXT}},
)
def tenant_metrics(caller: Reader, house: HouseHere, request: Request) -> Response:
    """What the books say of the caller's tenant, as Prometheus reads it, or as JSON where that is asked for."""
    known = house.tenant_series.get(caller.tenant, lambda: house.studio.do(partial(families, caller.ledger, now())))
    headers = {"Vary": "Accept"}
    if _JSON in request.headers.get("Accept", ""):
        said = TenantSeries(tenant=caller.tenant, items=known)
        return JSONResponse(said.model_dump(mode="json"), headers=headers)
    return Response(as_text(caller.tenant, known), headers={**headers, "Content-Type": MEDIA})
