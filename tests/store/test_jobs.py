"""Jobs in the books of both databases: what is kept of one, who may enter one, and the numbers that it holds."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from threading import Barrier

import pytest
from sqlalchemy.exc import IntegrityError
from tests.store.neighbours import AT, LATER, enter_jobs, job

from ledgerflow.billing.errors import InvoiceNumberCollisionException
from ledgerflow.billing.invoice import Invoice
from ledgerflow.billing.numbering import NumberSeries
from ledgerflow.billing.tax import TaxStrategy
from ledgerflow.issuing.batch import issue_batch
from ledgerflow.issuing.jobs import (
    BatchUnknown,
    Chunk,
    Failure,
    Job,
    JobStatus,
    Part,
    Stage,
    TooManyBatches,
    Wish,
)
from ledgerflow.issuing.ports import Journal
from ledgerflow.issuing.records import Batch, Block, Entry, VoidNumber
from ledgerflow.simulation.config import SimulationConfig
from ledgerflow.simulation.simulate import Sale
from ledgerflow.store.journal import NOT_USED
from ledgerflow.store.ledger import DatabaseLedger
from ledgerflow.store.opening import open_ledger

EXPIRY = AT + timedelta(days=7)
SERIES = NumberSeries("J{n:05}")


@pytest.fixture
def tea(
    url: str,
    laws: dict[str, TaxStrategy],
    make_config: Callable[..., SimulationConfig],
    make_sales: Callable[..., list[Sale]],
) -> Invoice:
    """An invoice after which others are made; it is in another tenant's books."""
    with open_ledger(url, "tea-house") as ledger:
        issue_batch(make_config(), make_sales(1), laws, ledger, "0", at=AT, actor="clerk")
        return next(ledger.invoices())


def enter(ledger: DatabaseLedger, one: Job, commission: str = "{}") -> Job:
    enter_jobs(ledger, one, commission=commission)
    return one


def change(ledger: DatabaseLedger, id: str, **facts: object) -> Job:
    """The job as it was held, with something changed."""

    def keep(journal: Journal) -> Job:
        changed = replace(journal.jobs.hold(id), **facts)  # type: ignore[arg-type]  # facts of a job, by their names
        journal.jobs.keep(changed)
        return changed

    return ledger.transact(keep)


def entries(tea: Invoice, block: Block, first: int, last: int) -> list[Entry]:
    """Invoices at these positions, each under the number that its position gives."""
    return [
        Entry(replace(tea, number=block.number(place), series=SERIES.template, position=place), "all", count, {})
        for place, count in ((place, block.first + place) for place in range(first, last + 1))
    ]


def begin(ledger: DatabaseLedger, size: int, until: datetime = EXPIRY) -> tuple[Batch, Block]:
    """A batch that is open, and numbers that its job holds."""
    return ledger.transact(
        lambda journal: (
            journal.open_batch("feed", AT, size),
            journal.reserve_block(SERIES, "all", size, until, "the job"),
        )
    )


def put(ledger: DatabaseLedger, batch: Batch, some: list[Entry]) -> None:
    ledger.transact(lambda journal: journal.enter(batch, some, "trace"))


def test_a_job_is_found_as_it_was_entered_and_as_it_was_kept(ledger: DatabaseLedger) -> None:
    ordered = enter(ledger, job("j1", key="Monday's", total=100, unused='{"3": ["INV/4"]}'), '{"seed": 7}')
    assert ledger.jobs.find("j1") == ordered
    assert ledger.jobs.commission("j1") == '{"seed": 7}'
    elsewhere = timezone(timedelta(hours=5, minutes=30))
    begun = change(
        ledger,
        "j1",
        status=JobStatus.RUNNING,
        stage=Stage.DRAWING,
        wish=Wish.PAUSE,
        run=3,
        batch=9,
        issued=100,
        drawn=50,
        failed=2,
        last_error="a page is torn",
        archive="asha/j1",
        started_at=datetime(2026, 11, 1, 8, 30, tzinfo=elsewhere),
        ended_at=LATER,
    )
    found = ledger.jobs.find("j1")
    assert found == begun
    assert (found.created_at, found.started_at) == (AT, datetime(2026, 11, 1, 3, tzinfo=UTC))
    assert ledger.jobs.commission("j1") == '{"seed": 7}'
    for ask in (ledger.jobs.find, ledger.jobs.commission):
        with pytest.raises(BatchUnknown, match="no batch j2"):
            ask("j2")
    with pytest.raises(BatchUnknown):
        change(ledger, "j2", run=2)


