"""What comes back: credit notes, each for lines of a sale that was made before it, by amount, lag and extent."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ledgerflow.habits.days import Days
from ledgerflow.habits.dice import Dice, Draw, Floats, Ints
from ledgerflow.habits.profile import CreditNotes

_DAY = 86_400.0
_CANDIDATES = 3  # times four sale lines that a note chooses from
_NEARBY = 60  # lines on each side of the moment of the sale
_WHOLE_ORDERS = 150  # one note in so many may reverse a whole order
_AT_ONCE = 420.0  # seconds after which a whole order is reversed
_SOONEST = 60.0


@dataclass(frozen=True, eq=False)
class Sold:
    """The sale lines, invoice after invoice: seconds since 1970, quantity, amounts in minor units, known buyer."""

    invoice: Ints
    moment: Floats
    quantity: Floats
    price: Floats
    total: Floats
    named: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Returned:
    """The lines of credit notes: the note, its moment, the sale line it corrects, and how much comes back."""

    note: Ints
    moment: Floats
    sale: Ints
    quantity: Floats


def returns_of(habits: CreditNotes, sold: Sold, count: int, days: Days, step: float, dice: Dice) -> Returned:
    """The credit notes to `count` invoices. Whole orders come back too, so that notes reach their share of value."""
    pool = np.flatnonzero(sold.named) if sold.named.any() else np.arange(len(sold.invoice))
    notes = np.arange(round(count * habits.share / max(1 - habits.share, 0.01)))
    if not len(notes) or not len(pool):
        return Returned(notes[:0], np.empty(0), notes[:0], np.empty(0))
    pool = pool[np.argsort(sold.moment[pool], kind="stable")]
    chances = dice.chances(Draw.CREDIT, notes)
    lines = np.maximum(np.round(habits.lines.at(chances[0])), 1)
    each = habits.amounts.at(chances[1]) / lines
    lag = habits.days.at(chances[2]) * _DAY
    whole = dice.chances(Draw.EXTENT, notes)[0] < habits.whole
    sale = _sales(sold, pool, days, lag, chances, each, whole, dice)
    orders = _whole_orders(habits, sold, np.minimum(each * lines, sold.total[sale]).sum(), len(notes))
    end = (np.datetime64(days.first, "s").astype(np.int64) + len(days) * _DAY) - 1
    moment = sold.moment[sale] + np.maximum(lag, _SOONEST)
    moment = np.where(moment > end, np.minimum(sold.moment[sale] + 2 * _SOONEST, end), moment)
    return _lines(sold, notes, moment, sale, lines.astype(np.int64), each, whole, orders, step)


def _sales(
    sold: Sold, pool: Ints, days: Days, lag: Floats, chances: Floats, each: Floats, whole: NDArray[np.bool_], dice: Dice
) -> Ints:
    """For each note the sale line, of some near the right moment, whose value suits best."""
    times = sold.moment[pool]
    start = np.datetime64(days.first, "s").astype(np.int64)
    when = start + np.interp(chances[3], days.steps, np.arange(len(days) + 1)) * _DAY
    target = when - lag
    target = np.where(target < times[0], times[0] + (when - times[0]) * chances[2], target)
    spot = np.searchsorted(times, target)
    notes = np.arange(len(lag))
    luck = np.vstack([dice.chances(Draw.CANDIDATE, notes, turn) for turn in range(_CANDIDATES)]).T
    near = np.clip(spot[:, None] + ((luck - 0.5) * 2 * _NEARBY).astype(np.int64), 0, len(pool) - 1)
    value = sold.total[pool[near]]
    distance = np.log(value / each[:, None])
    partly = np.where(distance < 0, 3 - distance, distance / 5)
    cost = np.where(whole[:, None], np.abs(distance), partly)
    chosen: Ints = pool[near[notes, cost.argmin(axis=1)]]
    return chosen


def _whole_orders(habits: CreditNotes, sold: Sold, amount: float, notes: int) -> dict[int, int]:
    """Whole invoices that come back, by the note that does it, until notes reach their share of the value."""
    totals = np.bincount(sold.invoice, sold.total)
    known = np.bincount(sold.invoice, sold.named, len(totals)) > 0
    order = np.argsort(np.where(known, totals, -1.0), kind="stable")
    lacking = habits.value * totals.sum() - amount
    last = max(1, notes // _WHOLE_ORDERS)
    chosen: dict[int, int] = {}
    for turn in range(last):
        if lacking <= 0:
            break
        wanted = lacking * (0.5 if turn < last - 1 else 1.0)
        spot = min(int(np.searchsorted(totals[order], wanted)), len(order) - 1)
        while spot > 0 and int(order[spot]) in chosen.values():
            spot -= 1
        chosen[notes - 1 - turn] = int(order[spot])
        lacking -= totals[order[spot]]
    return chosen


def _lines(
    sold: Sold,
    notes: Ints,
    moment: Floats,
    sale: Ints,
    lines: Ints,
    each: Floats,
    whole: NDArray[np.bool_],
    orders: dict[int, int],
    step: float,
) -> Returned:
    """The notes' lines: the chosen line of the sale and those after it, in whole or as much as the amount asks for."""
    first = np.searchsorted(sold.invoice, np.arange(int(sold.invoice[-1]) + 2))
    begin, end = first[sold.invoice[sale]], first[sold.invoice[sale] + 1]
    length = np.minimum(lines, end - begin)
    for note, order in orders.items():
        begin[note], end[note] = first[order], first[order + 1]
        length[note] = end[note] - begin[note]
        sale[note], whole[note] = begin[note], True
        moment[note] = sold.moment[sale[note]] + _AT_ONCE
    of = np.repeat(notes, length)
    turn = np.arange(len(of)) - (np.cumsum(length) - length)[of]
    line = begin[of] + (sale[of] - begin[of] + turn) % (end - begin)[of]
    wanted = np.maximum(np.round(each[of] / sold.price[line] / step), 1) * step
    back = np.where(whole[of], sold.quantity[line], np.minimum(sold.quantity[line], wanted))
    left = _left(line, moment[of], back, sold.quantity[line])
    kept = left > 0
    return Returned(of[kept], moment[of][kept], line[kept], left[kept])


def _left(line: Ints, moment: Floats, back: Floats, sold: Floats) -> Floats:
    """What can still come back of each line, where several notes ask for the same: together no more than was sold."""
    order = np.lexsort((moment, line))
    asked = np.cumsum(back[order])
    begins = np.diff(line[order], prepend=-1) != 0
    before = asked - back[order]
    earlier = before - np.maximum.accumulate(np.where(begins, before, 0.0))
    left = np.empty(len(back))
    left[order] = np.clip(sold[order] - earlier, 0, back[order])
    return left
