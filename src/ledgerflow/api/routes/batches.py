"""Batches: ordered, listed, looked at, paused, ended, tried again."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Header, Path, Request, Response
from pydantic import Field

from ledgerflow.api.access import Caller, HouseHere, Reader, Writer, counted
from ledgerflow.api.conditions import NOT_MODIFIED, unless_known
from ledgerflow.api.cursors import Cursor, Limit, cursor_of, cut, place_of
from ledgerflow.api.gates.rates import Doing
from ledgerflow.api.house import House, now
from ledgerflow.api.orders import Making, bounds, commission_of
from ledgerflow.api.schemas import GUARDED, Given, Page, refusals
from ledgerflow.issuing.commissioning import (
    FIRST,
    LAST,
    USUAL,
    cancel_batch,
    order_batch,
    pause_batch,
    resume_batch,
    retry_batch,
)
from ledgerflow.issuing.commissioning import Request as Order
from ledgerflow.issuing.jobs import Failure, Job, JobStatus, Stage, Wish

router = APIRouter(prefix="/api/batches", tags=["batches"])

BatchId = Annotated[str, Path(pattern=r"^[0-9A-Za-z_-]{1,64}$", description="The id of a batch.")]


class Ordering(Making):
    """A batch that is to be made of the catalogue."""

    tables: Annotated[bool, Field(description="Parquet tables beside the archive.")] = False
    priority: Annotated[int, Field(ge=FIRST, le=LAST, description="The least goes first.")] = USUAL


class BatchModel(Given):
    """A batch, and how far it is."""

    id: str
    status: JobStatus
    stage: Stage
    wish: Wish
    total: int
    issued: int
    drawn: int
    failed: int
    last_error: str
    run: int
    priority: int
    batch: int | None
    generation_id: str
    trace_id: str
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    has_archive: bool


class FailureModel(Given):
    """An invoice that lacks a file, or is not in the ledger, and why; positions are counted from 0."""

    position: int
    number: str
    attempts: int
    is_final: bool
    reason: str
    trace_id: str


@router.post("", status_code=202, responses=refusals(*GUARDED, 409, 429))
def order(
    said: Ordering,
    caller: Writer,
    house: HouseHere,
    request: Request,
    response: Response,
    key: Annotated[str, Header(alias="Idempotency-Key", max_length=200)] = "",
) -> BatchModel:
    """Orders a batch of the catalogue; a worker makes it. The same Idempotency-Key gives the same batch."""
    counted(caller, request, Doing.ORDER)
    within = bounds(house, caller.ledger)
    commission = commission_of(said, caller, house, within, tables=said.tables)
    order = Order(commission, request.state.trace_id, now(), caller.actor, key, said.priority)
    job = order_batch(caller.ledger, order, within)
    response.headers["Location"] = f"/api/batches/{job.id}"
    return shown(job)


@router.get("", responses=refusals(*GUARDED))
def listed(caller: Reader, status: JobStatus | None = None, limit: Limit = 50, cursor: Cursor = "") -> Page[BatchModel]:
    """The batches, newest first; of one status, if it is named."""
    after = place_of(cursor, lambda place: (_moment(place[0]), str(place[1])))
    found = caller.ledger.jobs.page(limit + 1, after, status)
    jobs, following = cut(found, limit, lambda job: cursor_of(job.created_at.isoformat(), job.id))
    return Page[BatchModel](items=[shown(job) for job in jobs], next=following)


@router.get("/{id}", response_model=BatchModel, responses={**refusals(*GUARDED, 404), **NOT_MODIFIED})
def show(
    id: BatchId,
    caller: Reader,
    request: Request,
    known: Annotated[str, Header(alias="If-None-Match", max_length=1000)] = "",
) -> Response:
    """A batch, and how far it is, under an ETag."""
    return unless_known(request, shown(caller.ledger.jobs.find(id)))


@router.get("/{id}/failures", responses=refusals(*GUARDED, 404))
def failures(id: BatchId, caller: Reader, limit: Limit = 50, cursor: Cursor = "") -> Page[FailureModel]:
    """What failed of a batch, by position."""
    caller.ledger.jobs.find(id)
    after = place_of(cursor, lambda place: _count(place[0]))
    found = caller.ledger.jobs.failures(id, limit + 1, -1 if after is None else after)
    some, following = cut(found, limit, lambda failure: cursor_of(failure.position))
    return Page[FailureModel](items=[_told(failure) for failure in some], next=following)


@router.post("/{id}/pause", responses=refusals(*GUARDED, 404, 409))
def pause(id: BatchId, caller: Writer) -> BatchModel:
    """Pauses a batch: at once if it waits, before its next piece of work if it runs."""
    return shown(pause_batch(caller.ledger, id, at=now(), actor=caller.actor))


@router.post("/{id}/resume", responses=refusals(*GUARDED, 404, 409, 429))
def resume(id: BatchId, caller: Writer, house: HouseHere) -> BatchModel:
    """Has a paused batch go on where it stopped."""
    return _again(resume_batch, id, caller, house)


@router.post("/{id}/retry", responses=refusals(*GUARDED, 404, 409, 429))
def retry(id: BatchId, caller: Writer, house: HouseHere) -> BatchModel:
    """Tries again what failed of a batch, and nothing else."""
    return _again(retry_batch, id, caller, house)


@router.post("/{id}/cancel", responses=refusals(*GUARDED, 404, 409))
def cancel(id: BatchId, caller: Writer) -> BatchModel:
    """Ends a batch for good: its invoices that are in the ledger stay, its numbers that are not used become void."""
    return shown(cancel_batch(caller.ledger, id, at=now(), actor=caller.actor))


def shown(job: Job) -> BatchModel:
    """A job as it is told."""
    facts = {name: getattr(job, name) for name in BatchModel.model_fields if name != "has_archive"}
    return BatchModel(has_archive=bool(job.archive), **facts)


def _again(deed: Callable[..., Job], id: str, caller: Caller, house: House) -> BatchModel:
    return shown(deed(caller.ledger, id, bounds(house, caller.ledger), at=now(), actor=caller.actor))


def _told(failure: Failure) -> FailureModel:
    return FailureModel.model_validate(failure)


def _moment(written: object) -> datetime:
    return datetime.fromisoformat(str(written)).astimezone(UTC)


def _count(written: object) -> int:
    if not isinstance(written, int) or not -1 <= written < 2**53:
        raise ValueError(written)
    return written
