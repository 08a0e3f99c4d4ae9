"""Reclaiming numbers, and accounting for them."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from ledgerflow.assembly import Application
from ledgerflow.cli.options import chosen, in_reserve, required
from ledgerflow.cli.output import complain, show_facts, show_json, show_table
from ledgerflow.issuing.numbers import reclaim_numbers
from ledgerflow.issuing.records import SeriesAccount

_FIGURES = ["issued", "void", "reserved", "missing"]


def reclaim_now(database: str, tenant: str, *, as_json: bool) -> None:
    """Reclaims what is left by now in the books of one tenant, which must be there."""
    address, whose = chosen(database, tenant)
    application = Application(in_reserve())
    with application.read_ledger(required(address), whose) as ledger:
        void = reclaim_numbers(ledger, at=datetime.now(UTC), actor="command line")
    if as_json:
        show_json([asdict(one) for one in void])
    elif not void:
        show_facts({"reclaimed": "nothing was left over"})
    else:
        show_table("", ["number", "reason"], [[one.number, one.reason] for one in void])


def tell_accounts(database: str, tenant: str, *, as_json: bool) -> bool:
    """Shows where the numbers of one tenant went; True if none is missing."""
    address, whose = chosen(database, tenant)
    with Application().read_ledger(required(address), whose) as ledger:
        accounts = ledger.accounts()
    rows = [_row(account) for account in accounts]
    if as_json:
        show_json([row | {"missing_numbers": account.missing} for row, account in zip(rows, accounts, strict=True)])
    else:
        columns = ["series", "period", "first", "last", *_FIGURES]
        show_table("", columns, [[str(cell) for cell in row.values()] for row in rows], right=_FIGURES)
        complain(*_complaints(accounts))
    return not any(account.missing for account in accounts)


def _row(account: SeriesAccount) -> dict[str, Any]:
    return asdict(account) | {"missing": len(account.missing)}


def _complaints(accounts: Sequence[SeriesAccount]) -> list[str]:
    return [
        f"of {account.series} in {account.period} nothing explains {', '.join(account.missing)}"
        for account in accounts
        if account.missing
    ]
