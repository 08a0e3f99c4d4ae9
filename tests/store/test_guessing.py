"""Bina guesses what Asha's books call their invoices, batches and blocks, and asks for it by every method there is."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError, NoResultFound
from tests.store.neighbours import AT, LATER, Neighbours, job

from ledgerflow.billing.errors import BillingError, BlockLost, InvoiceNumberCollisionException, InvoiceUnknown
from ledgerflow.billing.invoice import Invoice
from ledgerflow.billing.numbering import NumberSeries
from ledgerflow.billing.tax import TaxStrategy
from ledgerflow.issuing.batch import issue_batch
from ledgerflow.issuing.figures import Span
from ledgerflow.issuing.jobs import BatchUnknown, Chunk, Failure, Job, JobBook, JobStatus
from ledgerflow.issuing.ports import Journal
from ledgerflow.issuing.records import Batch, Block, Entry, InvoiceFilter, VoidNumber
from ledgerflow.issuing.workload import Trouble
from ledgerflow.simulation.config import SimulationConfig
from ledgerflow.simulation.simulate import Sale
from ledgerflow.store.blocks import NumbersTaken
from ledgerflow.store.jobs import DatabaseJobs, SessionJobBook
from ledgerflow.store.journal import DatabaseJournal
from ledgerflow.store.ledger import DatabaseLedger
from ledgerflow.store.workload import DatabaseWorkload

pytestmark = pytest.mark.requirement("FR-7.1")
HERS = NumberSeries("HERS/{n:06}")
CHUNK, FAILURE = Chunk(0, 0, 2, begun=True), Failure(0, 3, "torn", "trace")
EVER = AT - timedelta(days=10_000)
EXPIRY = AT + timedelta(hours=1)


@dataclass(frozen=True)
class Hers:
    """What Asha has just entered, and Bina has not: an invoice with a note on it, a block, a void number, and a job."""

    invoice: Invoice
    batch: Batch
    block: Block
    void: VoidNumber
    job: Job
    head: str

    @property
    def number(self) -> str:
        return self.invoice.number


Ask = Callable[[DatabaseLedger, Hers], object]


@pytest.fixture
def hers(
    asha: DatabaseLedger,
    laws: dict[str, TaxStrategy],
    make_config: Callable[..., SimulationConfig],
    make_sales: Callable[..., list[Sale]],
    correct: Callable[..., Sale],
) -> Hers:
    sales = make_sales(2)
    batch = issue_batch(make_config(), [*sales, correct(sales, 0)], laws, asha, "feed", at=AT, actor="asha")
    invoice = next(asha.invoices(batch=batch.number))
    void = VoidNumber(f"TORN/{batch.number}", "TORN/{n:06}", "all", batch.number, "torn")
    asha.transact(lambda journal: journal.void([void]))
    block = asha.transact(lambda journal: journal.reserve_block(HERS, "all", 2, EXPIRY, "asha"))
    ordered = job(f"hers{batch.number}", key=f"hers {batch.number}", batch=batch.number)
    asha.transact(lambda journal: fill(journal.jobs, ordered))
    return Hers(invoice, batch, block, void, ordered, list(asha.audit_trail())[-1].hash)


def fill(book: JobBook, ordered: Job) -> None:
    """A job with a chunk that is begun, and a failure."""
    book.enter(ordered, "{}")
    book.cut(ordered.id, [CHUNK])
    book.fail(ordered.id, [FAILURE])


def counts_on(ledger: DatabaseLedger, hers: Hers) -> bool:
    """Whether the next block comes after hers."""
    block = ledger.transact(lambda journal: journal.reserve_block(HERS, "all", 1, LATER, ""))
    return block.first > hers.block.last


def numbers_on(journal: Journal, hers: Hers) -> bool:
    return journal.reserve(HERS, "all", 1).first > hers.block.last


def is_void_already(ledger: DatabaseLedger, hers: Hers) -> bool:
    with suppress(InvoiceNumberCollisionException):
        ledger.transact(lambda journal: journal.void([hers.void]))
        return False
    return True


def collides(ledger: DatabaseLedger, hers: Hers) -> int:
    before = ledger.collisions
    is_void_already(ledger, hers)
    return ledger.collisions - before


def uses(journal: Journal, hers: Hers) -> bool:
    journal.use(hers.block)
    return True


def records_on(journal: Journal, hers: Hers) -> bool:
    """Whether a batch comes after hers. It bears a number that is free in both books."""
    free = replace(hers.invoice, number=f"FREE/{hers.batch.number}")
    entry = Entry(free, "all", 0, {})
    return journal.record("feed", AT, [entry]).number > hers.batch.number


def leaves_void(ledger: DatabaseLedger, hers: Hers) -> list[VoidNumber]:
    """What a deed that takes the block up, and uses none of it, records void when it finishes."""

    def deed(journal: Journal) -> None:
        assert isinstance(journal, DatabaseJournal)
        with suppress(BlockLost):
            journal.use(hers.block)
        journal.finish()

    ledger.transact(deed)
    return of_block(ledger.void_numbers(), hers)


def of_block(numbers: Sequence[VoidNumber], hers: Hers) -> list[VoidNumber]:
    block = hers.block
    return [one for one in numbers if one.series == HERS.template and block.first <= one.count <= block.last]


def enters_again(journal: Journal, hers: Hers) -> bool:
    """Whether her invoice is there already, so that another of its position is left out and collides with nothing."""
    free = replace(hers.invoice, number=f"AGAIN/{hers.batch.number}")
    try:
        journal.enter(hers.batch, [Entry(free, "all", 0, {})])
    except NumbersTaken:
        return False
    return True


def book(ask: Callable[[JobBook, Hers], object]) -> Ask:
    """A question to the book of jobs."""
    return lambda ledger, hers: ledger.transact(lambda journal: ask(journal.jobs, hers))


def refuses(write: Callable[[], None]) -> bool:
    """Whether the database has a reason."""
    try:
        write()
    except IntegrityError:
        return True
    return False


def counted(ledger: DatabaseLedger, hers: Hers) -> int:
    """How many open jobs are counted besides those that are known not to be hers."""
    others = [one for one in ledger.jobs.latest(10_000) if one.status.is_open and one.id != hers.job.id]
    return ledger.transact(lambda journal: journal.jobs.count_open()) - len(others)


def has_chunk(jobs: JobBook, hers: Hers, *, begun: bool) -> bool:
    with suppress(NoResultFound):
        return jobs.hold_chunk(hers.job.id, 0).begun is begun
    return False


def ends_chunk(jobs: JobBook, hers: Hers) -> bool:
    jobs.keep_chunk(hers.job.id, Chunk(0, 0, 2))
    return has_chunk(jobs, hers, begun=False)


def forgives(jobs: JobBook, hers: Hers) -> int:
    before = jobs.count_failed(hers.job.id)
    jobs.forgive(hers.job.id, [0])
    return before - jobs.count_failed(hers.job.id)


def keeps(jobs: JobBook, hers: Hers) -> bool:
    jobs.keep(replace(hers.job, last_error="guessed"))
    return True


def chains_on(journal: Journal, hers: Hers) -> bool:
    return journal.audit(AT, "somebody", "look", {}).previous == hers.head


def chains_sparingly(ledger: DatabaseLedger, hers: Hers) -> bool:
    """Whether an entry that is not to fill the trail follows hers."""
    ledger.transact(lambda journal: journal.audit_sparingly(AT, hers.number, "look", {}))
    return [one.previous for one in ledger.audit_trail() if one.actor == hers.number] == [hers.head]


def others_of(ledger: DatabaseLedger, hers: Hers) -> list[Job]:
    """The jobs that are known not to be hers."""
    return [one for one in ledger.jobs.latest(10_000) if one.id != hers.job.id]


def waits(ledger: DatabaseLedger, hers: Hers) -> int:
    """How many jobs wait or are at work besides those that are known not to be hers."""
    waiting = ledger.workload.waiting()
    return waiting.queued + waiting.running - sum(one.status.is_open for one in others_of(ledger, hers))


def troubled(ledger: DatabaseLedger, hers: Hers) -> list[Trouble]:
    """What is told of her job, once it has failed."""
    failed = replace(hers.job, status=JobStatus.FAILED)
    with suppress(BatchUnknown):
        ledger.transact(lambda journal: journal.jobs.keep(failed))
    return [one for one in ledger.workload.troubles(EVER, 10_000) if one.batch == hers.job.id]


LEDGER: dict[str, tuple[Ask, object]] = {
    "find": (lambda ledger, hers: ledger.find(hers.number), InvoiceUnknown),
    "metadata": (lambda ledger, hers: ledger.metadata(hers.number), InvoiceUnknown),
    "notes_on": (lambda ledger, hers: ledger.notes_on(hers.number), []),
    "place": (lambda ledger, hers: ledger.place(hers.number), InvoiceUnknown),
    "figures": (lambda ledger, hers: [one for one in ledger.figures.latest(Span(), 99) if one == hers.invoice], []),
    "search": (lambda ledger, hers: ledger.search(InvoiceFilter(number=hers.number)), []),
    "invoices": (lambda ledger, hers: list(ledger.invoices(batch=hers.batch.number)), []),
    "batches": (lambda ledger, hers: [one for one in ledger.batches() if one == hers.batch], []),
    "last": (lambda ledger, hers: ledger.last(HERS.template, "all") >= hers.block.last, False),
    "accounts": (
        lambda ledger, hers: [
            one for one in ledger.accounts() if one.series == HERS.template and one.last >= hers.block.number(1)
        ],
        [],
    ),
    "void_numbers": (lambda ledger, hers: [one for one in ledger.void_numbers() if one == hers.void], []),
    "last_entry": (lambda ledger, hers: (last := ledger.last_entry()) is not None and last.hash == hers.head, False),
    "audit_trail": (lambda ledger, hers: [one for one in ledger.audit_trail() if one.hash == hers.head], []),
    "transact": (is_void_already, False),
    "collisions": (collides, 0),
    "jobs": (lambda ledger, hers: [one for one in ledger.jobs.latest(1000) if one == hers.job], []),
    "workload": (waits, 0),
}
"""By method: what is asked, and what comes back to one whose books do not have it."""
ASKS_NOTHING = {"close"}
ASKED_APART = {"people", "stock", "uploads", "documents"}
"""In `test_guessing_people`, method by method; the trail by pages as well."""

JOURNAL: dict[str, tuple[Ask, object]] = {
    "reserve": (lambda ledger, hers: ledger.transact(lambda journal: numbers_on(journal, hers)), False),
    "reserve_block": (counts_on, False),
    "release": (
        lambda ledger, hers: ledger.transact(lambda journal: journal.release(hers.block, "guessed")),
        BlockLost,
    ),
    "use": (lambda ledger, hers: ledger.transact(lambda journal: uses(journal, hers)), BlockLost),
    "record": (lambda ledger, hers: ledger.transact(lambda journal: records_on(journal, hers)), False),
    "void": (is_void_already, False),
    "finish": (leaves_void, []),
    "reclaim": (
        lambda ledger, hers: of_block(ledger.transact(lambda journal: journal.reclaim(EXPIRY)), hers),
        [],
    ),
    "hold": (lambda ledger, hers: ledger.transact(lambda journal: journal.hold(hers.number)), InvoiceUnknown),
    "audit": (lambda ledger, hers: ledger.transact(lambda journal: chains_on(journal, hers)), False),
    "audit_sparingly": (chains_sparingly, False),
    "jobs": (book(lambda jobs, hers: jobs.hold(hers.job.id)), BatchUnknown),
    "blocks_of": (lambda ledger, hers: ledger.transact(lambda journal: journal.blocks_of("asha")), []),
    "open_batch": (
        lambda ledger, hers: (
            ledger.transact(lambda journal: journal.open_batch("feed", AT, 1)).number > hers.batch.number
        ),
        False,
    ),
    "enter": (lambda ledger, hers: ledger.transact(lambda journal: enters_again(journal, hers)), False),
}

WORKLOAD: dict[str, tuple[Ask, object]] = {
    "waiting": (waits, 0),
    "since": (lambda ledger, hers: ledger.workload.since(EVER).batches - len(others_of(ledger, hers)), 0),
    "troubles": (troubled, []),
}

JOBS: dict[str, tuple[Ask, object]] = {
    "find": (lambda ledger, hers: ledger.jobs.find(hers.job.id), BatchUnknown),
    "commission": (lambda ledger, hers: ledger.jobs.commission(hers.job.id), BatchUnknown),
    "latest": LEDGER["jobs"],
    "page": (lambda ledger, hers: [one for one in ledger.jobs.page(1000) if one == hers.job], []),
    "chunks": (lambda ledger, hers: ledger.jobs.chunks(hers.job.id), []),
    "failures": (lambda ledger, hers: ledger.jobs.failures(hers.job.id), []),
}

BOOK: dict[str, tuple[Ask, object]] = {
    "enter": (book(lambda jobs, hers: refuses(lambda: jobs.enter(hers.job, "{}"))), False),
    "count_open": (counted, 0),
    "hold": JOURNAL["jobs"],
    "keep": (book(keeps), BatchUnknown),
    "cut": (book(lambda jobs, hers: not refuses(lambda: jobs.cut(hers.job.id, [Chunk(1, 3, 4)]))), False),
    "hold_chunk": (book(lambda jobs, hers: has_chunk(jobs, hers, begun=True)), False),
    "keep_chunk": (book(ends_chunk), False),
    "fail": (book(lambda jobs, hers: not refuses(lambda: jobs.fail(hers.job.id, [FAILURE]))), False),
    "forgive": (book(forgives), 0),
    "count_failed": (book(lambda jobs, hers: jobs.count_failed(hers.job.id)), 0),
}


@pytest.mark.parametrize(
    ("books", "asked"),
    [
        (DatabaseLedger, {*LEDGER, *ASKS_NOTHING, *ASKED_APART, "audit_page"}),
        (DatabaseJournal, {*JOURNAL, *ASKED_APART}),
        (DatabaseJobs, {*JOBS}),
        (DatabaseWorkload, {*WORKLOAD}),
        (SessionJobBook, {*BOOK}),
    ],
)
def test_every_method_is_asked(books: type, asked: set[str]) -> None:
    """A method that is added without a question here fails."""
    assert {name for name in dir(books) if not name.startswith("_")} == asked


@pytest.mark.parametrize(
    ("ask", "nothing"),
    [
        pytest.param(*asked, id=f"{whose} {name}")
        for whose, all_of_them in (
            ("ledger", LEDGER),
            ("journal", JOURNAL),
            ("jobs", JOBS),
            ("book", BOOK),
            ("workload", WORKLOAD),
        )
        for name, asked in all_of_them.items()
    ],
)
def test_a_guess_comes_to_nothing_and_the_owner_is_answered(
    neighbours: Neighbours, asha: DatabaseLedger, bina: DatabaseLedger, hers: Hers, ask: Ask, nothing: object
) -> None:
    if isinstance(nothing, type) and issubclass(nothing, BillingError):
        with pytest.raises(nothing):
            ask(bina, hers)
    else:
        assert ask(bina, hers) == nothing
    assert asha.find(hers.number) == hers.invoice
    assert asha.jobs.find(hers.job.id) == hers.job
    assert asha.jobs.chunks(hers.job.id) == [CHUNK]
    assert [replace(one, number="") for one in asha.jobs.failures(hers.job.id)] == [FAILURE]
    assert ask(asha, hers), "the owner's same question is answered"
