"""What went wrong, as RFC 9457 has it: one document for every refusal, with all findings, each with code and place.

Only here does an error of the trade become a status of HTTP.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from ledgerflow import words
from ledgerflow.admission.account import SessionUnknown
from ledgerflow.admission.signing_in import JustUsed, NotAdmitted, SignedOut
from ledgerflow.admission.tickets import TicketOver
from ledgerflow.admission.users import InvitationOver, LastOwner
from ledgerflow.api.errors import CrossSite, NotReady, ScrapeUnset, TooFast
from ledgerflow.api.methods import allow
from ledgerflow.api.receiving import MediaUnknown
from ledgerflow.api.studio import StudioBusy
from ledgerflow.billing.crediting import NotesUnfit
from ledgerflow.billing.errors import (
    BillingError,
    CommitUnknown,
    Finding,
    InputRefused,
    InvoiceNumberCollisionException,
    InvoiceUnknown,
    NumberSeriesExhausted,
    NumbersUnavailable,
    StrategyUnknown,
)
from ledgerflow.identity.passwords import TooManyAtOnce
from ledgerflow.identity.people import EmailTaken, KeyUnknown, UserUnknown
from ledgerflow.identity.tokens import TokenRefused
from ledgerflow.intake.scanning import ScannerUnreachable
from ledgerflow.issuing.cancellation import CancellationRefused
from ledgerflow.issuing.commissioning import NotNow
from ledgerflow.issuing.documents import ChangedMeanwhile, VersionMissing
from ledgerflow.issuing.exporting import ArchiveMissing, FileMissing
from ledgerflow.issuing.importing import UploadTooLarge
from ledgerflow.issuing.jobs import BatchUnknown, KeyUsedOtherwise, TooManyBatches
from ledgerflow.issuing.shelf import NotOnShelf, ShelfFull, ShelfUnreachable
from ledgerflow.issuing.stocking import ProductChanged, ProductTaken, ProductUnknown
from ledgerflow.issuing.uploads import PreviewOutdated, TooManyUploads, UploadOver, UploadUnknown
from ledgerflow.rendering.pdf import PdfUnsound
from ledgerflow.store.database import LedgerUnreachable

MEDIA = "application/problem+json"
_SOON = 2  # seconds after which a database may be back


class FindingModel(BaseModel):
    """One mistake: `code` and `parameters` are the same in every language; `pointer` is a JSON pointer or a cell."""

    code: str
    pointer: str
    message: str
    advice: str = ""
    severity: str = "error"
    parameters: dict[str, str] = Field(default_factory=dict)


class Problem(BaseModel):
    """A refusal (RFC 9457). `type` names its kind, `trace_id` the request in the log."""

    type: str
    title: str
    status: int
    detail: str = ""
    trace_id: str = ""
    findings: list[FindingModel] = Field(default_factory=list)


class Forbidden(BillingError):
    """Your role does not allow this."""


class Absent(BillingError):
    """There is no such thing here."""


_KINDS: Sequence[tuple[type[BillingError], int, str, str]] = (
    (InputRefused, 400, "input-refused", "What was sent cannot be taken"),
    (InvitationOver, 400, "invitation-over", "The link is not good any more"),
    (NotAdmitted, 401, "not-admitted", "Not admitted"),
    (SignedOut, 401, "signed-out", "Sign in again"),
    (TokenRefused, 401, "signed-out", "Sign in again"),
    (Forbidden, 403, "forbidden", "Not allowed"),
    (ScrapeUnset, 403, "forbidden", "Not allowed"),
    (CrossSite, 403, "cross-site", "Sent from elsewhere"),
    (Absent, 404, "not-found", "Not found"),
    (UserUnknown, 404, "not-found", "Not found"),
    (KeyUnknown, 404, "not-found", "Not found"),
    (BatchUnknown, 404, "not-found", "Not found"),
    (FileMissing, 404, "not-found", "Not found"),
    (NotOnShelf, 404, "not-found", "Not found"),
    (TicketOver, 404, "not-found", "Not found"),
    (ProductUnknown, 404, "not-found", "Not found"),
    (InvoiceUnknown, 404, "not-found", "Not found"),
    (UploadUnknown, 404, "not-found", "Not found"),
    (EmailTaken, 409, "conflict", "Not as things stand"),
    (LastOwner, 409, "conflict", "Not as things stand"),
    (NotNow, 409, "conflict", "Not as things stand"),
    (ArchiveMissing, 409, "conflict", "Not as things stand"),
    (CancellationRefused, 409, "conflict", "Not as things stand"),
    (NotesUnfit, 409, "conflict", "Not as things stand"),
    (NumberSeriesExhausted, 409, "conflict", "Not as things stand"),
    (InvoiceNumberCollisionException, 409, "conflict", "Not as things stand"),
    (StrategyUnknown, 409, "conflict", "Not as things stand"),
    (PdfUnsound, 409, "conflict", "Not as things stand"),
    (KeyUsedOtherwise, 409, "conflict", "Not as things stand"),
    (ChangedMeanwhile, 412, "changed-meanwhile", "It was changed meanwhile"),
    (VersionMissing, 428, "version-missing", "Say which version you change"),
    (UploadOver, 409, "conflict", "Not as things stand"),
    (ProductTaken, 409, "conflict", "Not as things stand"),
    (ProductChanged, 412, "outdated", "It has changed meanwhile"),
    (PreviewOutdated, 412, "outdated", "It has changed meanwhile"),
    (UploadTooLarge, 413, "too-large", "Too large"),
    (MediaUnknown, 415, "media", "Not taken in this form"),
    (TooManyUploads, 429, "too-many", "Come back later"),
    (TooManyBatches, 429, "too-many", "Come back later"),
    (SessionUnknown, 404, "not-found", "Not found"),
    (JustUsed, 409, "just-used", "Try again"),
    (TooManyAtOnce, 503, "unavailable", "Come back later"),
    (StudioBusy, 503, "busy", "Come back later"),
    (ShelfUnreachable, 503, "unavailable", "Come back later"),
    (NumbersUnavailable, 503, "unavailable", "Come back later"),
    (CommitUnknown, 503, "unavailable", "Come back later"),
    (TooFast, 429, "too-many", "Come back later"),
    (NotReady, 503, "unavailable", "Come back later"),
    (LedgerUnreachable, 503, "unavailable", "Come back later"),
    (ScannerUnreachable, 503, "unavailable", "Come back later"),
    (ShelfFull, 503, "unavailable", "Come back later"),
)


def install(app: FastAPI) -> None:
    """Has every refusal answered so."""
    app.add_exception_handler(BillingError, _of_trade)
    app.add_exception_handler(RequestValidationError, _of_form)
    app.add_exception_handler(HTTPException, _of_http)


def answer(
    request: Request,
    status: int,
    kind: str,
    title: str,
    detail: str = "",
    findings: Iterable[FindingModel] = (),
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """The answer to a request that is refused."""
    lang = language(request)
    trace = str(getattr(request.state, "trace_id", ""))
    problem = Problem(
        type=f"/problems/{kind}",
        title=words.titled(title, lang),
        status=status,
        detail=detail,
        trace_id=trace,
        findings=[_in_language(one, lang) for one in findings],
    )
    said = {"Content-Language": lang, "Vary": "Accept-Language", **(headers or {})}
    return JSONResponse(problem.model_dump(), status, said, media_type=MEDIA)


def language(request: Request) -> str:
    """The reader's: `?lang=`, else Accept-Language, else English."""
    return words.chosen(request.query_params.get("lang", ""), request.headers.get("Accept-Language", ""))