def test_a_job_that_a_deed_holds_is_read_as_the_last_one_left_it(ledger: DatabaseLedger) -> None:
    """Also within one deed, and where others add to it at the same moment: nothing that was counted is lost."""
    enter(ledger, job("j1"))

    def add(_hand: int) -> None:
        def count(journal: Journal) -> None:
            held = journal.jobs.hold("j1")
            journal.jobs.fail("j1", [Failure(held.drawn, 1, "torn", "trace")])
            journal.jobs.keep(replace(held, drawn=held.drawn + 1))
            assert journal.jobs.hold("j1").drawn == held.drawn + 1

        for _ in range(5):
            ledger.transact(count)

    with ThreadPoolExecutor(4) as hands:
        list(hands.map(add, range(4)))
    assert ledger.jobs.find("j1").drawn == 20
    assert [failure.position for failure in ledger.jobs.failures("j1")] == list(range(20))


def test_the_latest_jobs_come_first(ledger: DatabaseLedger) -> None:
    times = [timedelta(), timedelta(microseconds=1), timedelta(seconds=1), timedelta(days=400)]
    for place in (2, 0, 3, 1):
        enter(ledger, job(f"j{place}", created_at=AT + times[place]))
    assert [one.id for one in ledger.jobs.latest()] == ["j3", "j2", "j1", "j0"]
    assert [one.id for one in ledger.jobs.latest(2)] == ["j3", "j2"]


def test_a_key_names_one_job_of_a_tenant(url: str, ledger: DatabaseLedger) -> None:
    enter(ledger, job("j1", key="Monday's"))
    with pytest.raises(IntegrityError):
        enter(ledger, job("j2", key="Monday's"))
    for name in ("j3", "j4"):
        assert enter(ledger, job(name)) == ledger.jobs.find(name), "many have none"
    with open_ledger(url, "another") as another:
        enter(another, job("j1", key="Monday's"))
    assert [one.key for one in ledger.jobs.latest()] == ["", "", "Monday's"]


def test_nothing_is_left_of_a_job_whose_deed_failed(ledger: DatabaseLedger) -> None:
    def deed(journal: Journal) -> None:
        journal.jobs.enter(job("j1"), "{}")
        journal.jobs.cut("j1", [Chunk(0, 0, 1)])
        raise KeyError

    with pytest.raises(KeyError):
        ledger.transact(deed)
    assert (ledger.jobs.latest(), ledger.jobs.chunks("j1")) == ([], [])


def test_chunks_are_cut_and_kept_and_cut_anew(ledger: DatabaseLedger) -> None:
    enter(ledger, job("j1"))
    enter(ledger, job("j2"))
    cut = [Chunk(number, number * 50, number * 50 + 49) for number in range(1200)]
    drawn = replace(cut[7], begun=True, parts=(Part("a/7.zip", "pdf", 350, 360, "feed"), Part("b", "xml", 1, 2, "")))
    ledger.transact(lambda journal: journal.jobs.cut("j1", cut))
    ledger.transact(lambda journal: journal.jobs.cut("j2", cut))

    def draw(journal: Journal) -> None:
        assert journal.jobs.hold_chunk("j1", 7) == cut[7]
        journal.jobs.keep_chunk("j1", drawn)
        assert journal.jobs.hold_chunk("j1", 7) == drawn

    ledger.transact(draw)
    assert ledger.jobs.chunks("j1") == [*cut[:7], drawn, *cut[8:]]
    assert ledger.jobs.chunks("j2") == cut
    new = [Chunk(7, 1, 2), Chunk(1200, 3, 4)]
    ledger.transact(lambda journal: journal.jobs.cut("j1", new))
    assert ledger.jobs.chunks("j1") == [*cut[:7], new[0], *cut[8:], new[1]]


def test_failures_are_entered_replaced_and_forgiven(ledger: DatabaseLedger, tea: Invoice) -> None:
    batch, block = begin(ledger, 5)
    put(ledger, batch, entries(tea, block, 0, 2))
    for name, its in (("j1", batch.number), ("j2", None)):
        enter(ledger, job(name, batch=its))
    failed = [Failure(4, 1, "crashed", "t1", is_final=False), Failure(1, 3, "torn", "t1"), Failure(3, 3, "full", "t2")]

    def fail(journal: Journal) -> list[int]:
        journal.jobs.fail("j1", failed)
        journal.jobs.fail("j2", failed)
        journal.jobs.fail("j1", [])
        journal.jobs.fail("j1", [replace(failed[2], attempts=4)])
        return [journal.jobs.count_failed(name) for name in ("j1", "j2", "j3")]

    assert ledger.transact(fail) == [2, 2, 0]
    found = [replace(failed[1], number="J00002"), replace(failed[2], attempts=4), failed[0]]
    assert ledger.jobs.failures("j1") == found
    assert ledger.jobs.failures("j1", limit=1) == found[:1]
    assert ledger.jobs.failures("j2") == [failed[1], failed[2], failed[0]], "it has no batch"
    ledger.transact(lambda journal: journal.jobs.forgive("j1", [*range(2000, 0, -1), 1]))
    assert ledger.jobs.failures("j1") == []
    assert len(ledger.jobs.failures("j2")) == 3


