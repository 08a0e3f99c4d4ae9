"""The command `doctor`."""

import typer

from ledgerflow.cli.options import AsJson, Database


def doctor(database: Database = "", as_json: AsJson = False) -> None:
    """Looks at each part of the installation, and says what to do about each fault; exit status 1 if there is one.

    Nothing is changed; a file is laid on the shelf and taken away again.
    """
    from ledgerflow.cli.doctoring import examine

    if not examine(database, as_json=as_json):
        raise typer.Exit(1)
