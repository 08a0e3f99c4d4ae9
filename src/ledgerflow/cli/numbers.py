"""`ledgerflow numbers`: what was left of numbers is reclaimed, and where each number went is told."""

import typer

from ledgerflow.cli.options import AsJson, Database, Tenant

app = typer.Typer(help="Numbers left over, and where each went.", no_args_is_help=True)


@app.command()
def reclaim(database: Database = "", tenant: Tenant = "", as_json: AsJson = False) -> None:
    """Records void what expired blocks, rollbacks and crashes left of the numbers, each with its reason."""
    from ledgerflow.cli.accounting import reclaim_now

    reclaim_now(database, tenant, as_json=as_json)


@app.command()
def audit(database: Database = "", tenant: Tenant = "", as_json: AsJson = False) -> None:
    """Where the numbers of each series went: issued, void, reserved; exit 1 and their names if any are missing."""
    from ledgerflow.cli.accounting import tell_accounts

    if not tell_accounts(database, tenant, as_json=as_json):
        raise typer.Exit(1)
