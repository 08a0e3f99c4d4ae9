"""The command line: `ledgerflow`. Reads what the user says, calls one deed, shows what came of it."""

import gc
import io
import sys
from collections.abc import Sequence

_SELDOM = 100_000  # objects between two collections: loading makes many objects and no garbage


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the program. A user's mistake ends it with status 2 and words on standard error, never with a traceback.

    Everything is imported here and not above: a spawned worker reads the module that was started, and needs none of it.
    """
    gc.set_threshold(_SELDOM)
    _open_streams()
    try:
        _run(arguments)
    except KeyboardInterrupt:  # before there was a command that could hear it
        sys.exit(130)
    finally:
        gc.freeze()  # what is left goes with the process; nobody need look through it


def _run(arguments: Sequence[str] | None) -> None:
    from ledgerflow.billing.errors import BillingError, InputRefused
    from ledgerflow.cli.commands import app
    from ledgerflow.cli.options import without_password
    from ledgerflow.cli.output import complain

    try:
        app(arguments)
    except InputRefused as refused:
        complain(*refused.findings)
        sys.exit(2)
    except BillingError as error:
        complain(without_password(str(error)))
        sys.exit(2)
    except OSError as error:
        complain(f"{error.filename or 'the output'}: {error.strerror or error}. Choose another place, or make room.")
        sys.exit(2)


def _open_streams() -> None:
    """Whoever closed an output wants to hear nothing; a letter that the terminal has not is written by its number."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, io.StringIO())
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
