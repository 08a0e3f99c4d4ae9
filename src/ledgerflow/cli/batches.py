"""`ledgerflow batch`: batches are ordered, followed, steered and taken; what the user may say of it."""

from pathlib import Path
from typing import Annotated

import typer

from ledgerflow.cli.options import ALL, AsJson, Database, Formats, Tenant

app = typer.Typer(help="Batches that workers make: ordered, followed, taken.", no_args_is_help=True)

FIRST, USUAL, LAST = 1, 5, 9
"""Priorities, as `issuing` has them, which takes long to load."""

Id = Annotated[str, typer.Argument(help="The batch, by the id that `batch create` printed.", metavar="ID")]
Out = Annotated[Path, typer.Option("--out", help="Where the files go.")]
Limit = Annotated[int, typer.Option("--limit", min=1, max=10_000, help="How many are shown.")]


@app.command()
def create(
    config: Annotated[Path, typer.Argument(help="What to simulate, as YAML or JSON.")],
    catalogue: Annotated[Path, typer.Option("--catalogue", help="The products: .xlsx, .xls or .csv.")],
    count: Annotated[int | None, typer.Option("--count", help="Invoices, instead of the configuration's.")] = None,
    seed: Annotated[int | None, typer.Option("--seed", help="Seed, instead of the configuration's.")] = None,
    key: Annotated[
        str, typer.Option("--key", help="A name for this order: given again with the same, it is no second order.")
    ] = "",
    priority: Annotated[
        int, typer.Option("--priority", min=FIRST, max=LAST, help="The least number goes first.")
    ] = USUAL,
    formats: Formats = ALL,
    trace_id: Annotated[
        str, typer.Option("--trace-id", help="32 hex digits, borne by log lines and rows. Default: made here.")
    ] = "",
    database: Database = "",
    tenant: Tenant = "",
    as_json: AsJson = False,
) -> None:
    """Orders a batch and prints its id; a worker makes it. Exit 75 where too many are open: come back later."""
    from ledgerflow.cli.ordering import Asked, order
    from ledgerflow.cli.wishes import Wish

    wish = Wish(config, catalogue, Path(), formats, count, seed, database, tenant)
    order(Asked(wish, key, priority, trace_id), as_json=as_json)


@app.command()
def show(id: Id, database: Database = "", tenant: Tenant = "", as_json: AsJson = False) -> None:
    """Where a batch stands."""
    from ledgerflow.cli.standing import show_job

    show_job(id, database, tenant, as_json=as_json)


@app.command("list")
def list_(limit: Limit = 50, database: Database = "", tenant: Tenant = "", as_json: AsJson = False) -> None:
    """The latest batches, newest first."""
    from ledgerflow.cli.standing import list_jobs

    list_jobs(limit, database, tenant, as_json=as_json)


@app.command()
def failures(
    id: Id, limit: Limit = 1000, database: Database = "", tenant: Tenant = "", as_json: AsJson = False
) -> None:
    """The invoices of a batch that are not in the ledger or lack a file, and why."""
    from ledgerflow.cli.standing import list_failures

    list_failures(id, limit, database, tenant, as_json=as_json)


@app.command()
def watch(
    id: Id,
    timeout: Annotated[
        float | None, typer.Option("--timeout", min=0, metavar="SECONDS", help="Leave after so long; exit 124.")
    ] = None,
    database: Database = "",
    tenant: Tenant = "",
) -> None:
    """Follows a batch until it is over. Exit 0 if it succeeded, 1 if it failed or partly.

    Exit 3 if it was paused or cancelled. In a pipe it prints a line for each tenth. Ctrl-C ends the watching, and the
    batch goes on.
    """
    from ledgerflow.cli.watching import follow

    raise typer.Exit(follow(id, database, tenant, timeout))


@app.command()
def export(id: Id, out: Out, database: Database = "", tenant: Tenant = "", as_json: AsJson = False) -> None:
    """Copies what a batch made into a folder, each file checked against its hash."""
    from ledgerflow.cli.taking import take

    take(id, out, database, tenant, as_json=as_json)


@app.command()
def pause(id: Id, database: Database = "", tenant: Tenant = "", as_json: AsJson = False) -> None:
    """Has a batch stop before its next piece of work, to go on later."""
    from ledgerflow.cli.steering import Deed, steer

    steer(Deed.PAUSE, id, database, tenant, as_json=as_json)


@app.command()
def resume(id: Id, database: Database = "", tenant: Tenant = "", as_json: AsJson = False) -> None:
    """Has a paused batch go on where it stopped."""
    from ledgerflow.cli.steering import Deed, steer

    steer(Deed.RESUME, id, database, tenant, as_json=as_json)


@app.command()
def retry(id: Id, database: Database = "", tenant: Tenant = "", as_json: AsJson = False) -> None:
    """Has what failed of a batch tried again, and nothing else."""
    from ledgerflow.cli.steering import Deed, steer

    steer(Deed.RETRY, id, database, tenant, as_json=as_json)


@app.command()
def cancel(id: Id, database: Database = "", tenant: Tenant = "", as_json: AsJson = False) -> None:
    """Ends a batch for good. Its invoices that are in the ledger stay; its numbers that are not used become void."""
    from ledgerflow.cli.steering import Deed, steer

    steer(Deed.CANCEL, id, database, tenant, as_json=as_json)