def _in_language(finding: FindingModel, lang: str) -> FindingModel:
    said = words.told(finding.code, finding.parameters, lang)
    return finding if said is None else finding.model_copy(update={"message": said[0], "advice": said[1]})


def _of_trade(request: Request, error: Exception) -> JSONResponse:
    known = next((one for one in _KINDS if isinstance(error, one[0])), None)
    if known is None:
        raise error
    _, status, name, title = known
    headers = {}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, TooManyBatches | TooManyUploads | TooFast):
        headers["Retry-After"] = str(error.parameters["seconds"])
    if status == 503:
        headers["Retry-After"] = str(_SOON)
    findings = error.findings if isinstance(error, InputRefused) else ()
    # what never was and what is another's look the same
    detail = "" if status == 404 or findings else _detail(error, language(request))
    return answer(request, status, name, title, detail, map(told, findings), headers)


def _detail(error: Exception, lang: str) -> str:
    assert isinstance(error, BillingError)
    return words.detailed(type(error).__name__, error.parameters, lang) or str(error)


def _of_form(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    findings = [
        FindingModel(
            code=f"form.{one['type']}", pointer=_pointer(one["loc"]), message=f"{one['msg']}.", parameters=_facts(one)
        )
        for one in error.errors()
    ]
    return answer(request, 400, "input-refused", "What was sent cannot be taken", "", findings)


def _of_http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    kinds = {404: ("not-found", "Not found"), 405: ("method", "No such method here")}
    kind, title = kinds.get(error.status_code, ("refused", "Refused"))
    headers = {**(error.headers or {}), **(allow(request) if error.status_code == 405 else {})}
    return answer(request, error.status_code, kind, title, "", (), headers)


def _facts(fault: Mapping[str, Any]) -> dict[str, str]:
    """What a translation needs of it, and nothing of what was sent."""
    facts = {name: str(value) for name, value in fault.get("ctx", {}).items() if name != "error"}
    return facts | {"key": str(fault["loc"][-1])} if fault["loc"] else facts


def told(finding: Finding) -> FindingModel:
    """A finding as it is told."""
    return FindingModel(
        code=finding.code,
        pointer=finding.place,
        message=finding.message,
        advice=finding.advice,
        severity=finding.severity.value,
        parameters=dict(finding.parameters),
    )


def _pointer(place: Sequence[str | int]) -> str:
    """A JSON pointer (RFC 6901) into the body; another part of the request leads with its name."""
    where, *rest = place or ("body",)
    steps = "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in rest)
    return steps if where == "body" else f"{where}:{steps}"
