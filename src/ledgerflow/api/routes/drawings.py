"""Invoices drawn: what is printed where, the PDF, and a picture of the first page."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from ledgerflow import __version__
from ledgerflow.api.access import HouseHere, Reader
from ledgerflow.api.conditions import NOT_MODIFIED, is_known, tag_of
from ledgerflow.api.routes.invoices import InvoiceId, found
from ledgerflow.api.schemas import GUARDED, refusals
from ledgerflow.api.sending import attachment
from ledgerflow.billing.invoice import Invoice, to_json
from ledgerflow.billing.numbering import file_stem
from ledgerflow.rendering import page as printed
from ledgerflow.rendering import pdf
from ledgerflow.rendering.layout import layout

router = APIRouter(prefix="/api/invoices", tags=["invoices"])


@router.get("/{id}/page", responses=refusals(*GUARDED, 404))
def page(id: InvoiceId, caller: Reader) -> printed.Page:
    """What is printed where, as words already: the page before it is drawn."""
    return layout(found(caller, id))


@router.get(
    "/{id}/pdf",
    response_class=Response,
    responses={
        **refusals(*GUARDED, 404, 409, 503),
        **NOT_MODIFIED,
        200: {"content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}},
    },
)
def as_pdf(id: InvoiceId, caller: Reader, house: HouseHere, request: Request) -> Response:
    """The invoice as a PDF, the same bytes each time."""
    invoice = found(caller, id)
    headers = {"ETag": _drawing_tag(invoice, "pdf"), "Cache-Control": "private, no-cache"}
    if is_known(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    headers |= {"Content-Disposition": attachment(f"{file_stem(invoice.number)}.pdf")}
    drawn = house.studio.do(partial(pdf.draw, invoice))
    return Response(drawn, media_type="application/pdf", headers=headers)


@router.get(
    "/{id}/picture",
    response_class=Response,
    responses={
        **refusals(*GUARDED, 404, 409, 503),
        **NOT_MODIFIED,
        200: {"content": {"image/png": {"schema": {"type": "string", "format": "binary"}}}},
    },
)
def as_picture(
    id: InvoiceId,
    caller: Reader,
    house: HouseHere,
    request: Request,
    ppi: Annotated[int, Query(ge=36, le=200, description="Pixels per inch.")] = 90,
) -> Response:
    """The first page as a PNG."""
    invoice = found(caller, id)
    headers = {"ETag": _drawing_tag(invoice, f"png {ppi}"), "Cache-Control": "private, no-cache"}
    if is_known(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    drawn = house.studio.do(partial(pdf.picture, invoice, ppi))
    return Response(drawn, media_type="image/png", headers=headers)


def _drawing_tag(invoice: Invoice, how: str) -> str:
    """Drawn pages follow from the document and from the program that draws."""
    return tag_of(to_json(invoice) + f"{how} {__version__}".encode())
