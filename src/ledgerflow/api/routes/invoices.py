"""Invoices: found, shown, explained, credited."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field, TypeAdapter

from ledgerflow.api.access import Caller, HouseHere, Reader, Writer
from ledgerflow.api.conditions import NOT_MODIFIED, unless_known
from ledgerflow.api.cursors import Cursor, Limit, cursor_of, cut, place_of
from ledgerflow.api.days import Day
from ledgerflow.api.house import now
from ledgerflow.api.places import told_at
from ledgerflow.api.schemas import GUARDED, Given, Page, Taken, refusals
from ledgerflow.billing.errors import Finding, InputRefused, InvoiceUnknown
from ledgerflow.billing.invoice import Invoice, to_json
from ledgerflow.billing.tax import DocumentKind
from ledgerflow.issuing.cancellation import cancel_invoice
from ledgerflow.issuing.explaining import explained
from ledgerflow.issuing.records import InvoiceFilter, InvoiceSummary
from ledgerflow.telemetry.meters import INVOICES

router = APIRouter(prefix="/api/invoices", tags=["invoices"])

_WORDS = r"^[^\x00-\x1f\x7f]*$"
_LARGEST = Decimal("1e15")
Words = Annotated[str, Query(max_length=120, pattern=_WORDS)]
Amount = Annotated[Decimal | None, Query(ge=-_LARGEST, le=_LARGEST, max_digits=18, decimal_places=3)]
InvoiceId = Annotated[
    str,
    Path(
        pattern=r"^\d{1,12}-\d{1,9}$", description="Batch and position: `3-14`. Numbers may hold slashes, so no number."
    ),
]


class SummaryModel(Given):
    """An invoice as a list shows it; `payable` is in the currency."""

    id: str
    number: str
    day: date
    kind: DocumentKind
    buyer: str
    currency: str
    payable: Decimal


class InvoiceModel(SummaryModel):
    """An invoice whole: `document` is what was issued, `notes` the numbers of what corrects it, `corrects` of what it
    corrects itself."""

    series: str
    strategy: str
    taxable_value: Decimal
    tax: Decimal
    corrects: str | None
    notes: list[str]
    document: dict[str, Any]


class LineExplained(Given):
    """Why a line bears its tax; `line` is counted from 1."""

    line: int
    description: str
    code: str
    taxable_value: str
    treatment: str
    tax: str
    place_of_supply: str
    rule: str
    in_force_from: str
    by: str
    payable_by: str
    reason: str = ""


class TaxExplained(Given):
    """Why each line of an invoice bears its tax."""

    invoice: str
    lines: list[LineExplained]


class Crediting(Taken):
    """Why an invoice is taken back; the note prints the reason."""

    reason: Annotated[str, Field(min_length=1, max_length=200)]
    day: Annotated[Day | None, Field(description="The day of the note; today, if none is given.")] = None
    series: Annotated[str, Field(max_length=60, pattern=_WORDS, description="Where the books do not know it.")] = ""
    leave_debit_notes: Annotated[bool, Field(description="Debit notes stand, and may.")] = False


@router.get("", responses=refusals(*GUARDED))
def search(
    caller: Reader,
    number: Words = "",
    buyer: Words = "",
    first_day: Day | None = None,
    last_day: Day | None = None,
    currency: Annotated[str, Query(pattern=r"^([A-Za-z]{3})?$")] = "",
    least: Amount = None,
    most: Amount = None,
    limit: Limit = 50,
    cursor: Cursor = "",
) -> Page[SummaryModel]:
    """The latest invoices that fit, newest day first: by the beginnings of number and buyer, days, what is payable."""
    wanted = InvoiceFilter(number, buyer, first_day, last_day, currency.upper(), least, most)
    _require_sense(wanted)
    after = place_of(cursor, lambda place: (date.fromisoformat(str(place[0])), str(place[1]).replace("\0", "")))
    fitting = caller.ledger.search(wanted, limit + 1, after)
    some, following = cut(fitting, limit, lambda one: cursor_of(one.day.isoformat(), one.number))
    return Page[SummaryModel](items=[_summary(one) for one in some], next=following)


@router.get("/{id}", response_model=InvoiceModel, responses={**refusals(*GUARDED, 404), **NOT_MODIFIED})
def show(id: InvoiceId, caller: Reader, request: Request) -> Response:
    """An invoice whole, with the notes on it, under an ETag."""
    return unless_known(request, _shown(caller, id, found(caller, id)))


@router.get("/{id}/tax", responses=refusals(*GUARDED, 404))
def tax(id: InvoiceId, caller: Reader) -> TaxExplained:
    """Why each line bears its tax: rule, rate, from which day, by which instrument."""
    invoice = found(caller, id)
    lines = [explained(invoice, place) for place in range(len(invoice.supply.lines))]
    told = [_explained(place, facts) for place, facts in enumerate(lines, 1)]
    return TaxExplained(invoice=invoice.number, lines=told)


@router.post("/{id}/credit-note", status_code=201, responses=refusals(*GUARDED, 404, 409, 503))
def credit(
    id: InvoiceId, said: Crediting, caller: Writer, house: HouseHere, request: Request, response: Response
) -> InvoiceModel:
    """Cancels an invoice: it stays, and a credit note takes back whatever earlier notes have left of it."""
    with told_at({"--reason": "/reason"}):
        note = cancel_invoice(
            caller.ledger,
            found(caller, id).number,
            house.application.laws,
            at=now(),
            reason=said.reason,
            actor=caller.actor,
            day=said.day,
            series=said.series,
            leave_debit_notes=said.leave_debit_notes,
            trace_id=request.state.trace_id,
        )
    INVOICES.labels(note.kind, "issued").inc()
    batch, position = caller.ledger.place(note.number)
    response.headers["Location"] = f"/api/invoices/{batch}-{position}"
    return _shown(caller, f"{batch}-{position}", note)


def found(caller: Caller, id: str) -> Invoice:
    """The invoice at a place in the books; raises InvoiceUnknown."""
    batch, position = (int(part) for part in id.split("-"))
    for invoice in caller.ledger.invoices(batch=batch, positions=(position, position)):
        return invoice
    raise InvoiceUnknown(number=id)


def _require_sense(wanted: InvoiceFilter) -> None:
    wrong = []
    if (wanted.least is not None or wanted.most is not None) and not wanted.currency:
        message = "An amount is in a currency, and none is named."
        wrong.append(Finding("currency.missing", "query:/currency", message, "Name it, as in currency=INR."))
    if wanted.first_day and wanted.last_day and wanted.first_day > wanted.last_day:
        message = f"The first day, {wanted.first_day}, is after the last, {wanted.last_day}."
        wrong.append(Finding("days.reversed", "query:/first_day", message, "Exchange them."))
    if wrong:
        raise InputRefused(wrong)


def _summary(one: InvoiceSummary) -> SummaryModel:
    facts = {name: getattr(one, name) for name in SummaryModel.model_fields if name != "id"}
    return SummaryModel(id=f"{one.batch}-{one.position}", **facts)


def _shown(caller: Caller, id: str, invoice: Invoice) -> InvoiceModel:
    supply, totals = invoice.supply, invoice.tax.totals
    return InvoiceModel(
        id=id,
        number=invoice.number,
        day=invoice.day,
        kind=invoice.kind,
        buyer=supply.buyer.name,
        currency=supply.currency.code,
        payable=totals.payable,
        series=invoice.series,
        strategy=invoice.strategy,
        taxable_value=totals.taxable_value,
        tax=totals.tax,
        corrects=supply.correction.number if supply.correction else None,
        notes=[note.number for note in caller.ledger.notes_on(invoice.number)],
        document=TypeAdapter(dict[str, Any]).validate_json(to_json(invoice)),
    )


def _explained(line: int, facts: dict[str, str]) -> LineExplained:
    told = {name.replace(" ", "_"): words for name, words in facts.items() if name not in ("invoice", "line")}
    return LineExplained(line=line, description=facts["line"].partition(": ")[2], **told)
