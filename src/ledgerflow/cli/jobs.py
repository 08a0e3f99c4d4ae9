"""What the commands of batches share: the books they are in, how a batch is told, and the refusal of one too many."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import typer

from ledgerflow.assembly import Application
from ledgerflow.cli.options import in_reserve, required, surroundings, without_password
from ledgerflow.cli.output import complain, show_json
from ledgerflow.issuing.commissioning import Bounds
from ledgerflow.issuing.governing import bounds_of, rules_for
from ledgerflow.issuing.jobs import Job, TooManyBatches, Wish
from ledgerflow.issuing.ports import Ledger
from ledgerflow.reloading import open_rules
from ledgerflow.settings import Settings
from ledgerflow.store.ledger import DatabaseLedger

ACTOR = "command line"
_LATER = 75  # EX_TEMPFAIL: the same command may succeed in a while
_TO_BE = {Wish.NONE: "", Wish.PAUSE: ", to be paused", Wish.CANCEL: ", to be cancelled"}

Fact = str | int | bool | None


@contextmanager
def books(database: str, tenant: str) -> Iterator[DatabaseLedger]:
    """The ledger of one tenant, which must be there."""
    settings = surroundings(database, tenant)
    application = Application(in_reserve())
    with application.read_ledger(required(settings.database_url), settings.tenant) as ledger:
        yield ledger


def bounds(settings: Settings, ledger: Ledger | None = None) -> Bounds:
    """How many batches may be open, and how large one may be: in the installation, or of the tenant of the ledger."""
    rules = open_rules(settings).now
    return bounds_of(rules_for(ledger, rules) if ledger else rules)


@contextmanager
def in_time(*, as_json: bool) -> Iterator[None]:
    """Where too many batches are open, the user hears when to come back, and so does a script by the status."""
    try:
        yield
    except TooManyBatches as refused:
        complain(str(refused))
        if as_json:
            show_json({"error": "too_many_batches", "retry_after": refused.parameters["seconds"]})
        raise typer.Exit(_LATER) from refused


def facts(job: Job) -> dict[str, Fact]:
    """A job as JSON shows it."""
    return {
        "id": job.id,
        "status": job.status.value,
        "stage": job.stage.value,
        "total": job.total,
        "issued": job.issued,
        "drawn": job.drawn,
        "failed": job.failed,
        "last_error": job.last_error,
        "run": job.run,
        "priority": job.priority,
        "batch": job.batch,
        "generation_id": job.generation_id,
        "trace_id": job.trace_id,
        "created_at": job.created_at.isoformat(),
        "started_at": job.started_at.isoformat() if job.started_at else None,
        "ended_at": job.ended_at.isoformat() if job.ended_at else None,
        "archive": bool(job.archive),
    }


def standing(job: Job) -> str:
    """Its status, what it is at, and what it was told and has not heard yet."""
    stage = f" ({job.stage.value})" if job.stage else ""
    return f"{job.status.value}{stage}{_TO_BE[job.wish]}"


def command(deed: str, id: str, database: str, tenant: str) -> str:
    """A command about the same batch, with the options that were given, as a user can type it in."""
    where = f" --database {without_password(database)}" if database else ""
    where += f" --tenant {tenant}" if tenant else ""
    return f"`ledgerflow batch {deed} {id}{where}`"


def moment(at: datetime | None) -> str:
    """A time as a person reads it, to the second; a dash where it has not come."""
    return at.isoformat(" ", "seconds") if at else "–"
