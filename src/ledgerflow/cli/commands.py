"""All commands under one name."""

from ledgerflow.cli.books import app
from ledgerflow.cli.migrating import app as db
from ledgerflow.cli.realism import realism
from ledgerflow.cli.taxes import app as taxes

app.command()(realism)
app.add_typer(taxes, name="tax")
app.add_typer(db, name="db")

__all__ = ["app"]
