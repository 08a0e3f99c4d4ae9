"""What a worker counts of its work, for Prometheus: thin, and nothing here changes what is done."""

from collections.abc import Callable, Sequence
from time import monotonic
from typing import Final

from ledgerflow.billing.errors import InvoiceNumberCollisionException
from ledgerflow.issuing.drawing import Spread
from ledgerflow.issuing.jobs import Job, JobStatus
from ledgerflow.telemetry import meters
from ledgerflow.worker.deeds import DrawnPositions, IssuedJob

AGAIN, FINAL = "again", "final"
_SMALL, _LARGE = 100, 10_000  # invoices
_UNKNOWN: Final = "unknown"  # the kind of a document that never was


def issued(done: IssuedJob, *, is_first: bool) -> None:
    """A batch is in the ledger; who tries the piece again is not the first to say so."""
    for kind, count in done.kinds.items() if is_first else ():
        meters.INVOICES.labels(kind, "issued").inc(count)
    meters.COLLISIONS.labels("number", AGAIN).inc(done.collisions)


def tried(piece: str) -> Callable[[BaseException], None]:
    """What is told of each failed attempt at a piece that another follows."""

    def again(error: BaseException) -> None:
        _failed(piece, AGAIN, error)

    return again


def gave_up(piece: str, error: BaseException) -> None:
    """A piece failed, and is not tried any more."""
    _failed(piece, FINAL, error)


def _failed(piece: str, status: str, error: BaseException) -> None:
    meters.RETRIES.labels(piece, status).inc()
    if isinstance(error, InvoiceNumberCollisionException):
        meters.COLLISIONS.labels("number", status).inc()


def ended(job: Job) -> None:
    """A batch came to its end; a pause is none."""
    if job.ended_at is None:
        return
    size = "to_100" if job.total <= _SMALL else "to_10000" if job.total <= _LARGE else "more"
    seconds = (job.ended_at - job.created_at).total_seconds()
    meters.BATCH.labels(size, job.status.value.replace(" ", "_")).observe(max(0.0, seconds))
    if job.status is JobStatus.FAILED and job.issued < job.total:
        meters.INVOICES.labels(_UNKNOWN, "failed").inc(job.total - job.issued)


def pages_fared(codes: Sequence[str], reason: str | None) -> None:
    """An invoice has its files, or is without them for good."""
    for code in codes:
        meters.PDF_ATTEMPTS.labels(code, "drawn" if reason is None else "failed").inc()
        if reason is not None:
            meters.PDF_FAILURES.labels(code, FINAL).inc()


def pages_again(codes: Sequence[str]) -> None:
    """An invoice could not be drawn, and is tried again."""
    for code in codes:
        meters.PDF_FAILURES.labels(code, AGAIN).inc()


def circuit_turned(kind: str, is_open: bool) -> None:
    """Work of a kind is left alone, or done again."""
    meters.CIRCUITS.labels(kind).set(int(is_open))


class Stopwatch:
    """How long each invoice took, between the words of a bench that it is at one, and at the next."""

    def __init__(self, spreads: Sequence[Spread], clock: Callable[[], float] = monotonic) -> None:
        self._order = [(one.format, position) for one in spreads for position in range(one.first, one.last + 1)]
        self._clock = clock
        self._laps: list[tuple[str, int, float]] = []
        self._now: tuple[str, int] | None = None
        self._since = 0.0
        self._next = 0

    def reached(self, position: int) -> None:
        """The bench begins an invoice: the next of this position, in the order in which it was told."""
        self._close()
        place = next((n for n in range(self._next, len(self._order)) if self._order[n][1] == position), None)
        if place is not None:
            self._now, self._since, self._next = self._order[place], self._clock(), place + 1

    def ended(self, drawn: DrawnPositions) -> None:
        """All are done; some were refused."""
        self._close()
        refused = {(one.format, one.position) for one in drawn.refused}
        for code, position, seconds in self._laps:
            status = "failed" if (code, position) in refused else "drawn"
            meters.DRAWING.labels(code, status).observe(seconds)

    def broken(self) -> None:
        """It ended in the midst of one, and what came before is done again."""
        if self._now is not None:
            meters.DRAWING.labels(self._now[0], "failed").observe(self._clock() - self._since)

    def _close(self) -> None:
        if self._now is not None:
            self._laps.append((*self._now, self._clock() - self._since))
            self._now = None
