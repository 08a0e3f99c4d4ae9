"""Why a line bears its tax, and whether worked examples hold."""

from pathlib import Path
from typing import Literal

import typer

from ledgerflow.assembly import Application
from ledgerflow.billing.invoice import Invoice
from ledgerflow.billing.money import plain
from ledgerflow.cli.options import chosen, read_bytes, required, sound
from ledgerflow.cli.output import complain, show_facts, show_json
from ledgerflow.export.register import kind_words, place_words, treatment_words
from ledgerflow.issuing.golden import assess_examples


def explain_line(number: str, line: int, database: str, tenant: str, *, as_json: bool) -> None:
    """Rule, rate, from which day, by which instrument."""
    address, whose = chosen(database, tenant)
    with Application().read_ledger(required(address), whose) as ledger:
        invoice = ledger.find(sound(number))
    if line > len(invoice.supply.lines):
        raise typer.BadParameter(f"{number} has {len(invoice.supply.lines)} line(s).", param_hint="LINE")
    facts = _explanation(invoice, line - 1)
    if as_json:
        show_json(facts)
    else:
        show_facts(facts)


def assess_file(examples: Path, kind: Literal["gst", "vat"], *, check: bool) -> bool:
    """Prints the file assessed, or checks what it expects; false where that differs."""
    computed, differences = assess_examples(read_bytes(examples, "file of examples"), kind, Application().laws)
    if not check:
        show_json(computed)
        return True
    complain(*differences)
    if not differences:
        show_facts({"examples": str(len(computed.get("examples", ()))), "differences": "none"})
    return not differences


def _explanation(invoice: Invoice, place: int) -> dict[str, str]:
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
