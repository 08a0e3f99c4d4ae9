"""Where batches stand, and what failed of one."""

from ledgerflow.cli.jobs import books, facts, moment, standing
from ledgerflow.cli.options import sound
from ledgerflow.cli.output import show_facts, show_json, show_table
from ledgerflow.issuing.jobs import Failure, Job

_COLUMNS = ("id", "status", "invoices", "issued", "drawn", "failed", "created", "ended")
_COUNTS = ("invoices", "issued", "drawn", "failed")
_FAILURE = ("position", "number", "attempts", "final", "reason", "trace id")


def show_job(id: str, database: str, tenant: str, *, as_json: bool) -> None:
    """All that is known of one batch."""
    with books(database, tenant) as ledger:
        job = ledger.jobs.find(sound(id))
    if as_json:
        show_json(facts(job))
        return
    show_facts(
        {
            "id": job.id,
            "status": standing(job),
            "invoices": f"{_total(job)}: {job.issued} in the ledger, {job.drawn} drawn, {job.failed} failed",
            "last error": job.last_error or "none",
            "run": str(job.run),
            "priority": str(job.priority),
            "created": moment(job.created_at),
            "started": moment(job.started_at),
            "ended": moment(job.ended_at),
            "archive": "on the shelf" if job.archive else "none",
            "batch": str(job.batch) if job.batch is not None else "no numbers yet",
            "generation": job.generation_id,
            "trace id": job.trace_id,
        }
    )


def list_jobs(limit: int, database: str, tenant: str, *, as_json: bool) -> None:
    """The latest batches, newest first."""
    with books(database, tenant) as ledger:
        jobs = ledger.jobs.latest(limit)
    if as_json:
        show_json([facts(job) for job in jobs])
    else:
        show_table("", _COLUMNS, [_row(job) for job in jobs], right=_COUNTS)


def list_failures(id: str, limit: int, database: str, tenant: str, *, as_json: bool) -> None:
    """What failed of a batch, by position, from 0."""
    with books(database, tenant) as ledger:
        ledger.jobs.find(sound(id))
        failures = ledger.jobs.failures(sound(id), limit)
    if as_json:
        show_json([_failure(one) for one in failures])
        return
    rows = [[str(cell) for cell in _failure(one).values()] for one in failures]
    show_table("", _FAILURE, rows, right=("position", "attempts"))


def _failure(failure: Failure) -> dict[str, str | int | bool]:
    return {
        "position": failure.position,
        "number": failure.number,
        "attempts": failure.attempts,
        "final": failure.is_final,
        "reason": failure.reason,
        "trace_id": failure.trace_id,
    }


def _row(job: Job) -> list[str]:
    counts = [str(job.issued), str(job.drawn), str(job.failed)]
    return [job.id, standing(job), _total(job), *counts, moment(job.created_at), moment(job.ended_at)]


def _total(job: Job) -> str:
    """Where revenue is asked for and no count, nobody knows how many it takes before they are simulated."""
    return str(job.total) if job.total or job.batch is not None else "?"
