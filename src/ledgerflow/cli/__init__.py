"""The command line: `ledgerflow`. Reads what the user says, calls one deed, shows what came of it."""

import sys

import click

from ledgerflow.billing.errors import BillingError, InputRefused
from ledgerflow.cli.books import app as books
from ledgerflow.cli.output import complain
from ledgerflow.cli.taxes import app as taxes

books.add_typer(taxes, name="tax")


def main() -> None:
    """Runs the program. A user's mistake ends it with status 2 and words on standard error, never with a traceback."""
    try:
        status = books(standalone_mode=False)
    except click.ClickException as wrong:
        wrong.show()
        status = wrong.exit_code
    except click.exceptions.Abort:
        complain("Stopped.")
        status = 130
    except InputRefused as refused:
        complain(*refused.findings)
        status = 2
    except BillingError as error:
        complain(str(error))
        status = 2
    sys.exit(status if isinstance(status, int) else 0)


__all__ = ["main"]
