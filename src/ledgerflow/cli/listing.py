"""What a ledger holds, and which laws are installed."""

from ledgerflow.assembly import Application
from ledgerflow.cli.options import chosen, required
from ledgerflow.cli.output import show_json, show_table
from ledgerflow.export.register import kind_words


def list_invoices(database: str, tenant: str, *, as_json: bool) -> None:
    """The invoices of one tenant, oldest batch first."""
    address, whose = chosen(database, tenant)
    with Application().read_ledger(required(address), whose) as ledger:
        rows = [
            {
                "number": invoice.number,
                "date": str(invoice.day),
                "document": kind_words(invoice),
                "buyer": invoice.supply.buyer.name,
                "currency": invoice.supply.currency.code,
                "payable": str(invoice.tax.totals.payable),
            }
            for invoice in ledger.invoices()
        ]
    if as_json:
        show_json(rows)
    else:
        columns = ["number", "date", "document", "buyer", "currency", "payable"]
        show_table("", columns, [list(row.values()) for row in rows], right=["payable"])


def list_strategies(*, as_json: bool) -> None:
    """The installed tax laws."""
    laws = [
        {
            "code": code,
            "title": law.title,
            "country": law.jurisdiction.country,
            "currency": law.jurisdiction.currency_code,
        }
        for code, law in sorted(Application().laws.items())
    ]
    if as_json:
        show_json(laws)
    else:
        show_table("", ["code", "title", "country", "currency"], [list(law.values()) for law in laws])
