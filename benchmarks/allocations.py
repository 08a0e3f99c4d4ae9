"""Numbers of one series taken by eight processes at once on PostgreSQL, each in a transaction of its own.

Beside ours, in the same run: a bare `nextval`, and the highest number and one, tried until no other has it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Barrier
from time import perf_counter

import psycopg
from psycopg.errors import UniqueViolation

from benchmarks.measuring import record
from benchmarks.servers import database
from ledgerflow.billing.numbering import NumberSeries
from ledgerflow.issuing.records import Block
from ledgerflow.store.database import open_engine
from ledgerflow.store.numbers import Numbers
from ledgerflow.store.opening import open_ledger
from ledgerflow.store.tenancy import TenantSession

PROCESSES = 8
LASTING, BESIDE = 60, 10  # seconds
SINGLE, TENS = (1,) * PROCESSES, (10,) * PROCESSES
TENANT = "default"
SERIES, PERIOD = NumberSeries("INV-{n:09}"), "all"
_Told = tuple[int, int, float, int]
Take = Callable[[], object]
_BESIDE = (("ledger", TENS), ("nextval", SINGLE), ("highest", SINGLE))


@dataclass(frozen=True, slots=True)
class Rush:
    """What is done in the time, by every process together."""

    taken: int
    numbers: int
    seconds: float
    retries: int = 0

    @property
    def rate(self) -> float:
        """Transactions a second."""
        return self.taken / self.seconds


def allocations(server: str) -> None:
    """A minute of single numbers, then blocks of ten and the yardsticks; in the end nothing is missing or twice."""
    with database(server) as url:
        open_ledger(url).close()
        with psycopg.connect(url, autocommit=True) as owner:
            owner.execute("CREATE SEQUENCE bare")
            owner.execute("CREATE TABLE highest (number bigint PRIMARY KEY)")
        ours = rush("ledger", url, LASTING)
        tens, bare, highest = (rush(way, url, BESIDE, sizes) for way, sizes in _BESIDE)
        with open_ledger(url) as ledger:
            (account,) = ledger.accounts()
            collisions = ours.numbers + tens.numbers - account.reserved - len(account.missing)
    detail = (
        f"{LASTING} s, {PROCESSES} processes, {collisions} collisions, {len(account.missing)} missing; blocks of ten "
    )
    detail += f"{tens.rate:,.0f}/s; bare nextval {bare.rate:,.0f}/s; highest and one {highest.rate:,.0f}/s with "
    detail += f"{highest.retries / highest.taken:.1f} retries each"
    sound = not collisions and not account.missing
    record("allocations_per_second", ours.rate, "at least 1,000", met=sound and ours.rate >= 1000, detail=detail)


def rush(way: str, url: str, lasting: float, sizes: Sequence[int] = SINGLE) -> Rush:
    """A process for each of `sizes` takes blocks of that size in this way for so many seconds."""
    context = get_context("spawn")
    ready = context.Barrier(len(sizes))
    results: SimpleQueue[_Told] = context.SimpleQueue()
    hands = [context.Process(target=_hand, args=(way, url, lasting, size, ready, results)) for size in sizes]
    for hand in hands:
        hand.start()
    told = [results.get() for _ in hands]
    for hand in hands:
        hand.join()
    taken, numbers, times, retries = zip(*told, strict=True)
    return Rush(sum(taken), sum(numbers), max(times), sum(retries))


def _hand(way: str, url: str, lasting: float, size: int, ready: Barrier, results: "SimpleQueue[_Told]") -> None:
    taken, retries, spent = {"ledger": _ours, "nextval": _nextval, "highest": _highest}[way](url, lasting, size, ready)
    results.put((taken, taken * size, spent, retries))


def _until(take: Take, lasting: float, ready: Barrier) -> tuple[int, float]:
    ready.wait()
    start = perf_counter()
    taken = 0
    while (spent := perf_counter() - start) < lasting:
        take()
        taken += 1
    return taken, spent


def _ours(url: str, lasting: float, size: int, ready: Barrier) -> tuple[int, int, float]:
    """As every batch takes its numbers: on PostgreSQL before its own transaction, else within it."""
    engine = open_engine(url)
    numbers = Numbers(engine, TENANT, None)

    def within() -> Block:
        with TenantSession(engine, TENANT) as session, session.begin():
            return numbers.take_within(session, SERIES, PERIOD, size)

    apart = partial(numbers.take, SERIES, PERIOD, size)
    taken, spent = _until(within if numbers.counts_by_row(SERIES) else apart, lasting, ready)
    engine.dispose()
    return taken, 0, spent


def _nextval(url: str, lasting: float, size: int, ready: Barrier) -> tuple[int, int, float]:
    with psycopg.connect(url, autocommit=True) as connection:
        taken, spent = _until(lambda: connection.execute("SELECT nextval('bare')").fetchone(), lasting, ready)
    return taken, 0, spent


def _highest(url: str, lasting: float, size: int, ready: Barrier) -> tuple[int, int, float]:
    retries = 0
    with psycopg.connect(url, autocommit=True) as connection:

        def take() -> None:
            nonlocal retries
            while True:
                try:
                    connection.execute("INSERT INTO highest SELECT coalesce(max(number), 0) + 1 FROM highest")
                    return
                except UniqueViolation:
                    retries += 1

        taken, spent = _until(take, lasting, ready)
    return taken, retries, spent
