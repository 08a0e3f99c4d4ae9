"""A batch that was ordered, issued in pieces: stopped in the midst of it, whatever became of its numbers meanwhile."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from ledgerflow.billing.errors import InvoiceNumberCollisionException
from ledgerflow.billing.tax import TaxStrategy
from ledgerflow.intake.catalogue_sheet import read_catalogue
from ledgerflow.issuing.batch import generation_id
from ledgerflow.issuing.commission import Commission
from ledgerflow.issuing.commissioning import Bounds, Request, cancel_batch, order_batch
from ledgerflow.issuing.drawing import begin_drawing
from ledgerflow.issuing.entering import Halted, Issuing, Overtaken, begin_run, issue_job
from ledgerflow.issuing.jobs import Job, Stage
from ledgerflow.issuing.numbers import reclaim_numbers
from ledgerflow.issuing.records import Entry
from ledgerflow.simulation.reading import read_config
from ledgerflow.store.ledger import DatabaseLedger

AT = datetime(2026, 11, 1, tzinfo=UTC)
DOOMSDAY = datetime(2999, 1, 1, tzinfo=UTC)
COUNT, FIRST = 1200, 1000
EXAMPLES = Path(__file__).parents[2] / "examples"

pytestmark = pytest.mark.requirement("FR-9.5")


class Stopped(Exception):
    """The process ended here."""


class Batch:
    """A batch of the demonstration's business, ordered and taken up."""

    def __init__(self, ledger: DatabaseLedger) -> None:
        config = read_config((EXAMPLES / "demo.yaml").read_text("utf-8"), "demo.yaml", count=COUNT)
        goods = read_catalogue((EXAMPLES / "catalogue.xlsx").read_bytes()).products
        self.ledger = ledger
        self.commission = Commission(config, goods, ("json",))
        self.laws: dict[str, TaxStrategy] = {
            point.name: point.load() for point in entry_points(group="ledgerflow.tax_strategies")
        }
        request = Request(self.commission, "t" * 32, AT, "test")
        self.id = order_batch(ledger, request, Bounds(5, 10_000)).id
        begin_run(ledger, self.id, 1, AT)

    def issue(self, progress: Callable[[str, int, int], None] = lambda *_: None, run: int = 1) -> Job:
        identity = generation_id(self.commission.config, self.commission.catalogue)
        issuing = Issuing(self.id, run, self.commission, AT, "test")
        return issue_job(issuing, self.laws, self.ledger, identity, drawn=False, progress=progress)

    def issue_some(self) -> None:
        """The first thousand, and then it is over."""

        def stop(stage: str, done: int, _total: int) -> None:
            if stage == "issue" and done == FIRST:
                raise Stopped

        with pytest.raises(Stopped):
            self.issue(stop)

    def numbers(self) -> list[str]:
        return [invoice.number for invoice in self.ledger.invoices(batch=1)]


@pytest.fixture
def batch(ledger: DatabaseLedger) -> Batch:
    return Batch(ledger)


def require_whole(batch: Batch, require_void: int) -> None:
    invoices = list(batch.ledger.invoices(batch=1))
    assert [invoice.position for invoice in invoices] == list(range(COUNT))
    known = {invoice.number for invoice in batch.ledger.invoices()}
    assert all(
        invoice.supply.correction.number in known for invoice in invoices if invoice.supply.correction is not None
    )
    assert [number for account in batch.ledger.accounts() for number in account.missing] == []
    assert sum(account.reserved for account in batch.ledger.accounts()) == 0
    assert len(batch.ledger.void_numbers()) == require_void


def test_one_that_stopped_goes_on_with_the_numbers_that_were_reserved(batch: Batch) -> None:
    batch.issue_some()
    some = batch.numbers()
    assert len(some) == FIRST
    assert sum(account.reserved for account in batch.ledger.accounts()) == COUNT - FIRST
    assert batch.issue().is_issued
    assert batch.numbers()[:FIRST] == some
    require_whole(batch, 0)
    assert batch.issue().is_issued, "once more changes nothing"
    assert begin_run(batch.ledger, batch.id, 1, AT).stage is Stage.ISSUING, "nobody has said that it is over"
    assert [begin_drawing(batch.ledger, batch.id, run) for run in (2, 1, 1)] == [False, True, False], "it is said once"
    assert begin_run(batch.ledger, batch.id, 1, AT).stage is Stage.DRAWING
    require_whole(batch, 0)


def test_one_whose_numbers_were_reclaimed_takes_others_for_what_is_left(batch: Batch) -> None:
    batch.issue_some()
    some = batch.numbers()
    assert len(reclaim_numbers(batch.ledger, at=DOOMSDAY, actor="test")) == COUNT - FIRST
    assert batch.issue().is_issued
    assert batch.numbers()[:FIRST] == some
    require_whole(batch, COUNT - FIRST)


def test_one_whose_number_is_on_another_invoice_takes_others_when_it_is_tried_again(batch: Batch) -> None:
    batch.issue_some()
    last = list(batch.ledger.invoices(batch=1))[-1]
    taken = replace(last, number=_after(batch.numbers(), last.number), position=0)
    batch.ledger.transact(lambda journal: journal.record("other", AT, [Entry(taken, "", 0, {})]))
    with pytest.raises(InvoiceNumberCollisionException):
        batch.issue()
    assert batch.issue().is_issued
    invoices = list(batch.ledger.invoices(batch=1))
    assert [invoice.position for invoice in invoices] == list(range(COUNT))
    assert taken.number not in {invoice.number for invoice in invoices}


def test_a_wish_is_heard_before_the_next_piece(batch: Batch) -> None:
    batch.issue_some()
    cancel_batch(batch.ledger, batch.id, at=AT, actor="test")
    with pytest.raises(Halted):
        batch.issue()
    assert len(batch.numbers()) == FIRST


def test_a_run_that_is_over_does_nothing_more(batch: Batch) -> None:
    with pytest.raises(Overtaken):
        batch.issue(run=2)
    assert batch.numbers() == []


def _after(numbers: list[str], last: str) -> str:
    """The number of its series that comes next and that nobody has."""
    stem = last.rstrip("0123456789")
    width = len(last) - len(stem)
    reached = max(int(number[len(stem) :]) for number in numbers if number.startswith(stem))
    return f"{stem}{reached + 1:0{width}}"
