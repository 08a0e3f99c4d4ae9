"""What a worker does about failures: which deserve another attempt, after how long, and when it leaves off trying."""

from collections.abc import Callable
from contextlib import suppress
from threading import Lock
from time import monotonic
from typing import Final, NoReturn

from pybreaker import STATE_CLOSED, STATE_OPEN, CircuitBreaker
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, wait_exponential_jitter

from ledgerflow.billing.errors import BillingError, InvoiceNumberCollisionException
from ledgerflow.issuing.shelf import ShelfUnreachable
from ledgerflow.rendering.pdf import PdfUnsound
from ledgerflow.store.database import LedgerUnreachable
from ledgerflow.worker.bench import BenchBroken, BenchStopped, BenchStuck

ATTEMPTS: Final = 3
_PAUSE: Final = 0.2  # seconds before the second attempt; doubled before each further one
_CHANCE: Final = 1e-6  # how seldom a sound engine may be taken for a broken one, in the time that is looked at
_RESET: Final = 5.0  # seconds
_MAY_PASS: Final = (
    PdfUnsound,
    OSError,
    LedgerUnreachable,
    InvoiceNumberCollisionException,
    BenchBroken,
    BenchStuck,
)


class CircuitOpen(BillingError):
    """{failures} in a row failed with {kind}, which is no chance: it is left alone for {seconds} s. Last: {reason}"""

    def __init__(self, kind: str, failures: int, seconds: float, reason: str = "") -> None:
        self.kind, self.seconds = kind, seconds
        super().__init__(kind=kind, failures=failures, seconds=f"{seconds:.0f}", reason=reason or "nobody said why")


class RefusedOnce(Exception):
    """An invoice was drawn alone, and refused; `passing` says whether it may not be the next time."""

    def __init__(self, reason: str, *, passing: bool) -> None:
        super().__init__(reason)
        self.passing = passing


def passing(error: BaseException) -> bool:
    """Whether a failure is worth another attempt: what other machines, other processes or other writers did may be
    over by then. What the invoice or the order itself brings about is not, nor is a stop that somebody wished."""
    if isinstance(error, ShelfUnreachable | RefusedOnce):
        return error.passing
    return isinstance(error, _MAY_PASS) and not isinstance(error, BenchStopped)


def attempts(
    sleep: Callable[[float], None],
    tries: int = ATTEMPTS,
    pause: float = _PAUSE,
    again: Callable[[BaseException], None] = lambda _error: None,
) -> Retrying:
    """Calls what it is given `tries` times at most, as long as failures are passing; raises the last one as it was.

    The `pause` in seconds doubles, and as much again is left to chance at most, so that those who failed together do
    not come back together. It is spent in `sleep`, where a worker that is to stop can be woken. `again` is told of each
    failure that another attempt follows.
    """

    def tell(state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        if error is not None:
            again(error)

    return Retrying(
        sleep=sleep,
        stop=stop_after_attempt(tries),
        wait=wait_exponential_jitter(multiplier=pause, jitter=pause),
        retry=retry_if_exception(passing),
        before_sleep=tell,
        reraise=True,
    )


def failures_that_are_no_chance(pages: int, rate: float = 0.001) -> int:
    """How many invoices in a row must fail until that says that what draws them is broken.

    The service level allows `rate` failed pages, one in a thousand. A sound engine fails at that rate, each page for
    itself; so k given pages in a row all fail with a chance of rate^k. Among n pages fewer than n runs of k begin,
    and the chance that any of them fails throughout is at most the sum, n * rate^k. The answer is the smallest k for
    which that is below one in a million for the pages of the time looked at. At 12,000 pages in five minutes and one
    in a thousand, three would come to 1.2e-5, four to 1.2e-8: the answer is 4.
    """
    if not 0 < rate < 1 or pages < 1:
        raise ValueError(f"no run of failures says anything at a rate of {rate} among {pages} pages")
    failures = 1
    while pages * rate**failures >= _CHANCE:
        failures += 1
    return failures


class Circuit:
    """Counts how one kind of outside work fares, for all threads of a worker; opens where too much failed in a row.

    What is counted are invoices that failed after all their attempts, or did not, in the order in which that is told.
    Nobody begins such work while it is open. Then one may, as a probe, and its outcome closes or opens it. A probe
    of which nothing is heard for as long again is followed by another.

    The counts and states are pybreaker's; work is not called through it, for it would let one thread in at a time.
    The clock is our own, as pybreaker's stands still for an hour when somebody sets the machine's back by one.
    """

    def __init__(
        self,
        kind: str,
        threshold: int,
        *,
        reset: float = _RESET,
        clock: Callable[[], float] = monotonic,
        turned: Callable[[str, bool], None] = lambda _kind, _is_open: None,
    ) -> None:
        self.kind = kind
        self._turned = turned
        self._reset, self._clock = reset, clock
        self._turn = Lock()
        self._reason = ""
        self._until = 0.0  # while it is not closed: when the next probe may begin
        self._breaker = CircuitBreaker(fail_max=threshold, reset_timeout=reset, name=kind)

    @property
    def is_open(self) -> bool:
        """Whether work of this kind is left alone now; not once a probe may begin."""
        return self.seconds_left > 0

    @property
    def seconds_left(self) -> float:
        """How long until somebody may try again; 0 if now."""
        with self._turn:
            return self._left()

    def guard(self) -> None:
        """To be called before such work begins; raises CircuitOpen. After the reset time it lets one alone through."""
        with self._turn:
            left = self._left()
            if left > 0:
                raise CircuitOpen(self.kind, self._breaker.fail_max, left, self._reason)
            if self._breaker.current_state != STATE_CLOSED:
                self._until = self._clock() + self._reset
                self._breaker.half_open()

    def failed(self, reason: str = "") -> None:
        """An invoice failed, after all its attempts, and why. Work that was begun before it opened adds nothing."""
        with self._turn:
            if self._breaker.current_state == STATE_OPEN:
                return
            self._reason = reason
            with suppress(Exception):
                self._breaker.call(_fail)
            if self._breaker.current_state == STATE_OPEN:
                self._until = self._clock() + self._reset
                self._turned(self.kind, True)

    def succeeded(self) -> None:
        """An invoice did not fail. Work that was begun before it opened does not close it again."""
        with self._turn:
            if self._breaker.current_state == STATE_OPEN:
                return
            was_closed = self._breaker.current_state == STATE_CLOSED
            self._breaker.call(_succeed)
            if not was_closed:
                self._turned(self.kind, False)

    def _left(self) -> float:
        return 0.0 if self._breaker.current_state == STATE_CLOSED else max(0.0, self._until - self._clock())


class Circuits:
    """The circuits of a worker: one for each format, and one for the shelf. `turned` is told which one opened, and
    which is closed again."""

    def __init__(
        self,
        threshold: int,
        *,
        reset: float = _RESET,
        clock: Callable[[], float] = monotonic,
        turned: Callable[[str, bool], None] = lambda _kind, _is_open: None,
    ) -> None:
        self._threshold, self._reset, self._clock, self._turned = threshold, reset, clock, turned
        self._turn = Lock()
        self._known: dict[str, Circuit] = {}

    def of(self, kind: str) -> Circuit:
        """The one circuit of this kind of work."""
        with self._turn:
            if kind not in self._known:
                self._known[kind] = Circuit(
                    kind, self._threshold, reset=self._reset, clock=self._clock, turned=self._turned
                )
            return self._known[kind]


def _fail() -> NoReturn:
    raise RuntimeError("an invoice failed")


def _succeed() -> None:
    pass
