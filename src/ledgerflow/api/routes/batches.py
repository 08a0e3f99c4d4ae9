"""Batches: ordered, looked at, paused, ended, tried again."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Header, Request, Response
from pydantic import Field

from ledgerflow.api.access import Caller, HouseHere, Reader, Writer, counted
from ledgerflow.api.gates.rates import Doing
from ledgerflow.api.house import House, now
from ledgerflow.api.schemas import GUARDED, Given, Taken, refusals
from ledgerflow.billing.errors import Finding, InputRefused
from ledgerflow.issuing.commission import Commission
from ledgerflow.issuing.commissioning import FIRST, LAST, USUAL, Bounds, order_batch, require_possible
from ledgerflow.issuing.commissioning import Request as Order
from ledgerflow.issuing.jobs import Job, JobStatus, Stage
from ledgerflow.simulation.config import SimulationConfig

router = APIRouter(prefix="/api/batches", tags=["batches"])


class Ordering(Taken):
    """A batch that is to be made of the catalogue."""

    config: SimulationConfig
    formats: Sequence[str] = ("pdf", "json", "csv", "xlsx")
    tables: Annotated[bool, Field(description="Parquet tables beside the archive.")] = False
    priority: Annotated[int, Field(ge=FIRST, le=LAST, description="The least goes first.")] = USUAL


class BatchModel(Given):
    """A batch, and how far it is."""

    id: str
    status: JobStatus
    stage: Stage
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
    commission = _commission(said, caller, house)
    order = Order(commission, request.state.trace_id, now(), caller.actor, key, said.priority)
    job = order_batch(caller.ledger, order, bounds(house))
    response.headers["Location"] = f"/api/batches/{job.id}"
    return shown(job)


@router.get("/{id}", responses=refusals(*GUARDED, 404))
def show(id: str, caller: Reader) -> BatchModel:
    """A batch, and how far it is."""
    return shown(caller.ledger.jobs.find(id))


def bounds(house: House) -> Bounds:
    """How many batches may be open, and how large one may be."""
    return Bounds(house.settings.open_batches, house.settings.largest_batch)


def shown(job: Job) -> BatchModel:
    """A job as it is told."""
    facts = {name: getattr(job, name) for name in BatchModel.model_fields if name != "has_archive"}
    return BatchModel(has_archive=bool(job.archive), **facts)


def _commission(said: Ordering, caller: Caller, house: House) -> Commission:
    goods = caller.ledger.stock.catalogue()
    if not goods:
        advice = "Import one first."
        raise InputRefused([Finding("catalogue.empty", "", "There is no product in the catalogue.", advice)])
    formats = [house.application.format(code) for code in dict.fromkeys(said.formats)]
    commission = Commission(said.config, goods, tuple(format.code for format in formats), said.tables)
    require_possible(commission, house.application.laws, formats, bounds(house))
    return commission
