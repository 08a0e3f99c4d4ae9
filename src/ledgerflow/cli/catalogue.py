"""`ledgerflow catalogue`: what is sold, kept with the books; taken in from a sheet, and listed."""

from pathlib import Path
from typing import Annotated

import typer

from ledgerflow.cli.options import AsJson, Database, Tenant

app = typer.Typer(help="The catalogue that is kept with the books.", no_args_is_help=True)


@app.command("import")
def take_in(
    file: Annotated[Path, typer.Argument(help="The sheet: .xlsx, .xls or CSV, up to 5 MB.")],
    replace: Annotated[bool, typer.Option("--replace", help="Remove products that the sheet does not name.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would change.")] = False,
    database: Database = "",
    tenant: Tenant = "",
    as_json: AsJson = False,
) -> None:
    """Takes products in from a sheet, all or none: what is there by SKU, or else by name, changes; the rest is new."""
    from ledgerflow.cli.importing import import_sheet

    import_sheet(file, database, tenant, replacing=replace, trying=dry_run, as_json=as_json)


@app.command("list")
def show(
    search: Annotated[str, typer.Option("--search", help="Letters of the name or the SKU.")] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many at most.")] = 1000,
    database: Database = "",
    tenant: Tenant = "",
    as_json: AsJson = False,
) -> None:
    """The products that are kept, in their order."""
    from ledgerflow.cli.importing import list_products

    list_products(database, tenant, search, limit, as_json=as_json)
