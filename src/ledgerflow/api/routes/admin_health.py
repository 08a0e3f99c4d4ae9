"""The health page: each part's state, the error budget, rates, the queue, the last errors; read every few seconds."""

from datetime import datetime

from fastapi import APIRouter, Request
from pydantic import Field

from ledgerflow import __version__, words
from ledgerflow.api.access import HouseHere, Looker
from ledgerflow.api.house import House, now
from ledgerflow.api.problems import language
from ledgerflow.api.schemas import GUARDED, Given, refusals
from ledgerflow.billing.errors import Finding
from ledgerflow.identity.roles import INSTALLATION
from ledgerflow.inspecting.board import Standing
from ledgerflow.inspecting.figures import PROMISED, WINDOW, Lately
from ledgerflow.inspecting.looks import Look, State, degraded, down, well, worst
from ledgerflow.issuing.workload import Tally, Trouble, Waiting

router = APIRouter(prefix="/api/admin", tags=["admin"])

_FOR_TENANTS = {"database", "workers", "shelf", "clamav", "configuration"}
"""What a tenant hears of, and of each no more than whether it serves: reasons name addresses of the installation."""
_OLD = 300  # seconds that a batch may wait


class Part(Given):
    """A part of the installation. `code` and `advice` are there where something is wrong."""

    name: str
    state: State
    reason: str
    code: str = ""
    advice: str = ""
    since: datetime = Field(description="Since when it is in this state, as far as this server has seen.")
    looked_at: datetime
    age_seconds: float = Field(description="How old the look is.")


class Budget(Given):
    """Of the invoices attempted in these days some may fail; `left` is the share of those that have not yet, below 0
    where more failed."""

    name: str = "invoices"
    days: int
    target: float
    attempted: int
    failed: int
    allowed: float
    left: float


class Rate(Given):
    """Ordered within the last hour and day: batches, and the invoices issued of them."""

    last_hour: int
    last_day: int


class Rates(Given):
    """How much is made."""

    invoices: Rate
    batches: Rate


class Queue(Given):
    """Batches that wait and are at work, and for how long the oldest has waited."""

    queued: int
    running: int
    oldest_seconds: float


class LastError(Given):
    """A batch of which something failed; the log tells more by the trace id. The tenant is told to operators alone, and
    the reason to the tenant alone."""

    tenant: str
    batch: str
    status: str
    at: datetime
    reason: str
    failed: int
    trace_id: str


class HealthPage(Given):
    """`scope` is `installation` for an operator, and `tenant` for whoever is of one; `state` is the worst part's."""

    scope: str
    state: State
    at: datetime
    version: str
    parts: list[Part]
    budgets: list[Budget]
    rates: Rates
    queue: Queue
    errors: list[LastError]


@router.get("/health", responses=refusals(*GUARDED, 503))
def show_health(caller: Looker, house: HouseHere, request: Request) -> HealthPage:
    """How each part stands: an operator sees the whole installation, whoever is of a tenant sees what is theirs."""
    at = now()
    whole = caller.tenant == INSTALLATION
    workload = house.lobby.workload if whole else caller.ledger.workload
    lately = house.figures.lately(caller.tenant, workload, at)
    month = house.figures.month(caller.tenant, workload, at)
    parts = [*_parts(house, whole, language(request), at), _queue_part(lately.waiting, language(request), at)]
    return HealthPage(
        scope="installation" if whole else "tenant",
        state=worst(part.state for part in parts),
        at=at,
        version=__version__,
        parts=parts,
        budgets=[_budget(month)],
        rates=_rates(lately),
        queue=_queue(lately.waiting, at),
        errors=[_error(one, whole=whole) for one in lately.troubles],
    )


def _parts(house: House, whole: bool, lang: str, at: datetime) -> list[Part]:
    if whole:
        return [_part(one, one.look, lang, at) for one in house.board.standing()]
    return [_part(one, _plainly(one.look), lang, at) for one in house.board.standing(*_FOR_TENANTS)]


def _plainly(look: Look) -> Look:
    """The same without anything of how the installation is built."""
    if look.state is State.OK:
        return well("It serves.")
    advice = "The operators see why; try again in a while."
    if look.state is State.DEGRADED:
        return degraded(Finding("health.in_part", "", "It serves in part.", advice))
    return down(Finding("health.not_now", "", "It does not serve at present.", advice))


def _part(standing: Standing, look: Look, lang: str, at: datetime) -> Part:
    age = max(0.0, (at - standing.looked_at).total_seconds())
    fault = look.fault
    told = words.told(fault.code, fault.parameters, lang) if fault else None
    reason, advice = told or (look.reason, fault.advice if fault else "")
    return Part(
        name=standing.part,
        state=look.state,
        reason=reason,
        code=fault.code if fault else "",
        advice=advice,
        since=standing.since,
        looked_at=standing.looked_at,
        age_seconds=round(age, 3),
    )


def _queue_part(waiting: Waiting, lang: str, at: datetime) -> Part:
    age = _waited(waiting, at)
    look = well("Nothing waits." if not waiting.queued else f"{waiting.queued} wait.")
    if age > _OLD:
        facts = {"seconds": f"{age:.0f}", "queued": str(waiting.queued)}
        message = f"{facts['queued']} batch(es) wait, the oldest for {facts['seconds']} seconds."
        advice = "See whether workers are alive; more of them, or more processes each, do more at once."
        look = degraded(Finding("health.queue_old", "", message, advice, facts))
    return _part(Standing("queue", look, at, at), look, lang, at)


def _waited(waiting: Waiting, at: datetime) -> float:
    return max(0.0, (at - waiting.oldest).total_seconds()) if waiting.oldest else 0.0


def _queue(waiting: Waiting, at: datetime) -> Queue:
    return Queue(queued=waiting.queued, running=waiting.running, oldest_seconds=_waited(waiting, at))


def _budget(month: Tally) -> Budget:
    made, of = PROMISED
    allowed = month.attempted * (of - made) / of
    left = 1 - month.failed / allowed if allowed else 1.0
    return Budget(
        days=WINDOW.days,
        target=made / of,
        attempted=month.attempted,
        failed=month.failed,
        allowed=round(allowed, 3),
        left=round(left, 4),
    )


def _rates(lately: Lately) -> Rates:
    hour, day = lately.hour, lately.day
    invoices = Rate(last_hour=hour.issued, last_day=day.issued)
    return Rates(invoices=invoices, batches=Rate(last_hour=hour.batches, last_day=day.batches))


def _error(trouble: Trouble, *, whole: bool) -> LastError:
    """An operator sees no tenant's books, and so not why; whoever is of a tenant knows which it is."""
    error = LastError.model_validate(trouble)
    return error.model_copy(update={"reason": ""} if whole else {"tenant": ""})
