"""The tables of a batch for programs: invoices, lines, buyers and payments, their columns, and their rows one by one.

The columns are the same for every batch, whatever its taxes, so that tables of many batches can be read as one. A
credit note stands with a minus, as in the register. docs/tables.md describes every column.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import astuple, dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from ledgerflow.billing.invoice import Invoice
from ledgerflow.billing.money import ZERO
from ledgerflow.billing.party import Party
from ledgerflow.billing.payment import Payment, PaymentKind
from ledgerflow.export.labels import NAMES, LabelRow
from ledgerflow.export.register import sign

Tax = tuple[str, Decimal | None, Decimal]
Value = str | int | bool | Decimal | date | datetime | None | list[Tax]
Row = tuple[Value, ...]

TABLES = "parquet"  # what people ask for where they choose formats


class Kind(StrEnum):
    """What a column holds. An amount is in major units of the row's currency, with three decimals; a number (quantity,
    price, rate) has six; taxes are a list of tax, rate in per cent and amount."""

    TEXT = "text"
    WHOLE = "whole"
    DAY = "day"
    MOMENT = "moment"
    AMOUNT = "amount"
    NUMBER = "number"
    TAXES = "taxes"


@dataclass(frozen=True, slots=True)
class Columns:
    """The name of a table, and the kind of each of its columns."""

    title: str
    kinds: Mapping[str, Kind]


_AMOUNTS_OF_AN_INVOICE = (
    *("taxable_value", "exempt_value", "discount", "tax", "reverse_charge", "total", "round_off", "grand_total"),
    *("prepaid", "payable"),
)

INVOICES = Columns(
    "invoices",
    {
        **dict.fromkeys(("number", "series", "document"), Kind.TEXT),
        "position": Kind.WHOLE,
        "day": Kind.DAY,
        "moment": Kind.MOMENT,
        **dict.fromkeys(("corrects", "reason", "strategy", "regime", "seller", "seller_tax_number"), Kind.TEXT),
        **dict.fromkeys(("seller_country", "seller_region", "buyer_id", "buyer", "buyer_tax_number"), Kind.TEXT),
        **dict.fromkeys(("supply_country", "supply_region", "currency"), Kind.TEXT),
        **dict.fromkeys(_AMOUNTS_OF_AN_INVOICE, Kind.AMOUNT),
        "taxes": Kind.TAXES,
        "terms": Kind.TEXT,
        "due": Kind.DAY,
        "generation_id": Kind.TEXT,
    },
)
LINES = Columns(
    "lines",
    {
        "number": Kind.TEXT,
        "line": Kind.WHOLE,
        **dict.fromkeys(("sku", "description", "commodity_code", "unit"), Kind.TEXT),
        "quantity": Kind.NUMBER,
        "price_currency": Kind.TEXT,
        "unit_price": Kind.NUMBER,
        "discount_percent": Kind.NUMBER,
        "currency": Kind.TEXT,
        **dict.fromkeys(("gross", "discount", "surcharge", "taxable_value"), Kind.AMOUNT),
        "treatment": Kind.TEXT,
        "rate": Kind.NUMBER,
        "taxes": Kind.TAXES,
        "total": Kind.AMOUNT,
    },
)
BUYERS = Columns(
    "buyers",
    dict.fromkeys(
        (
            *("buyer_id", "name", "name_local", "registration", "tax_number", "country", "region", "region_name"),
            *("city", "street", "postal_code", "phone", "email"),
        ),
        Kind.TEXT,
    ),
)
PAYMENTS = Columns(
    "payments",
    {"number": Kind.TEXT, "day": Kind.DAY, "kind": Kind.TEXT, "currency": Kind.TEXT, "amount": Kind.AMOUNT},
)
LABELS = Columns("labels", dict.fromkeys(NAMES, Kind.TEXT))


class BuyerBook:
    """Gives each buyer an identity, in the order in which it is first met; a walk-in customer has none."""

    def __init__(self) -> None:
        self._known: dict[object, str] = {}

    def identity(self, buyer: Party) -> str | None:
        """`B00000001`, the same for the same name, address and tax number."""
        if not buyer.name:
            return None
        return self._known.setdefault(
            (buyer.name, buyer.tax_number, buyer.place, buyer.phone), f"B{len(self._known) + 1:08}"
        )


def invoice_rows(invoices: Iterable[Invoice]) -> Iterator[Row]:
    """One row an invoice."""
    book = BuyerBook()
    return (_invoice_row(invoice, book.identity(invoice.supply.buyer)) for invoice in invoices)


def line_rows(invoices: Iterable[Invoice]) -> Iterator[Row]:
    """One row a line."""
    for invoice in invoices:
        supply, factor = invoice.supply, sign(invoice)
        prices_in = supply.quoted.currency if supply.quoted else supply.currency
        for place, (sold, line) in enumerate(zip(supply.lines, invoice.tax.lines, strict=True), 1):
            amounts = (line.gross, line.discount, line.surcharge, line.taxable_value)
            yield (
                *(invoice.number, place, sold.sku, sold.description, sold.commodity_code, sold.unit),
                *(sold.quantity * factor, prices_in.code, sold.unit_price, sold.discount_percent),
                *(supply.currency.code, *(amount * factor for amount in amounts), line.charge.treatment.value),
                sum((levy.rate for levy in line.charge.levies), ZERO),
                [(due.tax, due.rate, due.amount * factor) for due in line.dues],
                line.total * factor,
            )


def buyer_rows(invoices: Iterable[Invoice]) -> Iterator[Row]:
    """One row a buyer who left a name."""
    book, last = BuyerBook(), ""
    for invoice in invoices:
        buyer = invoice.supply.buyer
        identity = book.identity(buyer)
        if identity and identity > last:
            last = identity
            place = buyer.place
            yield (
                *(identity, buyer.name, buyer.name_local, buyer.registration.value, buyer.tax_number),
                *(place.country, place.region, place.region_name, place.city, place.street, place.postal_code),
                *(buyer.phone, buyer.email),
            )


def payment_rows(payments: Iterable[Payment]) -> Iterator[Row]:
    """One row an entry; a refund stands with a minus."""
    for one in payments:
        amount = -one.amount if one.kind is PaymentKind.REFUND else one.amount
        yield one.number, one.day, one.kind.value, one.currency.code, amount


def label_rows(labels: Iterable[LabelRow]) -> Iterator[Row]:
    """One row a label."""
    return map(astuple, labels)


def _invoice_row(invoice: Invoice, buyer_id: str | None) -> Row:
    supply, foot, factor = invoice.supply, invoice.tax.totals, sign(invoice)
    seller, buyer, place, note = supply.seller, supply.buyer, invoice.tax.place_of_supply, supply.correction
    return (
        *(invoice.number, invoice.series, invoice.kind.value, invoice.position, invoice.day, supply.tax_point),
        *((note.number, note.reason) if note else (None, None)),
        *(invoice.strategy, invoice.tax.regime, seller.name, seller.tax_number, seller.place.country),
        *(seller.place.region, buyer_id, buyer.name, buyer.tax_number, place.country, place.region),
        supply.currency.code,
        *(getattr(foot, name) * factor for name in _AMOUNTS_OF_AN_INVOICE),
        [(tax, None, amount * factor) for tax, amount in foot.taxes.items()],
        *(supply.payment_terms, invoice.day + timedelta(days=supply.due_days), invoice.generation_id),
    )
