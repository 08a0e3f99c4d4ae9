"""Whatever is done to the allocators, in any order: never a double, never a step back, everything accounted for."""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import cast

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from redis import Redis

from ledgerflow.billing.errors import BlockLost, NumberSeriesExhausted
from ledgerflow.billing.invoice import Invoice
from ledgerflow.billing.numbering import NumberSeries
from ledgerflow.billing.tax import TaxStrategy
from ledgerflow.issuing.audit import verify_trail
from ledgerflow.issuing.batch import issue_batch
from ledgerflow.issuing.numbers import reclaim_numbers, release_block, reserve_block
from ledgerflow.issuing.ports import Journal
from ledgerflow.issuing.records import Block, Entry
from ledgerflow.simulation.config import SimulationConfig
from ledgerflow.simulation.simulate import Sale
from ledgerflow.store.database import LedgerUnreachable
from ledgerflow.store.opening import open_ledger

LONG = os.environ.get("TEST_FAULTS") == "long"
AT = datetime(2026, 11, 1, tzinfo=UTC)
DOOMSDAY = datetime(2999, 1, 1, tzinfo=UTC)
PLAIN, SMALL, GAPLESS = NumberSeries("P{n:04}"), NumberSeries("S{n:02}"), NumberSeries("G{n:04}", gapless=True)
TAKING = b"take_numbers(text, text, bigint, bigint, text, text)"
any_series = st.sampled_from([PLAIN, PLAIN, SMALL, GAPLESS])
sizes = st.integers(1, 12)
_tenants = count()


class ChangedMind(Exception):
    """The deed is given up."""


