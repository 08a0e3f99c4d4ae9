"""Cancelling an invoice as the user said, and showing the credit note that answers it."""

from dataclasses import asdict, dataclass
from datetime import date, datetime

from ledgerflow.assembly import Application
from ledgerflow.billing.invoice import Invoice
from ledgerflow.cli.options import chosen, in_reserve, required, sound
from ledgerflow.cli.output import show_facts, show_json
from ledgerflow.issuing.cancellation import cancel_invoice
from ledgerflow.rendering.figures import grouped


@dataclass(frozen=True, slots=True)
class Wish:
    """The words of the command; empty where the user said nothing."""

    number: str
    reason: str
    day: date | None = None
    series: str = ""
    leave_debit_notes: bool = False


def credit(wish: Wish, database: str, tenant: str, *, as_json: bool) -> None:
    """Cancels the invoice and tells what its credit note is called and takes back."""
    application = Application(in_reserve())
    address, whose = chosen(database, tenant)
    with application.read_ledger(required(address), whose) as ledger:
        note = cancel_invoice(
            ledger,
            sound(wish.number),
            application.laws,
            at=datetime.now().astimezone(),
            reason=wish.reason,
            actor="command line",
            day=wish.day,
            series=wish.series,
            leave_debit_notes=wish.leave_debit_notes,
        )
    if as_json:
        show_json(_facts(note, wish.number))
    else:
        _show(note, wish.number)


def _show(note: Invoice, corrects: str) -> None:
    totals, money = note.tax.totals, note.supply.currency
    figures = {"taxable value": totals.taxable_value, "exempt value": totals.exempt_value, **totals.taxes}
    figures |= {"round off": totals.round_off}
    amounts = {name: amount for name, amount in figures.items() if amount} | {"grand total": totals.grand_total}
    width = max(len(grouped(amount, money)) for amount in amounts.values())
    shown = {name: f"{money.code} {grouped(amount, money):>{width}}" for name, amount in amounts.items()}
    show_facts({"credit note": note.number, "cancels": corrects, "date": note.day.isoformat(), **shown})


def _facts(note: Invoice, corrects: str) -> dict[str, object]:
    figures = {name: value for name, value in asdict(note.tax.totals).items() if value is not None}
    facts = {"number": note.number, "corrects": corrects, "date": note.day.isoformat()}
    return {**facts, "currency": note.supply.currency.code, "totals": figures}
