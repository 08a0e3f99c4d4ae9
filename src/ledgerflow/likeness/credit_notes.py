"""M8: are as many sales taken back, for as much, and as late?"""

import numpy as np

from ledgerflow.habits.lines import UNNAMED, Codes, Figures, Lines
from ledgerflow.likeness.sales import Sales
from ledgerflow.likeness.statistics import ks_complement, ratio_similarity, sum_by

_DAY = 86_400


def credit_notes(real: Sales, made: Sales, *, shape: bool) -> dict[str, float]:
    """Shares of documents and of value, amounts, and days from the sale to its return. All 0 without any."""
    ours, theirs = (made.median, real.median) if shape else (1.0, 1.0)
    documents, value = _document_share(made), _value_share(made)
    return {
        "doc_share": ratio_similarity(documents, _document_share(real)) if documents else 0.0,
        "value_share": ratio_similarity(value, _value_share(real)) if value > 0 else 0.0,
        "amount": ks_complement(_amounts(real) / theirs, _amounts(made) / ours),
        "lag": ks_complement(lags(real), lags(made)),
    }


def _document_share(sales: Sales) -> float:
    notes = len(np.unique(sales.credits.inv))
    return notes / (notes + sales.count)


def _value_share(sales: Sales) -> float:
    return float(-sales.credits.total.sum() / sales.total.sum())


def _amounts(sales: Sales) -> Figures:
    note = np.unique(sales.credits.inv, return_inverse=True)[1]
    return -sum_by(note, sales.credits.total)


def lags(sales: Sales) -> Figures:
    """Days from the last sale of the same product to the same customer to each credited line that had one."""
    sold, back = traced(sales)
    days: Figures = (_seconds(back) - _seconds(sold)) / _DAY
    return days


def traced(sales: Sales) -> tuple[Lines, Lines]:
    """The credited lines that had an earlier sale of the same product to the same customer: the last such sale of
    each, and they themselves."""
    sold, back = _named(sales.lines), _named(sales.credits)
    if not len(sold) or not len(back):
        return sold.take(np.empty(0, np.int64)), back.take(np.empty(0, np.int64))
    reach = int(max(sold.prod.max(), back.prod.max())) + 1
    deal = np.concatenate([one.cust * reach + one.prod for one in (sold, back)])
    deal = np.unique(deal, return_inverse=True)[1]
    when = np.concatenate([_seconds(sold), _seconds(back)])
    when -= when.min()
    key = deal * (int(when.max()) + 1) + when
    order = np.argsort(key[: len(sold)], kind="stable")
    before = np.searchsorted(key[: len(sold)][order], key[len(sold) :], side="right") - 1
    last = order[np.maximum(before, 0)]
    found = (before >= 0) & (deal[: len(sold)][last] == deal[len(sold) :])
    return sold.take(last[found]), back.take(found)


def _named(lines: Lines) -> Lines:
    return lines.take(lines.cust != UNNAMED)


def _seconds(lines: Lines) -> Codes:
    return lines.ts.astype("datetime64[s]").astype(np.int64)
