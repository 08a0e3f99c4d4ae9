"""Invoices of earlier books, read and judged: whatever cannot be carried over is told before anything is changed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from sqlalchemy import Connection, RowMapping, text

from ledgerflow.billing.errors import BillingError
from ledgerflow.store.migrations.earlier import AFTERTHOUGHTS

AMOUNTS = ("subtotal", "tax", "total")
_FACTS = ("id", "config_id", "invoice_number", "invoice_date", "customer_name", "currency", *AMOUNTS)
_COLUMNS = ", ".join(["tenant_id", *_FACTS, *AFTERTHOUGHTS]).replace(
    "invoice_date", "CAST(invoice_date AS TEXT) AS invoice_date"
)
_LARGEST = Decimal(10) ** 14  # major units; minor units are counted in 64 bits
_DECIMALS = {"BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3, "JPY": 0, "KRW": 0, "VND": 0}
_CODES = """
AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF
CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD
HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD
MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN
PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY
TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
"""
_CURRENCIES = frozenset(_CODES.split())


class OldBooksUnreadable(BillingError):
    """{count} invoice(s) of the earlier books cannot be carried over. The first is the one with the id {id} of the
    tenant {tenant}: {reason}. Nothing was changed. Mend them in the earlier books, then try again."""


@dataclass(frozen=True, slots=True)
class OldInvoice:
    """An invoice as it is recorded. `facts` are all its columns but the tenant, as they are; `known` those of 0003."""

    tenant: str
    day: date
    facts: Mapping[str, Any]
    known: Mapping[str, Any]

    @property
    def number(self) -> str:
        return str(self.facts["invoice_number"])

    @property
    def decimals(self) -> int:
        return _DECIMALS.get(self.facts["currency"], 2)

    def minor(self, amount: str) -> int:
        """An amount in minor units, half up, from the shortest digits that mean the float."""
        exact = _exact(self.facts[amount]).scaleb(self.decimals)
        return int(exact.quantize(Decimal(1), ROUND_HALF_UP))

    def rounded(self) -> Mapping[str, tuple[str, str]]:
        """Amounts that were more exact than their currency is: as they were recorded, and as they are carried over."""
        amounts = {
            name: (_exact(self.facts[name]), Decimal(self.minor(name)).scaleb(-self.decimals)) for name in AMOUNTS
        }
        return {name: (f"{was:f}", f"{now:f}") for name, (was, now) in amounts.items() if was != now}


def old_invoices(books: Connection, table: str) -> Iterator[OldInvoice]:
    """All invoices, by tenant, day and id."""
    for row in _rows(books, table, "ORDER BY tenant_id, invoice_date, id"):
        yield OldInvoice(
            tenant=row["tenant_id"],
            day=date.fromisoformat(row["invoice_date"]),
            facts={name: row[name] for name in _FACTS},
            known={name: row[name] for name in AFTERTHOUGHTS},
        )


def require_readable(books: Connection, table: str) -> None:
    """Raises OldBooksUnreadable where an invoice cannot be carried over."""
    faults = [(row, reason) for row in _rows(books, table, "ORDER BY id") if (reason := _fault(row))]
    if faults:
        row, reason = faults[0]
        raise OldBooksUnreadable(count=len(faults), id=row["id"], tenant=row["tenant_id"], reason=reason)


def _rows(books: Connection, table: str, order: str) -> Iterator[RowMapping]:
    wanted = text(f"SELECT {_COLUMNS} FROM {table} {order}")
    yield from books.execute(wanted, execution_options={"yield_per": 1000}).mappings()


def _fault(row: RowMapping) -> str:
    empty = [name for name in ("invoice_number", "invoice_date", "customer_name", *AMOUNTS) if row[name] is None]
    if empty:
        return f"its {empty[0]} is empty"
    if row["currency"] not in _CURRENCIES:
        return f"{row['currency']!r} is no currency of ISO 4217"
    for name in AMOUNTS:
        if not (amount := _exact(row[name])).is_finite() or abs(amount) >= _LARGEST:
            return f"its {name} is {row[name]}"
    try:
        sound = date.fromisoformat(row["invoice_date"]).isoformat() == row["invoice_date"]
    except ValueError:
        sound = False
    return "" if sound else f"{row['invoice_date']!r} is no date such as 2026-01-31"


def _exact(recorded: object) -> Decimal:
    """The shortest digits that mean the float; no number where SQLite holds something else."""
    try:
        return Decimal(repr(recorded))
    except InvalidOperation:
        return Decimal("NaN")
