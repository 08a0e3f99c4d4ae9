"""How a buyer pays: how often late, and on which days; and the plan of days by which one invoice is paid.

Shares are measured where a survey says so (Atradius Payment Practices Barometer 2025: 63 % of B2B sales on credit are
overdue in India, 58 % in the Emirates); the shapes of delays are estimates.
"""

from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from math import log

from numpy.random import Generator

from ledgerflow.billing.invoice import Invoice
from ledgerflow.billing.party import Party
from ledgerflow.simulation.payment_habits import PaymentHabits
from ledgerflow.simulation.streams import Stream, dice_for

MSE_TERM = 45  # days: MSMED Act 2006, s.15; Income-tax Act 1961, s.43B(h)
LONGEST_DELAY = 180  # days after the due day; what is still unpaid then is written off
_LATE_IN_INDIA, _LATE_ELSEWHERE = 0.63, 0.58
_STEADINESS = 4.0  # weight of the mean in a buyer's own share of late payments: Beta(4p, 4(1-p))
_ON_THE_DAY = 0.4  # of the invoices paid in time
_EARLY = (1.2, 4.0)  # gamma: shape, and scale in days
_DELAY = (log(18), 0.9)  # lognormal: median 18 days
_REST = (2.0, 10.0)  # gamma: days from the first part to the second
_PART_OF_A_LOSS = 0.3  # of the invoices written off, those paid in part before
_FRIDAY, _THURSDAY = 4, 3
_FRIDAY_RESTS = frozenset({"SA", "BH", "KW", "OM", "QA", "EG", "JO", "IQ"})

RunDay = Callable[[date], bool]


@dataclass(frozen=True, slots=True)
class Payer:
    """A buyer's habits: the chance that an invoice is paid late, and the days of its payment runs, if it has any."""

    lateness: float
    runs_on: RunDay | None


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a plan: on a day a `percent` of what is owed is paid, or all of it; or all of it is given up."""

    day: date
    percent: int | None = None
    given_up: bool = False


def payer_of(buyer: Party, habits: PaymentHabits, seed: int) -> Payer:
    """The habits of a buyer: they follow from who it is, whatever it buys."""
    dice = dice_for(seed, Stream.PAYER, _key(*_identity(buyer)))
    mean = habits.late_share
    if mean is None:
        mean = _LATE_IN_INDIA if buyer.place.country == "IN" else _LATE_ELSEWHERE
    lateness = dice.beta(_STEADINESS * mean, _STEADINESS * (1 - mean)) if 0 < mean < 1 else mean
    runs, weekly = dice.random(2).tolist()
    if runs >= habits.run_share:
        return Payer(lateness, None)
    pay_day = _THURSDAY if buyer.place.country in _FRIDAY_RESTS else _FRIDAY
    return Payer(lateness, (lambda day: day.weekday() == pay_day) if weekly < 0.5 else _is_fixed_day)


def due_day(invoice: Invoice, habits: PaymentHabits) -> date:
    """The last day of the terms, or of those of the law where it is stricter."""
    supply = invoice.supply
    protected = habits.small_supplier and supply.seller.place.country == supply.buyer.place.country == "IN"
    days = min(supply.due_days, MSE_TERM) if protected and supply.buyer.is_business else supply.due_days
    return invoice.day + timedelta(days=days)


def plan_of(invoice: Invoice, payer: Payer, habits: PaymentHabits, seed: int) -> tuple[list[Step], int]:
    """The steps by which an invoice on credit is paid, in time; and how many days the seller takes to give back."""
    dice = dice_for(seed, Stream.PAYMENT, _invoice_key(invoice))
    late, on_the_day, in_parts, lost, part, wait = dice.random(6).tolist()
    due, wait_days = due_day(invoice, habits), int(wait * 15)
    is_late = late < payer.lateness
    day = _late(dice, due, payer) if is_late else _in_time(dice, invoice.day, due, payer, on_the_day < _ON_THE_DAY)
    percent = 30 + int(part * 51)
    if is_late and lost < habits.write_off_share:
        end = Step(due + timedelta(days=LONGEST_DELAY + 1 + wait_days), given_up=True)
        return ([Step(day, percent), end] if in_parts < _PART_OF_A_LOSS else [end]), wait_days
    if in_parts < habits.part_share:
        rest = day + timedelta(days=1 + round(dice.gamma(*_REST)))
        return [Step(day, percent), Step(_next_run(rest, payer))], wait_days
    return [Step(day)], wait_days


def _late(dice: Generator, due: date, payer: Payer) -> date:
    delay = min(max(1, round(dice.lognormal(*_DELAY))), LONGEST_DELAY)
    latest = due + timedelta(days=LONGEST_DELAY)
    day = _next_run(due + timedelta(days=delay), payer)
    return day if day <= latest else _last_run(latest, payer, due + timedelta(days=1)) or latest


def _in_time(dice: Generator, issued: date, due: date, payer: Payer, on_the_day: bool) -> date:
    early = 0 if on_the_day else round(dice.gamma(*_EARLY))
    day = max(issued, due - timedelta(days=early))
    return _last_run(day, payer, issued) or day


def _next_run(day: date, payer: Payer) -> date:
    while payer.runs_on and not payer.runs_on(day):
        day += timedelta(days=1)
    return day


def _last_run(day: date, payer: Payer, earliest: date) -> date | None:
    """The last day of a run up to a day; none if there is none from the earliest on."""
    while payer.runs_on and not payer.runs_on(day):
        day -= timedelta(days=1)
    return day if day >= earliest else None


def _is_fixed_day(day: date) -> bool:
    return day.day in (7, 15, monthrange(day.year, day.month)[1])


def _identity(party: Party) -> tuple[str, ...]:
    return party.name, party.tax_number, party.place.country, party.place.region, party.place.street


def _invoice_key(invoice: Invoice) -> int:
    """An invoice by what it is, not by its number or place: these shift with whatever else is sold."""
    supply = invoice.supply
    facts = supply.tax_point.isoformat(), f"{invoice.tax.totals.payable:f}", supply.lines[0].sku
    return _key(*_identity(supply.seller), *_identity(supply.buyer), *facts)


def _key(*facts: str) -> int:
    """An entity's index in 48 bits."""
    return int.from_bytes(sha256("\x1f".join(facts).encode()).digest()[:6], "big")
