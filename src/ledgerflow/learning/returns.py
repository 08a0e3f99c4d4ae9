"""What comes back: the credit notes among the lines."""

import numpy as np

from ledgerflow.habits.dice import Floats
from ledgerflow.habits.lines import Lines
from ledgerflow.habits.profile import CreditNotes
from ledgerflow.habits.runs import Runs
from ledgerflow.learning.books import Books
from ledgerflow.learning.grouping import THRESHOLD, codes, runs_of

_LINE_RUNS, _RUNS = 12, 40
_DAY = 86_400.0
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
    lag, whole = _traced(books.sales, credits)
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


def _traced(sales: Lines, credits: Lines) -> tuple[Floats, float]:
    """Days from the last sale of the product to the same buyer, for notes that trace to one, and the share of those
    that take back as much as was sold."""
    base = int(max(sales.prod.max(), credits.prod.max(initial=0))) + 1
    sold, back = sales.cust * base + sales.prod, credits.cust * base + credits.prod
    seconds = [lines.ts.astype("datetime64[s]").astype(np.int64) for lines in (sales, credits)]
    order = np.lexsort((seconds[0], sold))
    span = int(max(part.max(initial=0) for part in seconds)) + 1
    keys = codes(np.concatenate([sold, back]))
    known, asked = keys[: len(sold)][order] * span + seconds[0][order], keys[len(sold) :] * span + seconds[1]
    spot = np.searchsorted(known, asked, side="right") - 1
    traced = (spot >= 0) & (credits.cust >= 0)
    traced[traced] = keys[: len(sold)][order][spot[traced]] == keys[len(sold) :][traced]
    lag = (seconds[1][traced] - seconds[0][order][spot[traced]]) / _DAY
    whole = -credits.qty[traced] == sales.qty[order][spot[traced]]
    return lag, float(whole.mean()) if len(whole) else 0.0