class Allocators(RuleBasedStateMachine):
    """One tenant's numbers, and what was done to them."""

    def __init__(self, url: str, redis: str, pattern: Invoice) -> None:
        super().__init__()
        self.tenant = f"tenant {next(_tenants)}"
        self.ledger = open_ledger(url, self.tenant, reserve=redis, sleep=lambda _seconds: None)
        self.pattern = pattern
        self.now = AT
        self.given = set[str]()
        self.highest = Counter[str]()
        self.reserved: list[tuple[Block, datetime]] = []
        self.lost: list[Block] = []

    @property
    def is_server(self) -> bool:
        return False

    @rule(series=any_series, wanted=st.lists(sizes, min_size=1, max_size=2), used=st.integers(0, 12))
    def a_deed_takes_numbers(self, series: NumberSeries, wanted: list[int], used: int) -> None:
        with suppress(NumberSeriesExhausted):
            self.note(self.ledger.transact(lambda journal: self.take(journal, series, wanted, used)))

    @rule(series=any_series, wanted=st.lists(sizes, min_size=1, max_size=2), used=st.integers(0, 12))
    def a_deed_that_took_numbers_is_given_up(self, series: NumberSeries, wanted: list[int], used: int) -> None:
        taken: list[Block] = []

        def deed(journal: Journal) -> None:
            taken.extend(self.take(journal, series, wanted, used))
            raise ChangedMind

        with suppress(ChangedMind, NumberSeriesExhausted):
            self.ledger.transact(deed)
        if self.is_server and not series.gapless:
            self.note(taken)

    @rule(series=st.sampled_from([PLAIN, SMALL]), wanted=sizes, hours=st.integers(0, 5))
    def a_block_is_reserved(self, series: NumberSeries, wanted: int, hours: int) -> None:
        until = self.now + timedelta(hours=hours)
        with suppress(NumberSeriesExhausted):
            block = reserve_block(
                self.ledger, series, "all", wanted, expires_at=until, holder="Asha", at=self.now, actor="Asha"
            )
            self.note([block])
            self.reserved.append((block, until))

    @precondition(lambda self: self.reserved)
    @rule(place=st.integers(0, 99), used=st.integers(0, 12))
    def a_reserved_block_is_used(self, place: int, used: int) -> None:
        block, _ = self.reserved.pop(place % len(self.reserved))
        self.ledger.transact(lambda journal: self.use(journal, block, used))
        self.lost.append(block)

    @precondition(lambda self: self.reserved)
    @rule(place=st.integers(0, 99))
    def a_deed_that_used_a_reserved_block_is_given_up(self, place: int) -> None:
        block, _ = self.reserved[place % len(self.reserved)]

        def deed(journal: Journal) -> None:
            self.use(journal, block, 1)
            raise ChangedMind

        with pytest.raises(ChangedMind):
            self.ledger.transact(deed)

    @precondition(lambda self: self.reserved)
    @rule(place=st.integers(0, 99))
    def a_reserved_block_is_given_back(self, place: int) -> None:
        block, _ = self.reserved.pop(place % len(self.reserved))
        void = release_block(self.ledger, block, at=self.now, actor="Asha", reason="not needed")
        assert [one.number for one in void] == numbers([block])
        self.lost.append(block)

    @precondition(lambda self: self.lost)
    @rule(place=st.integers(0, 99))
    def what_is_no_longer_reserved_is_refused(self, place: int) -> None:
        block = self.lost[place % len(self.lost)]
        with pytest.raises(BlockLost):
            self.ledger.transact(lambda journal: journal.use(block))
        with pytest.raises(BlockLost):
            release_block(self.ledger, block, at=self.now, actor="Asha", reason="again")

    @rule(hours=st.integers(0, 6))
    def time_passes_and_what_is_left_is_reclaimed(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        void = {one.number for one in reclaim_numbers(self.ledger, at=self.now, actor="clock")}
        over = [block for block, until in self.reserved if until <= self.now]
        assert set(numbers(over)) <= void
        self.reserved = [(block, until) for block, until in self.reserved if until > self.now]
        assert not void & set(numbers([block for block, _ in self.reserved]))
        self.lost += over

    @invariant()
    def everything_is_accounted_for(self) -> None:
        for account in self.ledger.accounts():
            assert account.missing == ()
            series = NumberSeries(account.series)
            last = self.ledger.last(account.series, "all")
            assert (account.first, account.last) == (series.text(1, "all"), series.text(last, "all"))
            assert account.issued + account.void + account.reserved == last

    def teardown(self) -> None:
        reclaim_numbers(self.ledger, at=DOOMSDAY, actor="clock")
        self.everything_is_accounted_for()
        assert all(account.reserved == 0 for account in self.ledger.accounts())
        entered = Counter(invoice.number for invoice in self.ledger.invoices())
        entered.update(one.number for one in self.ledger.void_numbers())
        assert max(entered.values(), default=1) == 1
        assert self.given <= entered.keys()
        assert not verify_trail(self.ledger.audit_trail())
        self.ledger.close()

    def take(self, journal: Journal, series: NumberSeries, wanted: Sequence[int], used: int) -> list[Block]:
        """Takes blocks, and enters invoices under the first numbers of the last."""
        blocks = [journal.reserve(series, "all", size) for size in wanted]
        self.enter(journal, blocks[-1], used)
        return blocks

    def use(self, journal: Journal, block: Block, used: int) -> None:
        journal.use(block)
        self.enter(journal, block, used)

    def enter(self, journal: Journal, block: Block, used: int) -> None:
        places = range(min(used, block.size))
        template = block.series.template
        made = [replace(self.pattern, number=block.number(n), series=template, position=n) for n in places]
        if made:
            journal.record("0", self.now, [Entry(one, "all", block.first + n, {}) for n, one in enumerate(made)])

    def note(self, blocks: Sequence[Block]) -> None:
        """Never a double, never a step back."""
        for block in blocks:
            assert block.first > self.highest[block.series.template]
            self.highest[block.series.template] = block.last
            assert self.given.isdisjoint(numbers([block]))
            self.given.update(numbers([block]))


class ServerAllocators(Allocators):
    """The same on PostgreSQL with Redis in reserve, and what befalls servers."""

    def __init__(self, url: str, redis: str, pattern: Invoice) -> None:
        super().__init__(url, redis, pattern)
        self.owner = psycopg.connect(url, autocommit=True)
        self.locksmith = psycopg.connect(url, autocommit=True)
        self.app = psycopg.connect(url)
        self.redis = Redis.from_url(redis)
        self.dumped: dict[bytes, bytes] = {}

    @property
    def is_server(self) -> bool:
        return True

    @initialize()
    def nothing_is_dumped(self) -> None:
        self.dumped = {}

    @rule(series=any_series, wanted=sizes, used=st.integers(0, 12), times=st.sampled_from([1, 2, 3]))
    def a_deed_is_cut_off(self, series: NumberSeries, wanted: int, used: int, times: int) -> None:
        attempts: list[list[Block]] = []

        def deed(journal: Journal) -> list[Block]:
            attempts.append(self.take(journal, series, [wanted], used))
            if len(attempts) <= times:
                self.terminate()
            return attempts[-1]

        with suppress(NumberSeriesExhausted):
            if times < 3:
                self.ledger.transact(deed)
            else:
                with pytest.raises(LedgerUnreachable):
                    self.ledger.transact(deed)
        for taken in attempts if not series.gapless else attempts[times:]:
            self.note(taken)

    @rule(series=st.sampled_from([PLAIN, SMALL]), wanted=sizes, booked=st.booleans())
    def a_process_is_gone_with_what_it_took(self, series: NumberSeries, wanted: int, booked: bool) -> None:
        """Before its numbers were booked, or before a deed held them."""
        self.app.execute("SET LOCAL ROLE ledgerflow_app")
        self.app.execute("SELECT set_config('ledgerflow.tenant', %s, true)", [self.tenant])
        taking = "SELECT taken FROM take_numbers(%s, 'all', %s, %s, '', '')"
        with suppress(psycopg.errors.InsufficientPrivilege, psycopg.errors.LockNotAvailable):
            self.app.execute(taking, [series.template, wanted, series.capacity])
            if booked:
                self.app.commit()
        self.app.rollback()

    @rule()
    def the_right_to_the_sequences_is_revoked(self) -> None:
        self.owner.execute(b"REVOKE EXECUTE ON FUNCTION " + TAKING + b" FROM ledgerflow_app")

    @rule(series=st.sampled_from([PLAIN, SMALL]))
    def somebody_locks_a_sequence(self, series: NumberSeries) -> None:
        self.locksmith.execute("SELECT pg_advisory_lock(series_key(%s, %s, 'all', 1))", [self.tenant, series.template])

    @rule()
    def the_sequences_can_be_had_again(self) -> None:
        self.owner.execute(b"GRANT EXECUTE ON FUNCTION " + TAKING + b" TO ledgerflow_app")
        self.locksmith.execute("SELECT pg_advisory_unlock_all()")

    @rule()
    def redis_is_dumped(self) -> None:
        self.dumped = {key: content for key in self.keys() if (content := self.redis.dump(key))}

    @rule()
    def redis_is_restored(self) -> None:
        self.redis_is_emptied()
        for key, content in self.dumped.items():
            self.redis.restore(key, 0, content)

    @rule()
    def redis_is_emptied(self) -> None:
        for key in self.keys():
            self.redis.delete(key)

    @rule(counts=st.sampled_from([1, 5, 1000, 10**15]))
    def somebody_counts_in_redis_and_books_nothing(self, counts: int) -> None:
        for key in self.keys():
            self.redis.incrby(key, counts)

    def teardown(self) -> None:
        self.the_sequences_can_be_had_again()
        try:
            super().teardown()
        finally:
            for one in (self.owner, self.locksmith, self.app, self.redis):
                one.close()

    def keys(self) -> list[bytes]:
        return list(self.redis.scan_iter(f"ledgerflow:{self.tenant}:*"))

    def terminate(self) -> None:
        """Ends whoever is in the middle of a transaction."""
        ending = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
        self.owner.execute(f"{ending} WHERE datname = current_database() AND state = 'idle in transaction'".encode())


def numbers(blocks: Sequence[Block]) -> list[str]:
    return [block.number(place) for block in blocks for place in range(block.size)]


@pytest.fixture
def pattern(
    tmp_path: Path,
    laws: dict[str, TaxStrategy],
    make_config: Callable[..., SimulationConfig],
    make_sales: Callable[..., list[Sale]],
) -> Iterator[Invoice]:
    """An invoice, of which others are copies under other numbers."""
    with open_ledger(str(tmp_path / "pattern.db")) as ledger:
        issue_batch(make_config(), make_sales(1), laws, ledger, "0", at=AT, actor="Asha")
        yield next(ledger.invoices())


@pytest.mark.requirement("FR-1.1", "FR-1.5", "FR-1.6")
def test_the_allocators_never_double_step_back_or_lose(url: str, redis: str, pattern: Invoice) -> None:
    machine = ServerAllocators if "postgresql" in url else Allocators
    short = settings(
        max_examples=150 if LONG else 5,
        stateful_step_count=50 if LONG else 25,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink] if LONG else [Phase.generate],
    )
    made = cast(type[RuleBasedStateMachine], lambda: machine(url, redis, pattern))  # whatever makes one when called
    run_state_machine_as_test(made, settings=short)
