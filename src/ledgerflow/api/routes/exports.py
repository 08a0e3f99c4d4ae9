"""Exports: what a batch made, sent from the shelf; and tickets, by which a browser takes it without a token."""

from contextlib import ExitStack
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Header, Path, Query, Request, Response
from pydantic import Field

from ledgerflow.admission.tickets import TicketOver, give_ticket, take_ticket, tenant_of
from ledgerflow.api.access import HouseHere, Reader
from ledgerflow.api.conditions import NOT_MODIFIED
from ledgerflow.api.house import House, draw_secret, now
from ledgerflow.api.routes.batches import BatchId
from ledgerflow.api.schemas import GUARDED, Given, Taken, refusals
from ledgerflow.api.sending import ANY_TYPE, TYPES, Opened, sent
from ledgerflow.issuing.books import ARCHIVE
from ledgerflow.issuing.commission import Commission
from ledgerflow.issuing.exporting import Made, what_was_made
from ledgerflow.issuing.ports import Ledger

router = APIRouter(tags=["batches"])

_FILE = r"^[A-Za-z0-9._-]{1,100}$"
_BYTES = {"schema": {"type": "string", "format": "binary"}}
_KINDS = {kind.partition(";")[0]: _BYTES for kind in (*TYPES.values(), ANY_TYPE)}
_SENT: dict[int | str, dict[str, object]] = {200: {"description": "The file.", "content": _KINDS}}
_IN_PARTS: dict[int | str, dict[str, object]] = {206: {"description": "A part of it.", "content": _KINDS}}

File = Annotated[str, Query(pattern=_FILE, description="Which of its files; the archive, if none is named.")]


class FileModel(Given):
    """A file that a batch made."""

    name: str
    sha256: str


class Files(Given):
    """All files that a batch made."""

    items: list[FileModel]


class Wanted(Taken):
    """The file that is to be downloaded."""

    file: Annotated[str, Field(pattern=_FILE)] = ARCHIVE


class TicketModel(Given):
    """Where the file can be had once, without a token, until then."""

    url: str
    expires_at: datetime


@router.get("/api/batches/{id}/files", responses=refusals(*GUARDED, 404, 409))
def files(id: BatchId, caller: Reader, house: HouseHere) -> Files:
    """The files that a batch made, with their SHA-256."""
    made = what_was_made(caller.ledger, house.shelf, id)
    return Files(items=[FileModel(name=name, sha256=digest) for name, digest in made.hashes.items()])


@router.get(
    "/api/batches/{id}/export",
    response_class=Response,
    responses={**refusals(*GUARDED, 404, 409, 416), **NOT_MODIFIED, **_SENT, **_IN_PARTS},
)
def export(
    id: BatchId,
    caller: Reader,
    house: HouseHere,
    request: Request,
    file: File = ARCHIVE,
    part: Annotated[str, Header(alias="Range", max_length=200, description="One range of bytes.")] = "",
) -> Response:
    """The archive of a batch, or another of its files; ranges are served, so that a download can be resumed."""
    return sent(request, _opened(caller.ledger, house, id, file))


@router.post("/api/batches/{id}/tickets", status_code=201, responses=refusals(*GUARDED, 404, 409))
def ticket(id: BatchId, said: Wanted, caller: Reader, house: HouseHere) -> TicketModel:
    """A link by which a browser downloads the file: good once, for a minute."""
    what_was_made(caller.ledger, house.shelf, id).place(said.file)
    given, words = give_ticket(
        caller.ledger, caller.tenant, f"{id}/{said.file}", at=now(), actor=caller.actor, draw=draw_secret
    )
    return TicketModel(url=f"/api/downloads/{words}", expires_at=given.expires_at)


@router.get("/api/downloads/{ticket}", response_class=Response, responses={**refusals(404, 409), **_SENT})
def download(
    ticket: Annotated[str, Path(pattern=r"^[A-Za-z0-9._-]{1,200}$")], house: HouseHere, request: Request
) -> Response:
    """The file that a ticket is for, whole. It is used up by the first request, whatever comes of that."""
    tenant = tenant_of(ticket)
    if tenant not in house.lobby.tenants():
        raise TicketOver()
    ledger = house.ledger(tenant)
    id, _, file = take_ticket(ledger, ticket, at=now()).subject.partition("/")
    return sent(request, _opened(ledger, house, id, file), in_parts=False)


def _opened(ledger: Ledger, house: House, id: str, file: str) -> Opened:
    made = what_was_made(ledger, house.shelf, id)
    place = made.place(file)
    with ExitStack() as stack:
        content = stack.enter_context(house.shelf.open(place))
        size = content.seek(0, 2)
        content.seek(0)
        name = _name(made, Commission.business_in(ledger.jobs.commission(id)), file)
        return Opened(content, size, f'"{made.hashes[file]}"', name, _kind(file), stack.pop_all().close)


def _kind(file: str) -> str:
    """What is counted: the archive, or one of the formats that are known."""
    end = file.rpartition(".")[2].lower()
    return "archive" if file == ARCHIVE else end if end in TYPES else "other"


def _name(made: Made, business: str, file: str) -> str:
    """`Asha Traders 2026-11-24 0f3a.zip`: whose books, of which day, and which batch."""
    whose = f"{business} {made.job.created_at.date()} {made.job.id}"
    return f"{whose}.zip" if file == ARCHIVE else f"{whose} {file}"
