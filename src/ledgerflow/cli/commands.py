"""All commands under one name."""

from ledgerflow.cli.auditing import app as auditing
from ledgerflow.cli.batches import app as batches
from ledgerflow.cli.books import app
from ledgerflow.cli.cancel import cancel
from ledgerflow.cli.catalogue import app as catalogue
from ledgerflow.cli.configuring import app as configuring
from ledgerflow.cli.doctor import doctor
from ledgerflow.cli.migrating import app as db
from ledgerflow.cli.numbers import app as numbers
from ledgerflow.cli.realism import realism
from ledgerflow.cli.serving import serve
from ledgerflow.cli.taxes import app as taxes
from ledgerflow.cli.tenants import app as tenants
from ledgerflow.cli.tenants import keys, operators
from ledgerflow.cli.worker import worker

app.command()(worker)
app.command()(serve)
app.command()(doctor)
app.command()(realism)
app.add_typer(batches, name="batch")
app.add_typer(catalogue, name="catalogue")
app.add_typer(numbers, name="numbers")
app.command()(cancel)
app.add_typer(taxes, name="tax")
app.add_typer(auditing, name="audit")
app.add_typer(tenants, name="tenants")
app.add_typer(operators, name="operators")
app.add_typer(keys, name="keys")
app.add_typer(db, name="db")
app.add_typer(configuring, name="config")

__all__ = ["app"]
