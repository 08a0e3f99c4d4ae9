"""What comes back: the credit notes among the lines."""

import numpy as np

from ledgerflow.habits.profile import CreditNotes
from ledgerflow.habits.runs import Runs
from ledgerflow.learning.books import Books
from ledgerflow.learning.grouping import THRESHOLD, codes, runs_of
from ledgerflow.likeness.credit_notes import lags, traced
from ledgerflow.likeness.sales import gather

_LINE_RUNS, _RUNS = 12, 40
_SOON = 0.001


def returns_of(books: Books) -> CreditNotes | None:
    """The habits of credit notes, or none where too few are there to learn from."""
    credits = books.credits
    note = codes(credits.inv)
    notes = int(note.max(initial=-1)) + 1
    if notes < THRESHOLD:
        return None
    amount = -np.bincount(note, np.round(credits.total * 10.0**books.decimals))
    lines = np.bincount(note).astype(np.float64)
    sales = gather(books.sales.with_more(credits))
    sold, back = traced(sales)
    lag = lags(sales)
    whole = float((-back.qty == sold.qty).mean()) if len(back) else 0.0
    each = np.arange(notes)
    counts = runs_of(lines, each, _LINE_RUNS)
    amounts = runs_of(np.maximum(amount, 1), each, _RUNS)
    days = runs_of(np.maximum(lag, _SOON), np.arange(len(lag)), _RUNS) or Runs.of([(1.0, 30.0, 1.0)])
    if counts is None or amounts is None:
        return None
    return CreditNotes(
        share=float(f"{notes / (notes + len(books.counts)):.4g}"),
        value=float(f"{-credits.total.sum() / books.sales.total.sum():.3g}"),
        whole=float(f"{whole:.3g}"),
        lines=counts,
        amounts=amounts,
        days=days,
    )
