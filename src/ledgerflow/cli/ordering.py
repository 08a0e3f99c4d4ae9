"""Ordering a batch: what the user says is read and checked as a whole, and entered for a worker to take up."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

from ledgerflow.assembly import Application
from ledgerflow.billing.errors import Finding, InputRefused
from ledgerflow.cli.jobs import ACTOR, bounds, command, facts, in_time
from ledgerflow.cli.options import required, sound, surroundings
from ledgerflow.cli.output import show_json, tell
from ledgerflow.cli.wishes import Wish, read_formats, read_goods, read_wish
from ledgerflow.issuing.commission import Commission
from ledgerflow.issuing.commissioning import Request, order_batch, require_possible
from ledgerflow.issuing.jobs import Job
from ledgerflow.settings import Settings

_TRACE = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Asked:
    """The words of the command; empty where the user said nothing."""

    wish: Wish
    key: str
    priority: int
    trace_id: str


def order(asked: Asked, *, as_json: bool) -> None:
    """Enters the order. The id stands alone on standard output, and what comes next on standard error."""
    wish = asked.wish
    trace_id = _trace(asked.trace_id)
    settings = surroundings(wish.database, wish.tenant)
    address = required(settings.database_url)
    application = Application(settings.redis_url)
    commission = _commission(wish, application, settings)
    request = Request(commission, trace_id, datetime.now(UTC), ACTOR, sound(asked.key), asked.priority)
    with application.open_ledger(address, settings.tenant) as ledger, in_time(as_json=as_json):
        job = order_batch(ledger, request, bounds(settings, ledger))
    if as_json:
        show_json(facts(job))
    else:
        print(job.id)
    tell(_next(job, wish, is_new=job.created_at == request.at))


def _commission(wish: Wish, application: Application, settings: Settings) -> Commission:
    """What is ordered; raises InputRefused with all that stands against it."""
    formats, tables = read_formats(wish, application)
    codes = tuple(format.code for format in formats)
    commission = Commission(read_wish(wish), read_goods(wish), codes, tables)
    require_possible(commission, application.laws, formats, bounds(settings))
    return commission


def _trace(given: str) -> str:
    if not given:
        return uuid4().hex
    if not _TRACE.fullmatch(given.lower()):
        message = f"{sound(given)!r} is no trace id."
        raise InputRefused([Finding("trace.malformed", "--trace-id", message, "Give 32 hex digits, or leave it out.")])
    return given.lower()


def _next(job: Job, wish: Wish, *, is_new: bool) -> str:
    watch = f"{command('watch', job.id, wish.database, wish.tenant)} follows it."
    if not is_new:
        return f"ordered before with this key, and now {job.status.value}: {watch}"
    return f"ordered: `ledgerflow worker` must run to make it. {watch}"
