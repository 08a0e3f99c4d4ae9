"""Steering a batch: it is told to pause, to go on, to try again or to end."""

from datetime import UTC, datetime
from enum import StrEnum

from ledgerflow.cli.jobs import ACTOR, books, bounds, facts, in_time, standing
from ledgerflow.cli.options import sound, surroundings
from ledgerflow.cli.output import show_facts, show_json
from ledgerflow.issuing.commissioning import cancel_batch, pause_batch, resume_batch, retry_batch
from ledgerflow.issuing.jobs import Job
from ledgerflow.issuing.ports import Ledger


class Deed(StrEnum):
    """What a batch is told."""

    PAUSE = "pause"
    RESUME = "resume"
    RETRY = "retry"
    CANCEL = "cancel"


def steer(deed: Deed, id: str, database: str, tenant: str, *, as_json: bool) -> None:
    """Tells a batch what is wished of it, and the user where it stands now."""
    with books(database, tenant) as ledger, in_time(as_json=as_json):
        job = _done(deed, ledger, sound(id))
    if as_json:
        show_json(facts(job))
    else:
        show_facts({"id": job.id, "status": standing(job), "run": str(job.run)})


def _done(deed: Deed, ledger: Ledger, id: str) -> Job:
    now = datetime.now(UTC)
    if deed is Deed.PAUSE:
        return pause_batch(ledger, id, at=now, actor=ACTOR)
    if deed is Deed.CANCEL:
        return cancel_batch(ledger, id, at=now, actor=ACTOR)
    again = resume_batch if deed is Deed.RESUME else retry_batch
    return again(ledger, id, bounds(surroundings(tenant="default"), ledger), at=now, actor=ACTOR)
