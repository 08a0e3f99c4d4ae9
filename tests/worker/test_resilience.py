"""What a worker does about failures: another attempt, a pause, or leaving an engine alone that is broken."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from ledgerflow.billing.errors import BillingError, InvoiceNumberCollisionException, RateUnknown
from ledgerflow.issuing.shelf import ShelfFull, ShelfUnreachable
from ledgerflow.rendering.pdf import PdfUnsound
from ledgerflow.store.database import LedgerUnreachable
from ledgerflow.worker.bench import BenchBroken, BenchStopped, BenchStuck, DeedFailed
from ledgerflow.worker.resilience import (
    Circuit,
    CircuitOpen,
    Circuits,
    attempts,
    failures_that_are_no_chance,
    passing,
)


def shelf_unreachable(*, is_passing: bool) -> ShelfUnreachable:
    return ShelfUnreachable(shelf="s3://shelf", reason="it answers 503", passing=is_passing)


@pytest.mark.parametrize(
    "error",
    [
        PdfUnsound(number="INV-1", reason="it has no pages"),
        OSError("no space"),
        ConnectionResetError("by the other side"),
        TimeoutError("too long"),
        LedgerUnreachable(reason="it does not answer"),
        InvoiceNumberCollisionException(number="INV-1", attempts=3),
        BenchBroken(3, "signal 11 (SIGSEGV)"),
        BenchStuck(3, 60),
        shelf_unreachable(is_passing=True),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_others_did_is_worth_another_attempt(error: Exception) -> None:
    assert passing(error)


@pytest.mark.parametrize(
    "error",
    [
        RateUnknown(code="1", day="2026-01-01"),
        ShelfFull(shelf="here", free=1, needed=2),
        shelf_unreachable(is_passing=False),
        DeedFailed("ZeroDivisionError", "division by zero"),
        BenchStopped(3),
        CircuitOpen("pdf", 4, 12),
        ValueError("no"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_the_order_brings_about_or_somebody_wished_is_permanent(error: Exception) -> None:
    assert not passing(error)


def failing(times: int, error: Exception, made: list[int]) -> Callable[[], str]:
    def deed() -> str:
        made.append(len(made) + 1)
        if len(made) <= times:
            raise error
        return "done"

    return deed


@pytest.mark.requirement("FR-9.2")
def test_a_passing_failure_is_tried_three_times_in_all_with_doubling_pauses() -> None:
    pauses: list[float] = []
    assert attempts(pauses.append)(failing(2, ConnectionError("gone"), [])) == "done"
    assert 0.2 <= pauses[0] <= 0.4 <= pauses[1] <= 0.6
    made: list[int] = []
    error = BenchBroken(7, "exit status 3")
    with pytest.raises(BenchBroken) as told:
        attempts(pauses.append)(failing(9, error, made))
    assert told.value is error
    assert made == [1, 2, 3]


@pytest.mark.requirement("FR-9.2")
def test_those_who_failed_together_do_not_come_back_together() -> None:
    pauses: list[float] = []
    for _ in range(20):
        attempts(pauses.append)(failing(1, OSError("busy"), []))
    assert len({round(pause, 6) for pause in pauses}) > 15
    assert max(pauses) - min(pauses) > 0.05


@pytest.mark.requirement("FR-9.2")
def test_a_permanent_failure_is_not_tried_again() -> None:
    made: list[int] = []
    pauses: list[float] = []
    with pytest.raises(RateUnknown):
        attempts(pauses.append)(failing(9, RateUnknown(code="1", day="2026-01-01"), made))
    assert (made, pauses) == ([1], [])


@pytest.mark.requirement("FR-9.3")
def test_the_run_of_failures_that_is_no_chance_follows_from_the_service_level() -> None:
    assert failures_that_are_no_chance(12_000) == 4
    assert failures_that_are_no_chance(12_000, rate=0.01) == 6
    assert failures_that_are_no_chance(100) == 3
    for pages, rate in [(1, 0.5), (12_000, 0.2), (10**6, 0.001)]:
        enough = failures_that_are_no_chance(pages, rate)
        assert pages * rate**enough < 1e-6 <= pages * rate ** (enough - 1)
    for pages, rate in [(12_000, 0.0), (12_000, 1.0), (0, 0.001)]:
        with pytest.raises(ValueError, match="no run of failures"):
            failures_that_are_no_chance(pages, rate)


class Clock:
    """The time in seconds, which goes on when it is told to."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def opened(clock: Clock) -> Circuit:
    circuit = Circuit("pdf", 4, reset=30, clock=clock)
    for _ in range(4):
        circuit.guard()
        circuit.failed()
    return circuit


@pytest.mark.requirement("FR-9.3")
def test_four_failures_in_a_row_open_it_and_fewer_or_others_between_do_not(clock: Clock) -> None:
    circuit = Circuit("pdf", 4, reset=30, clock=clock)
    for outcome in "fffsfff":
        circuit.guard()
        circuit.failed() if outcome == "f" else circuit.succeeded()
    assert not circuit.is_open
    circuit.failed()
    assert circuit.is_open
    assert circuit.seconds_left == 30
    clock.now += 10
    with pytest.raises(CircuitOpen, match=r"4 in a row failed with pdf.*left alone for 20 s"):
        circuit.guard()


@pytest.mark.requirement("FR-9.3")
def test_after_the_reset_one_probe_is_let_through_and_its_success_closes_it(clock: Clock) -> None:
    circuit = opened(clock)
    clock.now += 30
    assert not circuit.is_open
    circuit.guard()
    with pytest.raises(CircuitOpen):
        circuit.guard()
    circuit.succeeded()
    circuit.guard()
    circuit.guard()
    for _ in range(3):
        circuit.failed()
    assert not circuit.is_open  # earlier failures are forgotten


def test_a_probe_that_fails_opens_it_for_as_long_again(clock: Clock) -> None:
    circuit = opened(clock)
    clock.now += 31
    circuit.guard()
    circuit.failed()
    assert circuit.seconds_left == 30


def test_a_probe_of_which_nothing_is_heard_is_followed_by_another(clock: Clock) -> None:
    circuit = opened(clock)
    clock.now += 30
    circuit.guard()
    clock.now += 30
    circuit.guard()
    with pytest.raises(CircuitOpen):
        circuit.guard()


def test_outcomes_of_work_begun_before_it_opened_change_nothing(clock: Clock) -> None:
    circuit = opened(clock)
    clock.now += 20
    circuit.failed()
    assert circuit.seconds_left == 10
    circuit.succeeded()
    assert circuit.seconds_left == 10


def test_of_many_threads_one_is_the_probe(clock: Clock) -> None:
    circuit = opened(clock)
    clock.now += 30

    def may(_: int) -> bool:
        try:
            circuit.guard()
        except CircuitOpen:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(may, range(200))) == 1


def test_each_kind_of_work_has_a_circuit_of_its_own_that_all_share(clock: Clock) -> None:
    circuits = Circuits(1, clock=clock)
    circuits.of("pdf").failed()
    assert circuits.of("pdf").is_open
    assert not circuits.of("shelf").is_open
    assert issubclass(CircuitOpen, BillingError)
