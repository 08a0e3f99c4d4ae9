"""The overview: what the books come to, by time, place, product and buyer."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import partial
from typing import Annotated, Literal

from fastapi import APIRouter, Query

from ledgerflow.api.access import HouseHere, Reader
from ledgerflow.api.days import Day
from ledgerflow.api.schemas import GUARDED, Given, refusals
from ledgerflow.billing.errors import Finding, InputRefused
from ledgerflow.billing.invoice import Invoice
from ledgerflow.issuing.figures import Figures, Span, Sum
from ledgerflow.reporting.figures import by_currency, by_region, top_products

router = APIRouter(prefix="/api/overview", tags=["overview"])

SAMPLE = 300  # documents that are read for what the books' columns do not tell
_BUYERS = 10
_DAYS = 93


class SumModel(Given):
    """Documents of one currency together; credit notes are subtracted."""

    currency: str
    invoices: int
    credit_notes: int
    taxable_value: Decimal
    tax: Decimal
    payable: Decimal


class NamedSum(SumModel):
    """Those of one month, day or buyer."""

    name: str


class Share(Given):
    """A product and what it brought before tax, or a place and how many invoices went there."""

    name: str
    figure: Decimal


class Sampled(Given):
    """By product and place, of one currency."""

    currency: str
    products: list[Share]
    places: list[Share]


class Latest(Given):
    """Products and places are told of the latest documents alone: so many of so many were read."""

    read: int
    of: int
    is_all: bool
    by_currency: list[Sampled]


class Overview(Given):
    """What the books come to in these days."""

    totals: list[SumModel]
    step: Literal["day", "month"]
    over_time: list[NamedSum]
    buyers: list[NamedSum]
    latest: Latest


@router.get("", responses=refusals(*GUARDED, 503))
def overview(
    caller: Reader,
    house: HouseHere,
    first_day: Day | None = None,
    last_day: Day | None = None,
    step: Annotated[Literal["day", "month"], Query(description="Days: of a quarter of a year at most.")] = "month",
) -> Overview:
    """Sums over the whole books by time and buyer; products and places of the latest documents, and of how many."""
    span = Span(first_day, last_day)
    _require_sense(span, step)
    return house.studio.do(partial(_overview, caller.ledger.figures, span, step))


def _overview(figures: Figures, span: Span, step: Literal["day", "month"]) -> Overview:
    totals = figures.totals(span)
    in_time: Callable[[Span], Sequence[Sum]] = figures.by_day if step == "day" else figures.by_month
    latest = figures.latest(span, SAMPLE)
    return Overview(
        totals=[SumModel.model_validate(one) for one in totals],
        step=step,
        over_time=[NamedSum.model_validate(one) for one in in_time(span)],
        buyers=[NamedSum.model_validate(one) for one in figures.by_buyer(span, _BUYERS)],
        latest=_latest(latest, sum(one.invoices + one.credit_notes for one in totals)),
    )


def _latest(read: Sequence[Invoice], of: int) -> Latest:
    sampled = [
        Sampled(currency=code, products=_shares(top_products(own)), places=_shares(by_region(own)))
        for code, own in by_currency(read).items()
    ]
    return Latest(read=len(read), of=of, is_all=len(read) >= of, by_currency=sampled)


def _shares(rows: Sequence[tuple[str, Decimal]]) -> list[Share]:
    return [Share(name=name, figure=figure) for name, figure in rows]


def _require_sense(span: Span, step: str) -> None:
    first, last = span.first_day, span.last_day
    if first and last and first > last:
        message = f"The first day, {first}, is after the last, {last}."
        raise InputRefused([Finding("days.reversed", "query:/first_day", message, "Exchange them.")])
    if step == "day" and not (first and last and (last - first).days < _DAYS):
        message = f"By day at most {_DAYS} days are told."
        advice = "Give first_day and last_day nearer to each other, or step=month."
        raise InputRefused([Finding("days.many", "query:/step", message, advice)])
