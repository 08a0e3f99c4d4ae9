"""Following a batch until it is over. Who stops watching leaves it at work; a ledger that goes away is waited for."""

import time
from collections.abc import Callable, Sequence
from functools import partial

import typer
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_delay, wait_exponential_jitter

from ledgerflow.cli.jobs import books, command
from ledgerflow.cli.options import sound
from ledgerflow.cli.output import complain, tell
from ledgerflow.cli.stages import Stages, stages
from ledgerflow.cli.stopping import stop_at_a_step
from ledgerflow.issuing.jobs import Failure, Job, JobStatus
from ledgerflow.issuing.ports import Ledger
from ledgerflow.store.database import LedgerUnreachable

_EVERY = 0.25  # seconds between two looks
_STEP = 0.05  # seconds after which a request to stop is heard
_PATIENCE = 60  # seconds that the ledger may be gone
_LONGEST = 5  # seconds between two attempts to reach it
_IDLE = 5  # seconds in the queue, after which a word is due
_TOLD = 5  # failures
_STATUS = {
    JobStatus.SUCCEEDED: 0,
    JobStatus.PARTLY_FAILED: 1,
    JobStatus.FAILED: 1,
    JobStatus.PAUSED: 3,
    JobStatus.CANCELLED: 3,
}
_TOO_LONG = 124  # as `timeout` ends


class _TimeIsUp(Exception):
    """The batch takes longer than its owner watches it."""


def follow(id: str, database: str, tenant: str, timeout: float | None) -> int:
    """Shows how far a batch is until it is over; gives the status to end with."""
    words = partial(command, id=sound(id), database=database, tenant=tenant)
    end = time.monotonic() + timeout if timeout is not None else None
    try:
        with books(database, tenant) as ledger, stop_at_a_step() as heard:
            look = _Look(ledger, sound(id), partial(_step, heard, end))
            with stages() as shown:
                job = _until_over(look, shown)
            return _ended(job, look, words)
    except KeyboardInterrupt:
        tell(f"stopped watching: the batch goes on. {words('watch')} follows it again.")
        raise typer.Exit(130) from None
    except _TimeIsUp:
        tell(f"not over after {timeout:g} seconds: the batch goes on. {words('watch')} follows it again.")
        return _TOO_LONG


def _step(heard: Callable[[], None], end: float | None) -> None:
    heard()
    if end is not None and time.monotonic() >= end:
        raise _TimeIsUp


class _Look:
    """Looks at a job in a ledger that may be gone for a while."""

    def __init__(self, ledger: Ledger, id: str, step: Callable[[], None]) -> None:
        self._ledger = ledger
        self._id = id
        self._step = step
        self._gone = False
        self._patiently = Retrying(
            retry=retry_if_exception_type(LedgerUnreachable),
            wait=wait_exponential_jitter(multiplier=_EVERY, max=_LONGEST, jitter=_EVERY),
            stop=stop_after_delay(_PATIENCE),
            before_sleep=self._say_gone,
            sleep=self.rest,
            reraise=True,
        )

    def job(self) -> Job:
        job = self._patiently(self._ledger.jobs.find, self._id)
        if self._gone:
            tell("the ledger is there again.")
        self._gone = False
        return job

    def failures(self) -> Sequence[Failure]:
        return self._patiently(self._ledger.jobs.failures, self._id, _TOLD)

    def rest(self, seconds: float) -> None:
        """Waits; a request to stop is heard meanwhile."""
        end = time.monotonic() + seconds
        self._step()
        while (left := end - time.monotonic()) > 0:
            time.sleep(min(left, _STEP))
            self._step()

    def _say_gone(self, attempt: RetryCallState) -> None:
        if not self._gone and attempt.outcome is not None:
            tell(f"{attempt.outcome.exception()} Trying again for {_PATIENCE} seconds; the batch is not touched.")
        self._gone = True


def _until_over(look: _Look, shown: Stages) -> Job:
    idle = time.monotonic() + _IDLE
    warned = False
    while True:
        job = look.job()
        shown.show(job)
        if not job.status.is_open:
            return job
        if job.status is JobStatus.QUEUED and not warned and time.monotonic() > idle:
            tell("no worker has taken it up yet: is `ledgerflow worker` running?")
            warned = True
        look.rest(_EVERY)


def _ended(job: Job, look: _Look, words: Callable[[str], str]) -> int:
    counts = f"{job.issued} of {job.total} invoices in the ledger, {job.drawn} drawn, {job.failed} failed"
    print(f"{job.status.value}: {counts}", flush=True)
    status = _STATUS[job.status]
    if status == 1:
        _tell_failures(job, look.failures(), words)
    elif job.status is JobStatus.PAUSED:
        tell(f"{words('resume')} has it go on.")
    return status


def _tell_failures(job: Job, failures: Sequence[Failure], words: Callable[[str], str]) -> None:
    complain(*(f"{one.number or f'position {one.position}'}: {one.reason}" for one in failures))
    if job.last_error and job.last_error not in {one.reason for one in failures}:
        complain(job.last_error)
    further = f" {words('failures')} lists all of them." if job.failed > len(failures) else ""
    tell(f"{words('retry')} tries again what failed.{further}")
