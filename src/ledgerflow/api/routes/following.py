"""A batch followed while it is made."""

from typing import Annotated

from fastapi import APIRouter, Header, Response
from fastapi.responses import StreamingResponse

from ledgerflow.api.access import Caller, HouseHere, Reader
from ledgerflow.api.conditions import tag_of
from ledgerflow.api.following import State, events, look
from ledgerflow.api.routes.batches import BatchId, shown
from ledgerflow.api.schemas import GUARDED, refusals

router = APIRouter(prefix="/api/batches", tags=["batches"])

_KINDS: dict[int | str, dict[str, object]] = {
    200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}},
    204: {"description": "It is over."},
}


@router.get("/{id}/events", response_class=StreamingResponse, responses={**refusals(*GUARDED, 404), **_KINDS})
async def follow(
    id: BatchId,
    caller: Reader,
    house: HouseHere,
    last: Annotated[str, Header(alias="Last-Event-ID", max_length=100)] = "",
) -> Response:
    """Server-sent events: `progress` with the batch as it is, then `end`. Resumable; 204 where the end was seen."""
    first = await look(lambda: _state(caller, id))
    if not first.is_open and first.id == last:
        return Response(status_code=204)
    token = house.stay.token.total_seconds()  # nobody listens for longer than a token is good
    stream = events(first, lambda: _state(caller, id), last, house.closing.is_set, token)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(stream, media_type="text/event-stream", headers=headers)


def _state(caller: Caller, id: str) -> State:
    job = caller.ledger.jobs.find(id)
    content = shown(job).model_dump_json()
    return State(tag_of(content).strip('"'), content, job.status.is_open)
