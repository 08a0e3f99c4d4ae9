"""`ledgerflow cancel`: an invoice is answered by a credit note; what the user may say of it."""

from datetime import date
from typing import Annotated

import typer

from ledgerflow.cli.options import AsJson, Database, Tenant, day_option

Number = Annotated[str, typer.Argument(help="The invoice's number.", metavar="NUMBER")]
Reason = Annotated[str, typer.Option("--reason", help="Why; the credit note prints it.")]
Day = Annotated[date | None, day_option("--date", "Day of the credit note. Default: today.")]
Series = Annotated[
    str, typer.Option("--series", help="Series of the credit note where the books do not say it: CRN/{fy}/{n:06}.")
]
LeaveDebitNotes = Annotated[
    bool, typer.Option("--leave-debit-notes", help="Cancel the invoice although a debit note on it stays due.")
]


def cancel(
    number: Number,
    reason: Reason,
    day: Day = None,
    series: Series = "",
    leave_debit_notes: LeaveDebitNotes = False,
    database: Database = "",
    tenant: Tenant = "",
    as_json: AsJson = False,
) -> None:
    """Cancels an invoice: a credit note takes back what is left of it, and the invoice itself stays as it is."""
    from ledgerflow.cli.cancelling import Wish, credit

    wish = Wish(number, reason, day, series, leave_debit_notes)
    credit(wish, database, tenant, as_json=as_json)
