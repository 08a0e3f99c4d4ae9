"""The command line: `ledgerflow`. Reads what the user says, calls one deed, shows what came of it."""

import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the program. A user's mistake ends it with status 2 and words on standard error, never with a traceback.

    Everything is imported here and not above: a spawned worker reads the module that was started, and needs none of it.
    """
    from ledgerflow.billing.errors import BillingError, InputRefused
    from ledgerflow.cli.books import app
    from ledgerflow.cli.output import complain
    from ledgerflow.cli.taxes import app as taxes

    app.add_typer(taxes, name="tax")
    try:
        app(arguments)
    except InputRefused as refused:
        complain(*refused.findings)
        sys.exit(2)
    except BillingError as error:
        complain(str(error))
        sys.exit(2)
