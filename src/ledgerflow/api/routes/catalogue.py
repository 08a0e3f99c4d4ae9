"""Importing a catalogue: a sheet is uploaded, its columns are named, what it changes is looked at, it is taken in."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field

from ledgerflow.api.access import Caller, HouseHere, Reader, Writer, counted
from ledgerflow.api.gates.rates import Doing
from ledgerflow.api.house import House, now
from ledgerflow.api.problems import FindingModel, told
from ledgerflow.api.receiving import BODY, handed
from ledgerflow.api.routes.products import Cursor, Id, IfMatch, bare
from ledgerflow.api.schemas import GUARDED, Given, Taken, refusals
from ledgerflow.intake.proposal import Choice
from ledgerflow.intake.template import template as blank
from ledgerflow.intake.workbook import MAX_COLUMNS, MAX_ROWS
from ledgerflow.issuing.governing import rules_for
from ledgerflow.issuing.importing import CutOff, Handed, refuse_cut_off
from ledgerflow.issuing.receiving import (
    Counter,
    choose_columns,
    preview_upload,
    receive_upload,
    take_in_upload,
    throw_away_upload,
)
from ledgerflow.issuing.restocking import Restocking
from ledgerflow.issuing.stocking import Stocked
from ledgerflow.issuing.uploads import Upload, UploadStatus
from ledgerflow.store.clamd import Clamd

router = APIRouter(prefix="/api/catalogue", tags=["catalogue"])

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FieldName = Literal[
    "name",
    "price",
    "sku",
    "unit",
    "commodity_code",
    "tax_category",
    "tax_rate",
    "cess_rate",
    "name_local",
    "group",
]
Kind = Literal["new", "changed", "removed"]


class ColumnModel(Given):
    """A column of the sheet: the field it is read as, if any, how sure that is in per cent, and its first values."""

    column: int
    title: str
    field: str
    confidence: int
    samples: Sequence[str]


class UploadModel(Given):
    """A sheet that was uploaded, and how it is read. It can be taken in when it is `ready`; `wrong` counts errors."""

    id: str
    name: str
    sha256: str
    status: UploadStatus
    created_at: datetime
    ready: bool
    products: int
    wrong: int
    sheets: Sequence[str]
    sheet: str
    header_row: int
    rows: int
    columns: Sequence[ColumnModel]
    findings: Sequence[FindingModel]


class Mapped(Taken):
    """How a sheet is to be read. Rows and columns count from 1; `header_row` 0 is none."""

    sheet: Annotated[str, Field(min_length=1, max_length=100)]
    header_row: Annotated[int, Field(ge=0, le=MAX_ROWS)]
    columns: Annotated[
        Mapping[FieldName, Annotated[int, Field(ge=1, le=MAX_COLUMNS)]], Field(min_length=1, max_length=10)
    ]


class TakingIn(Taken):
    """With `replace`, products that the sheet does not name are removed, and its order holds."""

    replace: bool = False


class Counts(Given):
    """How many products an import adds, changes, removes, and leaves as they are."""

    new: int
    changed: int
    removed: int
    unchanged: int


class Difference(Given):
    """A field before and after."""

    before: str
    after: str


class EffectModel(Given):
    """What becomes of one product."""

    kind: Kind
    id: str
    sku: str
    name: str
    differences: Mapping[str, Difference]


class RestockingModel(Given):
    """What an import would do. Send the answer's ETag as If-Match to have exactly this done."""

    counts: Counts
    items: Sequence[EffectModel]
    next: str | None = Field(None, description="Send it as `cursor` for what follows.")


@router.get("/template", response_class=Response, responses={200: {"content": {XLSX: {}}}, **refusals(*GUARDED)})
def template(caller: Reader) -> Response:
    """A workbook to fill in: the columns, and three products as an example."""
    name = 'attachment; filename="catalogue.xlsx"'
    return Response(blank(), media_type=XLSX, headers={"Content-Disposition": name})


@router.post("/uploads", status_code=201, openapi_extra=BODY, responses=refusals(*GUARDED, 413, 415, 429, 503))
def upload(
    caller: Writer,
    house: HouseHere,
    request: Request,
    response: Response,
    file: Annotated[Handed | CutOff, Depends(handed)],
) -> UploadModel:
    """Takes a sheet (.xlsx, .xls, CSV; 5 MB) for a day: scanned, and read as it is likely meant."""
    counted(caller, request, Doing.UPLOAD)
    most = rules_for(caller.ledger, house.rules.now).values.limits.upload_bytes
    if isinstance(file, Handed) and len(file.content) > most:
        file = CutOff(file.name, len(file.content), file.sha256, most)
    if isinstance(file, CutOff):
        refuse_cut_off(caller.ledger, file, at=now(), actor=caller.actor)
    with _counter(caller, house) as counter:
        made = receive_upload(caller.ledger, counter, file, at=now(), actor=caller.actor)
    response.headers["Location"] = f"/api/catalogue/uploads/{made.id}"
    return _shown(made)


