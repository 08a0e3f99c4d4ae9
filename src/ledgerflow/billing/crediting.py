"""What the notes on an invoice have left of it, and the tax of a note that takes it back."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from ledgerflow.billing.errors import BillingError
from ledgerflow.billing.invoice import Invoice
from ledgerflow.billing.money import ZERO
from ledgerflow.billing.settlement import settle
from ledgerflow.billing.supply import Supply, SupplyLine
from ledgerflow.billing.tax import TaxContext, TaxResult, TaxStrategy


class NotesUnfit(BillingError):
    """What is left of {number} cannot be told: {note} {fault}. Agree with the buyer what is still to be credited."""


def left_of(invoice: Invoice, credit_notes: Sequence[Invoice]) -> Supply:
    """The supply of an invoice without what was taken back: quantities, and fixed discounts and charges, line by line.

    Untouched if there are no notes, without lines if nothing is left. Raises NotesUnfit where a note takes back what
    the invoice does not have.
    """
    if not credit_notes:
        return invoice.supply
    sold = invoice.supply
    lines, foot = list(sold.lines), _foot(sold)
    for note in credit_notes:
        back = note.supply
        if _terms(back) != _terms(sold):
            raise NotesUnfit(number=invoice.number, note=note.number, fault="is in another currency or kind of price")
        foot = {name: amount - _foot(back)[name] for name, amount in foot.items()}
        if not all([_take_back(lines, line) for line in back.lines]) or any(amount < 0 for amount in foot.values()):
            raise NotesUnfit(number=invoice.number, note=note.number, fault="takes back what is not on it")
    left = tuple(line for line in lines if line.quantity)
    if not left and any(foot.values()):
        last = credit_notes[-1].number
        raise NotesUnfit(number=invoice.number, note=last, fault="leaves an amount without a line")
    return replace(sold, lines=left, discount=foot["discount"], charge=foot["charge"], prepaid=foot["prepaid"])


def tax_taken_back(law: TaxStrategy, invoice: Invoice, supply: Supply) -> TaxResult:
    """The tax of a credit note for an invoice, whole or in part; the law says what the paper is called and tells.

    A whole invoice is taken back as it was charged, to the last minor unit and even if it was charged wrongly; a part
    at the charges of its lines and with the rounder of the invoice.
    """
    context = TaxContext(supply, invoice.tax.rounder)
    told = law.assess(context)
    if _is_whole(supply, invoice.supply):
        return replace(invoice.tax, document=told.document, legends=told.legends, answers=told.answers)
    charges = {_goods(line): one.charge for line, one in zip(invoice.supply.lines, invoice.tax.lines, strict=True)}
    part = settle(
        context,
        [charges[_goods(line)] for line in supply.lines],
        invoice.tax.rounder,
        document=told.document,
        regime=invoice.tax.regime,
        place_of_supply=invoice.tax.place_of_supply,
        legends=told.legends,
    )
    return replace(part, answers=told.answers)


def _is_whole(supply: Supply, sold: Supply) -> bool:
    return supply.lines == sold.lines and _foot(supply) == _foot(sold)


def _foot(supply: Supply) -> Mapping[str, Decimal]:
    return {"discount": supply.discount, "charge": supply.charge, "prepaid": supply.prepaid}


def _terms(supply: Supply) -> tuple[object, ...]:
    return supply.currency, supply.prices_include_tax, supply.quoted


def _goods(line: SupplyLine) -> SupplyLine:
    """What a line sells and at which price, however much of it."""
    return replace(line, quantity=ZERO, discount_amount=ZERO)


def _take_back(lines: list[SupplyLine], back: SupplyLine) -> bool:
    """Takes the line of a note off those that sell the same; whether they had as much."""
    quantity, discount = back.quantity, back.discount_amount
    for place, line in enumerate(lines):
        if line.quantity * quantity > 0 and _goods(line) == _goods(back):
            part, off = min(line.quantity, quantity, key=abs), min(line.discount_amount, discount)
            lines[place] = replace(line, quantity=line.quantity - part, discount_amount=line.discount_amount - off)
            quantity, discount = quantity - part, discount - off
    return not quantity and not discount
