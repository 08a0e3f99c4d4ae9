"""Why a line of an invoice bears its tax: rule, rate, from which day, by which instrument."""

from ledgerflow.billing.invoice import Invoice
from ledgerflow.billing.money import plain
from ledgerflow.export.register import kind_words, place_words, treatment_words


def explained(invoice: Invoice, place: int) -> dict[str, str]:
    """The line at a place, from 0, in words that an auditor follows."""
    line, assessed = invoice.supply.lines[place], invoice.tax.lines[place]
    charge = assessed.charge
    taxes = ", ".join(f"{due.tax} {plain(due.rate)} % = {due.amount}" for due in assessed.dues)
    return {
        "invoice": f"{invoice.number} of {invoice.day}, {kind_words(invoice).lower()}",
        "line": f"{place + 1}: {line.description}",
        "code": line.commodity_code or "none",
        "taxable value": f"{assessed.taxable_value} {invoice.supply.currency.code}",
        "treatment": treatment_words(charge.treatment).lower(),
        "tax": taxes or "none",
        "place of supply": place_words(invoice.tax.place_of_supply),
        "rule": charge.rule,
        "in force from": str(charge.since),
        "by": charge.source,
        "payable by": charge.payable_by.value,
        **({"reason": charge.reason} if charge.reason else {}),
    }
