"""Why a line bears its tax, and whether worked examples hold."""

from pathlib import Path
from typing import Literal

import typer

from ledgerflow.assembly import Application
from ledgerflow.cli.options import chosen, read_bytes, required, sound
from ledgerflow.cli.output import complain, show_facts, show_json
from ledgerflow.issuing.explaining import explained
from ledgerflow.issuing.golden import assess_examples


def explain_line(number: str, line: int, database: str, tenant: str, *, as_json: bool) -> None:
    """Rule, rate, from which day, by which instrument."""
    address, whose = chosen(database, tenant)
    with Application().read_ledger(required(address), whose) as ledger:
        invoice = ledger.find(sound(number))
    if line > len(invoice.supply.lines):
        raise typer.BadParameter(f"{number} has {len(invoice.supply.lines)} line(s).", param_hint="LINE")
    facts = explained(invoice, line - 1)
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
