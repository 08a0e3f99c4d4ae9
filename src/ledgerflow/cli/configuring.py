"""`ledgerflow config`: the files of the configuration, checked before anything reads them, and their schemas."""

from pathlib import Path
from typing import Annotated

import typer

from ledgerflow.cli.options import AsJson

app = typer.Typer(help="The files of the configuration.", no_args_is_help=True)


@app.command()
def check(
    folder: Annotated[
        Path | None, typer.Argument(help="The folder; else LEDGERFLOW_CONFIG_DIR.", metavar="[DIR]")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Says everything that is wrong with the files, each with its place; exit status 2 if anything is."""
    from ledgerflow.cli.configured import check_folder

    if not check_folder(folder, as_json=as_json):
        raise typer.Exit(2)


@app.command()
def schema(name: Annotated[str, typer.Argument(help="The file, without .yaml: limits, retention …")]) -> None:
    """Prints the JSON Schema of a file, for an editor that checks while one types."""
    from ledgerflow.cli.configured import show_schema

    show_schema(name)