@router.get("/uploads/{id}", responses=refusals(*GUARDED, 404))
def show(id: Id, caller: Reader) -> UploadModel:
    """An upload, and how it is read."""
    return _shown(caller.ledger.uploads.find(id))


@router.put("/uploads/{id}/mapping", responses=refusals(*GUARDED, 404, 409))
def choose(id: Id, said: Mapped, caller: Writer, house: HouseHere) -> UploadModel:
    """Has an upload read another way: which sheet, which row is its header, which column says what."""
    choice = Choice(said.sheet, said.header_row, {str(field): place for field, place in said.columns.items()})
    with _counter(caller, house) as counter:
        return _shown(choose_columns(caller.ledger, counter, id, choice, at=now(), actor=caller.actor))


@router.get("/uploads/{id}/preview", responses=refusals(*GUARDED, 404, 409))
def preview(
    id: Id,
    caller: Reader,
    house: HouseHere,
    response: Response,
    replace: Annotated[bool, Query(description="As in the commit.")] = False,
    kind: Annotated[Kind | None, Query(description="Only these.")] = None,
    cursor: Cursor = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> RestockingModel:
    """What taking an upload in would change, product by product, with what was and what will be."""
    with _counter(caller, house) as counter:
        made = preview_upload(caller.ledger, counter, id, replacing=replace, at=now())
    response.headers["ETag"] = f'"{made.version}"'
    effects = [one for one in _effects(made) if kind in (None, one.kind)]
    first = int(cursor or 0)
    following = str(first + limit) if len(effects) > first + limit else None
    return RestockingModel(counts=_counts(made), items=effects[first : first + limit], next=following)


@router.post("/uploads/{id}/commit", responses=refusals(*GUARDED, 404, 409, 412))
def commit(id: Id, said: TakingIn, caller: Writer, house: HouseHere, seen: IfMatch = "") -> Counts:
    """Takes an upload in, all of it or nothing."""
    with _counter(caller, house) as counter:
        made = take_in_upload(
            caller.ledger, counter, id, replacing=said.replace, at=now(), actor=caller.actor, seen=bare(seen)
        )
    return _counts(made)


@router.delete("/uploads/{id}", status_code=204, responses=refusals(*GUARDED, 404))
def throw_away(id: Id, caller: Writer, house: HouseHere) -> None:
    """Throws an upload away; the catalogue stays as it is."""
    with _counter(caller, house) as counter:
        throw_away_upload(caller.ledger, counter, id, at=now(), actor=caller.actor)


@contextmanager
def _counter(caller: Caller, house: House) -> Iterator[Counter]:
    scanners = [Clamd(house.settings.clamd_url)] if house.settings.clamd_url else []
    with tempfile.TemporaryDirectory() as folder:
        yield Counter(caller.tenant, house.shelf, scanners, Path(folder))


def _shown(upload: Upload) -> UploadModel:
    reading, proposal = upload.reading, upload.reading.proposal
    return UploadModel(
        **{name: getattr(upload, name) for name in ("id", "name", "sha256", "status", "created_at")},
        **{name: getattr(proposal, name) for name in ("sheets", "sheet", "header_row", "rows")},
        ready=reading.is_sound and upload.status is UploadStatus.OPEN,
        products=reading.products,
        wrong=reading.wrong,
        columns=[ColumnModel.model_validate(column) for column in proposal.columns],
        findings=[told(finding) for finding in reading.findings],
    )


def _counts(made: Restocking) -> Counts:
    still = made.unchanged + len(made.moved)
    return Counts(new=len(made.new), changed=len(made.changed), removed=len(made.removed), unchanged=still)


def _effects(made: Restocking) -> Iterator[EffectModel]:
    for change in made.changed:
        differences = {
            field: Difference(before=before, after=after) for field, (before, after) in change.differences().items()
        }
        yield _effect("changed", change.after, differences)
    yield from (_effect("removed", one, {}) for one in made.removed)
    yield from (_effect("new", one, {}) for one in made.new)


def _effect(kind: Kind, one: Stocked, differences: Mapping[str, Difference]) -> EffectModel:
    return EffectModel(kind=kind, id=one.id, sku=one.product.sku, name=one.product.name, differences=differences)
