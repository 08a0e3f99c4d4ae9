"""How real a batch is: what `ledgerflow realism` tells of lines, told of those that a batch made."""

from functools import partial

from fastapi import APIRouter

from ledgerflow.api.access import HouseHere, Reader
from ledgerflow.api.routes.batches import BatchId
from ledgerflow.api.schemas import GUARDED, Given, refusals
from ledgerflow.issuing.likenesses import portraits
from ledgerflow.likeness.portrait import Facts
from ledgerflow.likeness.words import ENOUGH

router = APIRouter(prefix="/api/batches", tags=["batches"])


class PortraitModel(Given):
    """The lines in one currency. `is_chance`: with so few invoices much of it is. Shares are 0 to 1; by hour of the
    day, weekday from Monday, and first digit of the total."""

    currency: str
    is_chance: bool
    facts: Facts
    hours: list[float]
    weekdays: list[float]
    first_digits: list[float]


class Realism(Given):
    """Portraits by currency, of the first `read` documents `of` the batch."""

    read: int
    of: int
    portraits: list[PortraitModel]


@router.get("/{id}/realism", responses=refusals(*GUARDED, 404, 503))
def realism(id: BatchId, caller: Reader, house: HouseHere) -> Realism:
    """How the lines of a batch are spread: hours, weekdays, digits, returning customers, best products."""
    job = caller.ledger.jobs.find(id)
    found, read = house.studio.do(partial(portraits, caller.ledger, job))
    told = [
        PortraitModel(
            currency=code,
            is_chance=one.facts.invoices < ENOUGH,
            facts=one.facts,
            hours=[float(share) for share in one.hours],
            weekdays=[float(share) for share in one.weekdays],
            first_digits=[float(share) for share in one.first_digits],
        )
        for code, one in found.items()
    ]
    return Realism(read=read, of=job.issued, portraits=told)