def test_a_limit_is_kept_by_those_who_order_at_the_same_moment(url: str) -> None:
    """Eight of one tenant, and one of another who has a limit of his own."""
    together = Barrier(9)

    def order(hand: int) -> int:
        entered = 0
        with open_ledger(url, "asha" if hand else "bina") as ledger:
            together.wait()
            for place in range(3):
                one = job(f"{hand}-{place}", status=JobStatus.RUNNING if place else JobStatus.QUEUED)

                def within(journal: Journal, one: Job = one) -> None:
                    open_jobs = journal.jobs.count_open()
                    if open_jobs >= 5:
                        raise TooManyBatches(open=open_jobs, limit=5, seconds=1)
                    time.sleep(0.01)
                    journal.jobs.enter(one, "{}")

                try:
                    ledger.transact(within)
                    entered += 1
                except TooManyBatches:
                    pass
        return entered

    with ThreadPoolExecutor(9) as hands:
        entered = list(hands.map(order, range(9)))
    assert (entered[0], sum(entered[1:])) == (3, 5)
    with open_ledger(url, "asha") as ledger:
        assert len(ledger.jobs.latest()) == 5
        first = ledger.jobs.latest()[0].id
        for status, is_open in ((status, status.is_open) for status in JobStatus):
            change(ledger, first, status=status)
            assert ledger.transact(lambda journal: journal.jobs.count_open()) == (5 if is_open else 4)
        assert ledger.accounts() == [], "the counter at which they wait is no series"


def test_invoices_that_are_entered_twice_are_there_once(ledger: DatabaseLedger, tea: Invoice) -> None:
    batch, block = begin(ledger, 1500)
    some = entries(tea, block, 0, 1299)
    put(ledger, batch, some[200:700])
    for _ in range(2):
        put(ledger, batch, some)
    put(ledger, batch, [])
    found = list(ledger.invoices(batch=batch.number))
    assert [(one.position, one.number) for one in found] == [(one.invoice.position, one.invoice.number) for one in some]
    assert ledger.collisions == 0
    (account,) = ledger.accounts()
    assert (account.issued, account.void, account.reserved, account.missing) == (1300, 0, 200, ())
    assert [(one.number, one.size) for one in ledger.batches()] == [(batch.number, 1500)]


def test_what_is_in_the_ledger_at_a_position_stays_as_it_is(ledger: DatabaseLedger, tea: Invoice) -> None:
    """Also where it would come under another number, or of another trace."""
    batch, block = begin(ledger, 10)
    put(ledger, batch, entries(tea, block, 0, 3))
    before = list(ledger.invoices())
    again = [
        replace(one, invoice=replace(one.invoice, number=f"K{place}")) if place < 3 else one
        for place, one in enumerate(entries(tea, block, 0, 4))
    ]
    ledger.transact(lambda journal: journal.enter(batch, again, "another trace"))
    found = list(ledger.invoices())
    assert found[:4] == before
    assert [one.number for one in found[4:]] == ["J00005"]


@pytest.mark.parametrize("size", [3, 1200])
def test_two_who_enter_the_same_at_the_same_moment_double_nothing(url: str, tea: Invoice, size: int) -> None:
    together = Barrier(4)
    with open_ledger(url) as ledger:
        batch, block = begin(ledger, size)

        def work(_hand: int) -> int:
            with open_ledger(url) as own:
                together.wait()
                put(own, batch, entries(tea, block, 0, size - 1))
                return own.collisions

        with ThreadPoolExecutor(4) as hands:
            assert list(hands.map(work, range(4))) == [0] * 4
        assert [one.position for one in ledger.invoices()] == list(range(size))


def test_a_number_that_is_taken_elsewhere_is_refused(ledger: DatabaseLedger, tea: Invoice) -> None:
    """In another batch, or at another position of the same."""
    first, block = begin(ledger, 4)
    put(ledger, first, entries(tea, block, 0, 1))
    second, other = begin(ledger, 4)
    wrong = entries(tea, other, 0, 3)
    wrong[2] = replace(wrong[2], invoice=replace(wrong[2].invoice, number=block.number(1)))
    for batch in (second, first):
        with pytest.raises(InvoiceNumberCollisionException, match=block.number(1)):
            put(ledger, batch, wrong)
    assert [one.number for one in ledger.invoices()] == ["J00001", "J00002"]


