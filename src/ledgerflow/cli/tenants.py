"""`ledgerflow tenants`, `operators` and `keys`: who comes in, before anybody can say so over HTTP."""

from typing import Annotated

import typer

from ledgerflow.cli.options import AsJson, Database

app = typer.Typer(help="Tenants, and the first owner of each.", no_args_is_help=True)
operators = typer.Typer(help="Who looks after the installation.", no_args_is_help=True)
keys = typer.Typer(help="The keys that sign access tokens.", no_args_is_help=True)

Email = Annotated[str, typer.Option("--email", help="The address by which they sign in.")]


@app.command("create")
def create_tenant(
    name: Annotated[str, typer.Argument(help="Up to 63 small letters, digits and hyphens.")],
    email: Email,
    database: Database = "",
    as_json: AsJson = False,
) -> None:
    """Enters a tenant with its first owner, and prints the link by which a password is set, once. The same again prints
    another link, for an owner who lost the first, or the password."""
    from ledgerflow.cli.newcomers import create_tenant

    create_tenant(name, email, database, as_json=as_json)


@app.command("list")
def list_tenants(database: Database = "", as_json: AsJson = False) -> None:
    """Every tenant, and how many of its users can sign in."""
    from ledgerflow.cli.newcomers import list_tenants

    list_tenants(database, as_json=as_json)


@operators.command("create")
def create_operator(email: Email, database: Database = "", as_json: AsJson = False) -> None:
    """Enters an operator, and prints the link by which a password is set, once. They see no tenant's books."""
    from ledgerflow.cli.newcomers import create_operator

    create_operator(email, database, as_json=as_json)


@operators.callback()
def _operators() -> None:
    """Who looks after the installation."""


@keys.command("rotate")
def rotate_keys(database: Database = "", as_json: AsJson = False) -> None:
    """Has a new key sign access tokens. What older ones signed stays good until it expires: nobody is signed out."""
    from ledgerflow.cli.newcomers import rotate

    rotate(database, as_json=as_json)


@keys.callback()
def _keys() -> None:
    """The keys that sign access tokens."""
