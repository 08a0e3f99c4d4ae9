"""Taking what a batch made from the shelf."""

from pathlib import Path

import typer

from ledgerflow.assembly import shelf_address
from ledgerflow.cli.jobs import books
from ledgerflow.cli.options import sound, surroundings
from ledgerflow.cli.output import complain, progress_bar, show_facts, show_json
from ledgerflow.cli.stopping import stop_at_a_step
from ledgerflow.issuing.exporting import export_batch
from ledgerflow.store.shelf import open_shelf


def take(id: str, out: Path, database: str, tenant: str, *, as_json: bool) -> None:
    """Copies the files of a batch into a folder, and tells which they are."""
    settings = surroundings(database, tenant)
    try:
        with books(database, tenant) as ledger, stop_at_a_step() as step, progress_bar(step) as progress:
            shelf = open_shelf(shelf_address(settings.shelf_url, settings.database_url))
            files = export_batch(ledger, shelf, sound(id), out, progress)
    except KeyboardInterrupt:
        complain(f"stopped: {out} is as it was.")
        raise typer.Exit(130) from None
    if as_json:
        show_json({"id": id, "files": [str(path) for path in files]})
    else:
        show_facts({path.name: str(path) for path in files})
