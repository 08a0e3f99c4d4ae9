"""All commands under one name."""

from ledgerflow.cli.books import app
from ledgerflow.cli.numbers import app as numbers
from ledgerflow.cli.realism import realism
from ledgerflow.cli.taxes import app as taxes

app.command()(realism)
app.add_typer(numbers, name="numbers")
app.add_typer(taxes, name="tax")

__all__ = ["app"]