@pytest.fixture
def other_hand(url: str) -> Iterator[Callable[[Callable[[Journal], object]], Future[object]]]:
    """Another process, as it were, on the same books."""
    with ThreadPoolExecutor(1) as hands, open_ledger(url) as other:
        yield lambda deed: hands.submit(other.transact, deed)


def test_blocks_that_a_deed_holds_are_not_reclaimed_though_they_expired(
    url: str, ledger: DatabaseLedger, tea: Invoice, other_hand: Callable[[Callable[[Journal], object]], Future[object]]
) -> None:
    """On PostgreSQL the reclaim passes them by, and does not wait; on SQLite it finds them used."""
    batch, block = begin(ledger, 3, until=AT)
    others = ledger.transact(lambda journal: journal.reserve_block(SERIES, "all", 2, EXPIRY, "another job"))

    def deed(journal: Journal) -> Future[object]:
        (held,) = journal.blocks_of("the job")
        assert (held.series.template, held.period, held.first, held.size) == (SERIES.template, "all", 1, 3)
        assert held.number(2) == "J00003"
        reclaiming = other_hand(lambda own: own.reclaim(LATER - timedelta(days=24)))
        if "postgresql" in url:
            assert reclaiming.result(timeout=10) == []
        journal.enter(batch, entries(tea, block, 0, 2))
        journal.use(held)
        return reclaiming

    assert ledger.transact(deed).result(timeout=60) == []
    assert ledger.void_numbers() == []
    assert ledger.transact(lambda journal: journal.blocks_of("the job")) == []
    (mine,) = ledger.transact(lambda journal: journal.blocks_of("another job"))
    assert (mine.first, mine.last) == (others.first, others.last)
    assert len(ledger.transact(lambda journal: journal.reclaim(LATER))) == 2, "held no longer"


def test_the_last_deed_of_a_job_accounts_for_the_numbers_of_all(ledger: DatabaseLedger, tea: Invoice) -> None:
    """Its blocks were reserved by the first; what nobody entered is void, and nothing else."""
    batch, block = begin(ledger, 10)
    put(ledger, batch, entries(tea, block, 0, 4))
    left_out = VoidNumber(block.number(9), SERIES.template, "all", block.first + 9, "on purpose")

    def last(journal: Journal) -> None:
        journal.enter(batch, entries(tea, block, 3, 7))
        journal.void([left_out])
        for held in journal.blocks_of("the job"):
            journal.use(held)

    ledger.transact(last)
    unused = VoidNumber(block.number(8), SERIES.template, "all", block.first + 8, NOT_USED)
    assert ledger.void_numbers() == [unused, left_out]
    (account,) = ledger.accounts()
    assert (account.issued, account.void, account.reserved, account.missing) == (8, 2, 0, ())


def test_entries_that_were_there_do_not_make_up_for_numbers_that_nobody_used(
    ledger: DatabaseLedger, tea: Invoice
) -> None:
    batch, block = begin(ledger, 2)
    put(ledger, batch, entries(tea, block, 0, 1))

    def again(journal: Journal) -> None:
        second = journal.reserve(SERIES, "all", 2)
        journal.enter(batch, entries(tea, second, 0, 1))

    ledger.transact(again)
    assert [one.number for one in ledger.void_numbers()] == ["J00003", "J00004"]


def test_invoices_are_read_by_position(ledger: DatabaseLedger, tea: Invoice) -> None:
    batches = []
    for _ in range(2):
        batch, block = begin(ledger, 5)
        put(ledger, batch, entries(tea, block, 0, 4))
        batches.append(batch.number)
    found = ledger.invoices(batch=batches[1], positions=(1, 3))
    assert [one.number for one in found] == ["J00007", "J00008", "J00009"]
    assert [one.position for one in ledger.invoices(positions=(4, 9))] == [4, 4]
    assert list(ledger.invoices(positions=(5, 9))) == []


def test_another_tenant_sees_nothing_of_a_job(url: str, ledger: DatabaseLedger) -> None:
    enter(ledger, job("j1", key="Monday's"))
    ledger.transact(lambda journal: journal.jobs.cut("j1", [Chunk(0, 0, 1)]))
    ledger.transact(lambda journal: journal.jobs.fail("j1", [Failure(0, 1, "torn", "")]))
    with open_ledger(url, "another") as another:
        assert (another.jobs.latest(), another.jobs.chunks("j1"), another.jobs.failures("j1")) == ([], [], [])
        with pytest.raises(BatchUnknown):
            another.transact(lambda journal: journal.jobs.hold("j1"))
        assert another.transact(lambda journal: journal.jobs.count_open()) == 0
