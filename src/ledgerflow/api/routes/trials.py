"""Trials: what a configuration would come to, and how its invoices would look. Nothing is issued, nothing is kept."""

import time
from base64 import b64encode
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import Field, TypeAdapter

from ledgerflow.api.access import HouseHere, Writer
from ledgerflow.api.orders import Making, bounds, commission_of
from ledgerflow.api.schemas import GUARDED, Given, refusals
from ledgerflow.billing.invoice import Invoice, to_json
from ledgerflow.billing.tax import TaxStrategy
from ledgerflow.issuing.commission import Commission
from ledgerflow.issuing.estimating import Estimate, estimate
from ledgerflow.issuing.previewing import preview
from ledgerflow.rendering import page as printed
from ledgerflow.rendering import pdf
from ledgerflow.rendering.layout import layout

router = APIRouter(tags=["trials"])

Drawn = Literal["none", "png", "pdf"]
_DRAWERS: Mapping[str, Callable[[Invoice], bytes]] = {"png": pdf.picture, "pdf": pdf.draw}


class Previewing(Making):
    """What is to be previewed, and whether it is drawn besides."""

    drawn: Annotated[Drawn, Field(description="How the pages are drawn, if at all.")] = "png"


class PreviewModel(Given):
    """An invoice that was never issued: its document, what is printed where, and its page drawn, in base64."""

    number: str
    document: dict[str, Any]
    page: printed.Page
    drawing: str | None


class Previews(Given):
    """A few invoices as they would be."""

    items: list[PreviewModel]


class ExpectedModel(Given):
    """What the invoices in one currency come to, and what notes on them take back; to the unit if `is_exact`."""

    currency: str
    invoices: int
    before_tax: Decimal
    tax: Decimal
    payable: Decimal
    taken_back: Decimal
    is_exact: bool


class EstimateModel(Given):
    """What a batch comes to. `sample` invoices were made for it; times are those of one process on this machine."""

    invoices: int
    credit_notes: int
    sample: int
    revenue: list[ExpectedModel]
    thinking_ms: int
    drawing_ms: dict[str, int]
    total_ms: int


@router.post("/api/estimates", responses=refusals(*GUARDED, 503))
def estimated(said: Making, caller: Writer, house: HouseHere) -> EstimateModel:
    """How many invoices, what revenue and how much time: reckoned from a sample that is made and thrown away."""
    commission = commission_of(said, caller, house, bounds(house, caller.ledger))
    formats = [house.application.format(code) for code in commission.formats]
    laws = house.application.laws
    reckon: Callable[[], Estimate] = partial(
        estimate, commission.config, commission.catalogue, laws, formats, time.perf_counter_ns
    )
    return EstimateModel.model_validate(house.studio.do(reckon))


@router.post("/api/previews", responses=refusals(*GUARDED, 409, 503))
def previewed(said: Previewing, caller: Writer, house: HouseHere) -> Previews:
    """Three invoices as they would look. Nothing is issued, no number is taken, nothing is written."""
    commission = commission_of(said, caller, house, bounds(house, caller.ledger))
    draw = _DRAWERS.get(said.drawn)
    return Previews(items=house.studio.do(partial(_drawn, commission, house.application.laws, draw)))


def _drawn(
    commission: Commission, laws: Mapping[str, TaxStrategy], draw: Callable[[Invoice], bytes] | None
) -> list[PreviewModel]:
    return [
        PreviewModel(
            number=invoice.number,
            document=TypeAdapter(dict[str, Any]).validate_json(to_json(invoice)),
            page=layout(invoice),
            drawing=b64encode(draw(invoice)).decode() if draw else None,
        )
        for invoice in preview(commission.config, commission.catalogue, laws)
    ]
