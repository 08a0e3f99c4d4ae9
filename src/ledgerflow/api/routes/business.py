"""The business whose books are made: its establishments and number series, kept once; its logo."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from ledgerflow.admission.setting_up import BUSINESS, keep_business, keep_logo, logo_of, remove_logo
from ledgerflow.api.access import HouseHere, Manager, Reader
from ledgerflow.api.etags import IfMatch, etag, expected
from ledgerflow.api.house import now
from ledgerflow.api.problems import Absent
from ledgerflow.api.schemas import GUARDED, Given, refusals
from ledgerflow.billing.errors import Finding, InputRefused
from ledgerflow.intake.logos import LARGEST, read_logo, too_large
from ledgerflow.simulation.config import Business, SimulationConfig
from ledgerflow.simulation.premises import premises

router = APIRouter(prefix="/api/business", tags=["business"])

_PICTURE = {"schema": {"type": "string", "format": "binary", "maxLength": LARGEST}}
_TAKEN = {"requestBody": {"required": True, "content": {"image/png": _PICTURE, "image/jpeg": _PICTURE}}}
_SHOWN = {"content": {"image/png": _PICTURE, "image/jpeg": _PICTURE}, "description": "The picture."}


class LogoModel(Given):
    """What is known of the logo."""

    media_type: str
    width: int
    height: int
    bytes: int


async def body(request: Request) -> bytes:
    """What is sent, as far as a logo may go; what is too large is not read to its end."""
    content = bytearray()
    async for piece in request.stream():
        content += piece
        if len(content) > LARGEST:
            raise InputRefused([too_large()])
    return bytes(content)


@router.get("", responses=refusals(*GUARDED, 404))
def show(caller: Reader, response: Response) -> Business:
    """The business that was set up; the ETag is for changing it."""
    document = caller.ledger.documents.find(BUSINESS)
    if document is None:
        raise Absent()
    response.headers["ETag"] = etag(document.version)
    return Business.model_validate_json(document.text)


@router.put("", responses=refusals(*GUARDED, 412, 428))
def change(said: Business, caller: Manager, house: HouseHere, response: Response, if_match: IfMatch = "") -> Business:
    """Sets the business up, or changes it as a whole: orders that name none are for this one."""
    if found := [_within(one) for one in premises(SimulationConfig(business=said), house.application.laws)]:
        raise InputRefused(found)
    kept = keep_business(caller.ledger, said, expected(if_match), at=now(), actor=caller.actor)
    response.headers["ETag"] = etag(kept.version)
    return said


@router.get("/logo", responses={**refusals(*GUARDED, 404), 200: _SHOWN}, response_class=Response)
def show_logo(caller: Reader) -> Response:
    """The logo, as it was sent."""
    found = logo_of(caller.ledger)
    if found is None:
        raise Absent()
    logo, version = found
    headers = {"ETag": etag(version), "X-Content-Type-Options": "nosniff"}
    return Response(logo.content, media_type=logo.media_type, headers=headers)


@router.put("/logo", responses=refusals(*GUARDED, 412, 428), openapi_extra=_TAKEN)
def change_logo(
    caller: Manager, content: Annotated[bytes, Depends(body)], response: Response, if_match: IfMatch = ""
) -> LogoModel:
    """Takes a logo: PNG or JPEG by its content, at most 512 KiB and 2000 pixels a side."""
    logo = read_logo(content)
    kept = keep_logo(caller.ledger, logo, expected(if_match), at=now(), actor=caller.actor)
    response.headers["ETag"] = etag(kept.version)
    return LogoModel(media_type=logo.media_type, width=logo.width, height=logo.height, bytes=len(content))


@router.delete("/logo", status_code=204, responses=refusals(*GUARDED, 404))
def drop_logo(caller: Manager) -> None:
    """Takes the logo away."""
    if not remove_logo(caller.ledger, at=now(), actor=caller.actor):
        raise Absent()


def _within(finding: Finding) -> Finding:
    """Its place in the business alone."""
    return replace(finding, place=finding.place.removeprefix("/business"))
