"""`ledgerflow tax`: which laws there are, why a line bears its tax, and worked examples assessed."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from ledgerflow.assembly import Application
from ledgerflow.billing.invoice import Invoice
from ledgerflow.cli.options import AsJson, Database, Tenant, chosen, read_bytes, required
from ledgerflow.cli.output import complain, show_facts, show_json, show_table
from ledgerflow.issuing.golden import assess_examples

app = typer.Typer(help="Tax laws, explanations and worked examples.", no_args_is_help=True)


@app.command("list")
def list_laws(as_json: AsJson = False) -> None:
    """The installed tax strategies."""
    laws = [
        {
            "code": code,
            "title": law.title,
            "country": law.jurisdiction.country,
            "currency": law.jurisdiction.currency_code,
        }
        for code, law in sorted(Application().laws.items())
    ]
    if as_json:
        show_json(laws)
    else:
        show_table("", ["code", "title", "country", "currency"], [list(law.values()) for law in laws])


@app.command()
def explain(
    number: Annotated[str, typer.Argument(help="The invoice's number.")],
    line: Annotated[int, typer.Argument(help="The line, from 1.", min=1)] = 1,
    database: Database = "",
    tenant: Tenant = "",
    as_json: AsJson = False,
) -> None:
    """Why one line of one invoice bears its tax: rule, rate, from which day, by which instrument."""
    address, whose = chosen(database, tenant)
    with Application().open_ledger(required(address), whose) as ledger:
        invoice = ledger.find(number)
    if line > len(invoice.supply.lines):
        raise typer.BadParameter(f"{number} has {len(invoice.supply.lines)} line(s).", param_hint="LINE")
    facts = _explanation(invoice, line - 1)
    if as_json:
        show_json(facts)
    else:
        show_facts(facts)


@app.command()
def assess(
    examples: Annotated[Path, typer.Argument(help="A file of worked examples.")],
    kind: Annotated[Literal["gst", "vat"], typer.Option(help="Which form the examples have.")],
    check: Annotated[
        bool, typer.Option("--check", help="Compare with what is expected; exit 1 if any differs.")
    ] = False,
) -> None:
    """Assesses worked examples: the same file out, its answers and expected figures as the law has them."""
    computed, differences = assess_examples(read_bytes(examples, "file of examples"), kind, Application().laws)
    if not check:
        show_json(computed)
        return
    complain(*differences)
    if differences:
        raise typer.Exit(1)
    show_facts({"examples": str(len(computed["examples"])), "differences": "none"})


def _explanation(invoice: Invoice, place: int) -> dict[str, str]:
    line, assessed = invoice.supply.lines[place], invoice.tax.lines[place]
    charge = assessed.charge
    taxes = ", ".join(f"{due.tax} {due.rate.normalize():f} % = {due.amount}" for due in assessed.dues)
    return {
        "invoice": f"{invoice.number} of {invoice.day}, {invoice.kind.value.replace('_', ' ')}",
        "line": f"{place + 1}: {line.description}",
        "code": line.commodity_code or "none",
        "taxable value": f"{assessed.taxable_value} {invoice.supply.currency.code}",
        "treatment": charge.treatment.value.replace("_", " "),
        "tax": taxes or "none",
        "place of supply": invoice.tax.place_of_supply.region_name or invoice.tax.place_of_supply.country,
        "rule": charge.rule,
        "in force from": str(charge.since),
        "by": charge.source,
        "payable by": charge.payable_by.value,
        **({"reason": charge.reason} if charge.reason else {}),
    }
