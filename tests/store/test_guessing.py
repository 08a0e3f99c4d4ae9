"""Bina guesses what Asha's books call their invoices, batches and blocks, and asks for it by every method there is."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from tests.store.neighbours import AT, LATER, Neighbours

from ledgerflow.billing.errors import BillingError, BlockLost, InvoiceNumberCollisionException, InvoiceUnknown
from ledgerflow.billing.invoice import Invoice
from ledgerflow.billing.numbering import NumberSeries
from ledgerflow.billing.tax import TaxStrategy
from ledgerflow.issuing.batch import issue_batch
from ledgerflow.issuing.ports import Batch, Block, Entry, InvoiceFilter, Journal, VoidNumber
from ledgerflow.simulation.config import SimulationConfig
from ledgerflow.simulation.simulate import Sale
from ledgerflow.store.journal import DatabaseJournal
from ledgerflow.store.ledger import DatabaseLedger

pytestmark = pytest.mark.requirement("FR-7.1")
HERS = NumberSeries("HERS/{n:06}")
EXPIRY = AT + timedelta(hours=1)


@dataclass(frozen=True)
class Hers:
    """What Asha has just entered, and Bina has not: an invoice with a note on it, a block, and a void number."""

    invoice: Invoice
    batch: Batch
    block: Block
    void: VoidNumber
    head: str

    @property
    def number(self) -> str:
        return self.invoice.number


Ask = Callable[[DatabaseLedger, Hers], object]


@pytest.fixture(scope="module")
def asha(neighbours: Neighbours) -> Iterator[DatabaseLedger]:
    with neighbours.books("asha") as ledger:
        yield ledger


@pytest.fixture(scope="module")
def bina(neighbours: Neighbours) -> Iterator[DatabaseLedger]:
    with neighbours.books("bina") as ledger:
        yield ledger


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
    return Hers(invoice, batch, block, void, list(asha.audit_trail())[-1].hash)


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


def chains_on(journal: Journal, hers: Hers) -> bool:
    return journal.audit(AT, "somebody", "look", {}).previous == hers.head


LEDGER: dict[str, tuple[Ask, object]] = {
    "find": (lambda ledger, hers: ledger.find(hers.number), InvoiceUnknown),
    "metadata": (lambda ledger, hers: ledger.metadata(hers.number), InvoiceUnknown),
    "notes_on": (lambda ledger, hers: ledger.notes_on(hers.number), []),
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
    "audit_trail": (lambda ledger, hers: [one for one in ledger.audit_trail() if one.hash == hers.head], []),
    "transact": (is_void_already, False),
    "collisions": (collides, 0),
}
"""By method: what is asked, and what comes back to one whose books do not have it."""
ASKS_NOTHING = {"close"}

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
}


@pytest.mark.parametrize(
    ("books", "asked"), [(DatabaseLedger, {*LEDGER, *ASKS_NOTHING}), (DatabaseJournal, {*JOURNAL})]
)
def test_every_method_is_asked(books: type, asked: set[str]) -> None:
    """A method that is added without a question here fails."""
    assert {name for name in dir(books) if not name.startswith("_")} == asked


@pytest.mark.parametrize(
    ("ask", "nothing"),
    [
        pytest.param(*asked, id=f"{whose} {name}")
        for whose, all_of_them in (("ledger", LEDGER), ("journal", JOURNAL))
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
    assert ask(asha, hers), "the owner's same question is answered"
