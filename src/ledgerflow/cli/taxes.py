"""`ledgerflow tax`: which laws there are, why a line bears its tax, and worked examples assessed."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from ledgerflow.cli.options import AsJson, Database, Tenant

app = typer.Typer(help="Tax laws, explanations and worked examples.", no_args_is_help=True)


@app.command("list")
def list_laws(as_json: AsJson = False) -> None:
    """The installed tax strategies."""
    from ledgerflow.cli.listing import list_strategies

    list_strategies(as_json=as_json)


@app.command()
def explain(
    number: Annotated[str, typer.Argument(help="The invoice's number.")],
    line: Annotated[int, typer.Argument(help="The line, from 1.", min=1)] = 1,
    database: Database = "",
    tenant: Tenant = "",
    as_json: AsJson = False,
) -> None:
    """Why one line of one invoice bears its tax: rule, rate, from which day, by which instrument."""
    from ledgerflow.cli.explaining import explain_line

    explain_line(number, line, database, tenant, as_json=as_json)


@app.command()
def assess(
    examples: Annotated[Path, typer.Argument(help="A file of worked examples.")],
    kind: Annotated[Literal["gst", "vat"], typer.Option(help="Which form the examples have.")],
    check: Annotated[
        bool, typer.Option("--check", help="Compare with what is expected; exit 1 if any differs.")
    ] = False,
) -> None:
    """Assesses worked examples: the same file out, its answers and expected figures as the law has them."""
    from ledgerflow.cli.explaining import assess_file

    if not assess_file(examples, kind, check=check):
        raise typer.Exit(1)
