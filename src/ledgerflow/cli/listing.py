"""What a ledger holds, and which laws are installed."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ledgerflow.assembly import Application
from ledgerflow.billing.errors import Finding, InputRefused
from ledgerflow.billing.tax import DocumentKind
from ledgerflow.cli.options import chosen, required, sound
from ledgerflow.cli.output import show_json, show_table
from ledgerflow.export.register import kind_words
from ledgerflow.issuing.records import InvoiceFilter
from ledgerflow.store.ledger import DatabaseLedger

_AMOUNT = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,3})?")
_COLUMNS = ("number", "date", "document", "buyer", "currency", "payable")
_FOUND = 50


@dataclass(frozen=True, slots=True)
class Question:
    """What is searched for, as it was typed in."""

    number: str
    buyer: str
    first: date | None
    last: date | None
    currency: str
    least: str
    most: str
    limit: int | None

    def filter(self) -> InvoiceFilter | None:
        """What fits it; None where nothing is asked for. Raises InputRefused with all that is wrong with it."""
        if self == Question("", "", None, None, "", "", "", None):
            return None
        wrong = [
            Finding("amount.malformed", option, f"{text!r} is no amount.", "Write it as in 1234.50.", {"text": text})
            for option, text in (("--least", self.least), ("--most", self.most))
            if text and not _AMOUNT.fullmatch(text)
        ]
        if (self.least or self.most) and not self.currency:
            message = "An amount is in a currency, and none is named."
            wrong.append(Finding("currency.missing", "--currency", message, "Give it as in --currency INR."))
        if self.first and self.last and self.first > self.last:
            message = f"The first day, {self.first}, is after the last, {self.last}."
            wrong.append(Finding("days.reversed", "--from", message, "Exchange them."))
        if wrong:
            raise InputRefused(wrong)
        amounts = (Decimal(text) if text else None for text in (self.least, self.most))
        names = (sound(self.number), sound(self.buyer))
        return InvoiceFilter(*names, self.first, self.last, sound(self.currency).upper(), *amounts)


def list_invoices(database: str, tenant: str, question: Question, *, as_json: bool) -> None:
    """The invoices of one tenant, oldest batch first, or those that a question finds."""
    wanted = question.filter()
    address, whose = chosen(database, tenant)
    with Application().read_ledger(required(address), whose) as ledger:
        rows = _all(ledger) if wanted is None else _found(ledger, wanted, question.limit or _FOUND)
    if as_json:
        show_json([dict(zip(_COLUMNS, row, strict=True)) for row in rows])
    else:
        show_table("", _COLUMNS, rows, right=["payable"])


def _all(ledger: DatabaseLedger) -> list[tuple[str, ...]]:
    return [
        _row(one.number, one.day, one.kind, one.supply.buyer.name, one.supply.currency.code, one.tax.totals.payable)
        for one in ledger.invoices()
    ]


def _found(ledger: DatabaseLedger, wanted: InvoiceFilter, limit: int) -> list[tuple[str, ...]]:
    found = ledger.search(wanted, limit)
    return [_row(one.number, one.day, one.kind, one.buyer, one.currency, one.payable) for one in found]


def _row(number: str, day: date, kind: DocumentKind, buyer: str, currency: str, payable: Decimal) -> tuple[str, ...]:
    return number, str(day), kind_words(kind), buyer, currency, str(payable)


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
