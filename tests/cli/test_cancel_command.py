"""`ledgerflow cancel`: what a clerk says, and what he is told."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from tests.cli.conftest import Run

from ledgerflow.billing.tax import TaxStrategy
from ledgerflow.issuing.batch import issue_batch
from ledgerflow.simulation.config import SimulationConfig
from ledgerflow.simulation.simulate import Sale
from ledgerflow.store.database import open_engine
from ledgerflow.store.opening import open_ledger

AT = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture
def books(
    url: str,
    laws: dict[str, TaxStrategy],
    make_config: Callable[..., SimulationConfig],
    make_sales: Callable[..., list[Sale]],
) -> str:
    """The address of a ledger with three invoices: 12.35, 24.70 and 37.05 rupees."""
    with open_ledger(url) as ledger:
        issue_batch(make_config(), make_sales(3), laws, ledger, "0123456789abcdef", at=AT, actor="Asha")
    return url


def test_the_clerk_is_shown_the_note(run: Run, books: str) -> None:
    outcome = run("cancel", "INV/2026/000003", "--reason", "Sent twice", "--date", "2026-06-30", "--database", books)
    assert (outcome.status, outcome.err) == (0, "")
    assert [line.split(maxsplit=2) for line in outcome.out.splitlines()] == [
        ["credit", "note", "CRN/2026/000001"],
        ["cancels", "INV/2026/000003"],
        ["date", "2026-06-30"],
        ["exempt", "value", "INR 37.05"],
        ["grand", "total", "INR 37.05"],
    ]


def test_a_program_is_told_in_json(run: Run, books: str) -> None:
    outcome = run("cancel", "INV/2026/000002", "--reason", "Sent twice", "--database", books, "--json")
    told = json.loads(outcome.out)
    assert (told["number"], told["corrects"]) == ("CRN/2026/000001", "INV/2026/000002")
    assert (told["currency"], told["totals"]["grand_total"], told["totals"]["taxes"]) == ("INR", "24.70", {})
    with open_ledger(books) as ledger:
        (note,) = ledger.notes_on("INV/2026/000002")
        assert (note.number, note.day.isoformat()) == (told["number"], told["date"])
        assert ledger.batches()[-1].issued_at.date() - note.day in (timedelta(-1), timedelta(0), timedelta(1)), "today"


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        (["INV/2026/000009", "--reason", "Sent twice"], "There is no invoice INV/2026/000009"),
        (["\udcff", "--reason", "Sent twice"], "There is no invoice ?"),
        (["INV/2026/000001", "--reason", " "], "[reason.malformed]"),
        (["INV/2026/000001", "--reason", "Sent twice", "--date", "2026-01-31"], "Give 2026-05-01 or a later day"),
        (["INV/2026/000001", "--reason", "Sent twice", "--series", "X{n:04}"], "Leave the series out"),
    ],
)
def test_a_mistake_is_told_with_what_to_do(run: Run, books: str, said: list[str], answer: str) -> None:
    outcome = run("cancel", *said, "--database", books)
    assert (outcome.status, outcome.out) == (2, "")
    assert answer in outcome.err
    assert "Traceback" not in outcome.err
    with open_ledger(books) as ledger:
        assert len(ledger.batches()) == 1


def test_a_second_cancellation_is_told_of_the_first(run: Run, books: str) -> None:
    words = ("cancel", "INV/2026/000001", "--reason", "Sent twice", "--date", "2026-06-30", "--database", books)
    assert run(*words).status == 0
    outcome = run(*words)
    assert outcome.status == 2
    assert "credited in full already, by CRN/2026/000001" in outcome.err


def test_another_tenant_finds_nothing_to_cancel(run: Run, books: str) -> None:
    open_ledger(books, "other").close()
    outcome = run("cancel", "INV/2026/000001", "--reason", "Sent twice", "--database", books, "--tenant", "other")
    assert outcome.status == 2
    assert "There is no invoice INV/2026/000001" in outcome.err


def test_where_there_are_no_books_none_are_made(run: Run, url: str) -> None:
    outcome = run("cancel", "INV/2026/000001", "--reason", "Sent twice", "--database", url)
    assert outcome.status == 2
    assert "There is no ledger at" in outcome.err


def test_a_day_that_is_none_is_told_in_the_words_of_the_trade(run: Run, books: str) -> None:
    for day in ("31/12/2026", "2026-02-30"):
        outcome = run("cancel", "INV/2026/000001", "--reason", "Sent twice", "--date", day, "--database", books)
        assert outcome.status == 2
        told = " ".join(outcome.err.replace("│", " ").split())
        assert f"Invalid value for '--date': '{day}' is no day. Write it as in 2026-04-01." in told


def test_an_invoice_that_was_spoilt_is_named_without_a_traceback(run: Run, books: str) -> None:
    engine = open_engine(books, as_owner=True)
    with engine.begin() as vandal:
        on = " ON invoices" if vandal.dialect.name == "postgresql" else ""
        vandal.execute(text(f"DROP TRIGGER invoices_refuses_update{on}"))
        vandal.execute(text("UPDATE invoices SET document = 'nonsense' WHERE number = 'INV/2026/000002'"))
    engine.dispose()
    for words in (
        ["invoices"],
        ["tax", "explain", "INV/2026/000002"],
        ["cancel", "INV/2026/000002", "--reason", "Sent twice"],
    ):
        outcome = run(*words, "--database", books)
        assert (outcome.status, outcome.out) == (2, "")
        assert outcome.err.startswith("error: What the ledger holds of INV/2026/000002 cannot be read")
        assert outcome.err.count("\n") == 1
