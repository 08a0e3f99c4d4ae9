"""The counter in reserve: what it refuses, and what it does not burn."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import psycopg
import pytest
from redis import Redis

from ledgerflow.assembly import Application
from ledgerflow.billing.errors import NumberSeriesExhausted, NumbersUnavailable
from ledgerflow.billing.numbering import NumberSeries
from ledgerflow.issuing.ports import Journal
from ledgerflow.store.epochs import ReserveUnusable
from ledgerflow.store.ledger import DatabaseLedger
from ledgerflow.store.opening import open_ledger

TAKING = b"EXECUTE ON FUNCTION take_numbers(text, text, bigint, bigint, text, text)"
LONG, SHORT = NumberSeries("A{n:09}"), NumberSeries("A{n:02}")
pytestmark = pytest.mark.requirement("FR-1.5")


@pytest.fixture
def owner(postgresql_url: str) -> Iterator[psycopg.Connection]:
    with open_ledger(postgresql_url), psycopg.connect(postgresql_url, autocommit=True) as connection:
        connection.execute(b"REVOKE " + TAKING + b" FROM ledgerflow_app")
        yield connection


@pytest.fixture
def reserved(owner: psycopg.Connection, postgresql_url: str, redis: str) -> Iterator[DatabaseLedger]:
    """Books that are numbered in reserve."""
    with open_ledger(postgresql_url, f"tenant-{owner.info.backend_pid}", reserve=redis) as ledger:
        yield ledger


def take(ledger: DatabaseLedger, series: NumberSeries, wanted: int) -> str:
    return ledger.transact(lambda journal: journal.reserve(series, "all", wanted)).number(0)


def test_a_block_that_is_refused_burns_no_number(reserved: DatabaseLedger) -> None:
    assert take(reserved, SHORT, 5) == "AX1"
    for _ in range(3):
        with pytest.raises(NumberSeriesExhausted, match="has 4 number"):
            take(reserved, SHORT, 5)
    assert take(reserved, SHORT, 4) == "AX6"
    with pytest.raises(NumberSeriesExhausted, match="has 0 number"):
        take(reserved, SHORT, 1)


@pytest.mark.parametrize(("ahead", "void"), [(3, 3), (50_000_000, 0)])
def test_what_redis_counted_and_nobody_booked_is_void_unless_it_is_too_much_to_be_true(
    reserved: DatabaseLedger, redis: str, owner: psycopg.Connection, ahead: int, void: int
) -> None:
    take(reserved, LONG, 2)
    unused = len(reserved.void_numbers())
    with Redis.from_url(redis) as client:
        (key,) = client.scan_iter(f"ledgerflow:tenant-{owner.info.backend_pid}:*")
        client.incrby(key, ahead)
    assert take(reserved, LONG, 1) == f"AX{3 + void:08}"
    assert len(reserved.void_numbers()) == unused + void + 1
    (account,) = reserved.accounts()
    assert account.missing == ()


def test_a_series_is_not_counted_in_two_ways(
    reserved: DatabaseLedger, owner: psycopg.Connection, redis: str, postgresql_url: str
) -> None:
    """Who names a sub-series as a series of its own would number it a second time."""
    of_its_own = NumberSeries("AX{n:01}")
    assert take(reserved, SHORT, 1) == "AX1"
    owner.execute(b"GRANT " + TAKING + b" TO ledgerflow_app")
    for series in (of_its_own, NumberSeries("AX{n:01}", gapless=True)):
        with pytest.raises(NumbersUnavailable, match="stays as it began"):
            take(reserved, series, 1)
    with open_ledger(postgresql_url, "reverse", reserve=redis) as other:
        assert take(other, of_its_own, 1) == "AX1"
        owner.execute(b"REVOKE " + TAKING + b" FROM ledgerflow_app")
        with pytest.raises(NumbersUnavailable, match="stays as it began"):
            take(other, SHORT, 1)


def test_of_two_ways_that_begin_a_series_at_the_same_moment_one_counts_it(postgresql_url: str) -> None:
    with open_ledger(postgresql_url) as ledger, ThreadPoolExecutor(1) as hands:

        def begin(journal: Journal) -> Future[str]:
            assert journal.reserve(NumberSeries("A{n:02}", gapless=True), "all", 1).first == 1
            other = hands.submit(take, ledger, SHORT, 1)
            with pytest.raises(TimeoutError):
                other.result(timeout=0.1)
            return other

        other = ledger.transact(begin)
        with pytest.raises(NumbersUnavailable, match="stays as it began"):
            other.result()
        assert [(one.void, one.missing) for one in ledger.accounts()] == [(1, ())], "the gapless one did not use it"


def test_a_series_with_one_digit_has_nobody_in_reserve(reserved: DatabaseLedger) -> None:
    with pytest.raises(NumbersUnavailable, match="no digit to spare"):
        take(reserved, NumberSeries("A{n:01}"), 1)


def test_a_series_with_nobody_in_reserve_waits_for_whoever_holds_its_sequence(postgresql_url: str, redis: str) -> None:
    series = NumberSeries("A{n:01}")
    with open_ledger(postgresql_url, reserve=redis) as ledger, psycopg.connect(postgresql_url) as holder:
        turn = b"series_key('default', 'A{n:01}', 'all', 1)"
        assert take(ledger, series, 1) == "A1"
        holder.execute(b"SELECT pg_advisory_lock(" + turn + b")")
        with ThreadPoolExecutor(1) as hands:
            taking = hands.submit(take, ledger, series, 1)
            with pytest.raises(TimeoutError):
                taking.result(timeout=0.5)
            holder.execute(b"SELECT pg_advisory_unlock(" + turn + b")")
            assert taking.result(timeout=10) == "A2"


@pytest.mark.usefixtures("owner")
def test_books_that_must_be_there_are_numbered_in_reserve_too(postgresql_url: str, redis: str) -> None:
    with Application(redis).read_ledger(postgresql_url, "default") as ledger:
        assert take(ledger, SHORT, 1) == "AX1"


def test_an_address_that_is_none_is_told(postgresql_url: str) -> None:
    for address in ("valkey://x", "redis://localhost:port", "nonsense"):
        with pytest.raises(ReserveUnusable, match="LEDGERFLOW_REDIS_URL"):
            open_ledger(postgresql_url, reserve=address)
