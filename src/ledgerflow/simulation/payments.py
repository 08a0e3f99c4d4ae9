"""Payments: what the buyers pay for the invoices of the books, when, and what is never paid.

An invoice without days of credit is paid at once. A credit note lowers what is owed, and what was paid too much by then
is given back. Payments go on after the last day of the books: who wants the open items of a day counts those up to it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from ledgerflow.billing.invoice import Invoice
from ledgerflow.billing.money import HUNDRED, ZERO, Currency, round_to_step
from ledgerflow.billing.payment import Payment, PaymentKind
from ledgerflow.billing.supply import NoteKind
from ledgerflow.simulation.config import RealismProfile, SimulationConfig
from ledgerflow.simulation.payers import Payer, Step, payer_of, plan_of


def are_simulated(config: SimulationConfig) -> bool:
    """Whether payments belong to the books of a configuration."""
    said = config.payments.simulate
    return config.realism_profile is RealismProfile.ADVANCED if said is None else said


def payments_of(invoices: Sequence[Invoice], config: SimulationConfig) -> Iterator[Payment]:
    """All entries, invoice by invoice in their order, those of one invoice in time.

    For each invoice, payments less refunds plus what is written off are what is payable less its credit notes, or zero
    where these come to more. Depends on invoices, seed and habits alone.
    """
    credits = _credits(invoices)
    payers: dict[tuple[object, ...], Payer] = {}
    for invoice in invoices:
        supply = invoice.supply
        if _is_credit(invoice) or invoice.tax.totals.payable <= 0:
            continue
        if supply.due_days <= 0:
            steps, wait = [Step(invoice.day)], 0
        else:
            whose = supply.buyer.name, supply.buyer.tax_number, supply.buyer.place
            if whose not in payers:
                payers[whose] = payer_of(supply.buyer, config.payments, config.seed)
            steps, wait = plan_of(invoice, payers[whose], config.payments, config.seed)
        yield from _entries(invoice, steps, credits.get(invoice.number, ()), wait)


def _is_credit(invoice: Invoice) -> bool:
    note = invoice.supply.correction
    return note is not None and note.kind is NoteKind.CREDIT


def _credits(invoices: Sequence[Invoice]) -> Mapping[str, Sequence[tuple[date, Decimal]]]:
    """Day and amount of the credit notes by the number of the invoice that they correct."""
    found: dict[str, list[tuple[date, Decimal]]] = {}
    for invoice in invoices:
        note = invoice.supply.correction
        if note and _is_credit(invoice):
            found.setdefault(note.number, []).append((invoice.day, invoice.tax.totals.payable))
    return found


@dataclass(slots=True)
class _Account:
    """What is owed on one invoice and what has been paid on it."""

    invoice: Invoice
    owed: Decimal
    paid: Decimal = ZERO
    entries: list[Payment] = field(default_factory=list)

    def take(self, step: Step) -> None:
        amount = self.owed if step.percent is None else _part(self.owed, step.percent, self.invoice.supply.currency)
        self.owed -= amount
        if step.given_up:
            self._enter(step.day, PaymentKind.WRITE_OFF, amount)
        else:
            self.paid += amount
            self._enter(step.day, PaymentKind.PAYMENT, amount)

    def credit(self, day: date, amount: Decimal) -> None:
        self.owed -= amount
        if self.owed < 0:
            back = min(-self.owed, self.paid)
            self.owed = ZERO
            self.paid -= back
            self._enter(day, PaymentKind.REFUND, back)

    def _enter(self, day: date, kind: PaymentKind, amount: Decimal) -> None:
        if amount > 0:
            money = self.invoice.supply.currency
            self.entries.append(Payment(self.invoice.number, day, kind, money.round(amount), money))


def _entries(
    invoice: Invoice, steps: Sequence[Step], credits: Sequence[tuple[date, Decimal]], wait: int
) -> list[Payment]:
    """Credits and steps in time, a credit before the step of its day. Nothing is given up before the last credit."""
    account = _Account(invoice, invoice.tax.totals.payable)
    last_credit = max((day for day, _ in credits), default=date.min)
    waiting = sorted(credits)
    for step in steps:
        until = max(step.day, last_credit) if step.given_up else step.day
        while waiting and waiting[0][0] <= until:
            account.credit(*_given_back(waiting.pop(0), wait))
        account.take(Step(until, step.percent, step.given_up))
    for credit in waiting:
        account.credit(*_given_back(credit, wait))
    return sorted(account.entries, key=lambda entry: entry.day)


def _given_back(credit: tuple[date, Decimal], wait: int) -> tuple[date, Decimal]:
    return credit[0] + timedelta(days=wait), credit[1]


def _part(owed: Decimal, percent: int, money: Currency) -> Decimal:
    """About so many per cent, in two figures as people name a part; less than the whole."""
    exact = owed * percent / HUNDRED
    rough = money.round(round_to_step(exact, Decimal(1).scaleb(owed.adjusted() - 1))) if owed > 0 else ZERO
    return rough if 0 < rough < owed else min(money.round(exact), owed)
