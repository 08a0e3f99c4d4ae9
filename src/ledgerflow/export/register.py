"""The register of a batch: its invoices, their lines and the totals as tables, before any file is thought of.

A credit note stands with a minus here, so that columns add up; on the document itself its amounts are positive.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from ledgerflow.billing.invoice import Invoice
from ledgerflow.billing.money import ZERO, Currency
from ledgerflow.billing.party import Place
from ledgerflow.billing.tax import AssessedLine, DocumentKind, TaxDue, Treatment

Cell = str | int | Decimal | date | None


class CellKind(StrEnum):
    """How a column reads: text, a day, an amount in the row's currency, or a plain number."""

    TEXT = "text"
    DAY = "day"
    AMOUNT = "amount"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Column:
    """A heading and the kind of what stands under it."""

    title: str
    kind: CellKind = CellKind.TEXT


@dataclass(frozen=True, slots=True)
class Table:
    """Columns and rows. One column is called Currency: a row's amounts are in it."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class CurrencyTotals:
    """All documents in one currency together, credit notes subtracted. `taxes` holds every tax shown,
    `reverse_charge` the part of it that buyers owe."""

    currency: Currency
    documents: int
    taxable_value: Decimal
    exempt_value: Decimal
    taxes: Mapping[str, Decimal]
    reverse_charge: Decimal
    round_off: Decimal
    grand_total: Decimal
    payable: Decimal


def sign(invoice: Invoice) -> int:
    """-1 for a credit note, which takes back; 1 for all else."""
    return -1 if invoice.kind is DocumentKind.CREDIT_NOTE else 1


def tax_names(invoices: Iterable[Invoice]) -> tuple[str, ...]:
    """The taxes of a batch, in the order in which they first appear."""
    return tuple(dict.fromkeys(tax for invoice in invoices for tax in invoice.tax.totals.taxes))


def totals(invoices: Iterable[Invoice]) -> tuple[CurrencyTotals, ...]:
    """One row a currency, in the order in which they first appear."""
    by_currency: dict[str, list[Invoice]] = {}
    for invoice in invoices:
        by_currency.setdefault(invoice.supply.currency.code, []).append(invoice)
    return tuple(_totals_of(members) for members in by_currency.values())


def register(invoices: Sequence[Invoice]) -> Table:
    """One row an invoice."""
    taxes = tax_names(invoices)
    columns = (
        *_text("Simulated", "Number"),
        Column("Date", CellKind.DAY),
        *_text("Document", "Corrects", "Regime", "Seller", "Seller tax number", "Buyer", "Buyer tax number"),
        *_text("Place of supply", "Currency"),
        *_amounts("Taxable value", "Exempt value", *taxes, "Reverse charge", "Total", "Round off", "Grand total"),
        *_amounts("Prepaid", "Payable"),
    )
    return Table("Register", columns, tuple(_register_row(invoice, taxes) for invoice in invoices))


def register_lines(invoices: Sequence[Invoice]) -> Table:
    """One row a line."""
    taxes = tax_names(invoices)
    columns = (
        *_text("Simulated", "Number"),
        Column("Date", CellKind.DAY),
        Column("Line", CellKind.NUMBER),
        *_text("SKU", "Description", "HSN or SAC"),
        Column("Quantity", CellKind.NUMBER),
        *_text("Unit", "Price currency"),
        Column("Unit price", CellKind.NUMBER),
        *_text("Currency"),
        *_amounts("Gross", "Discount", "Surcharge", "Taxable value"),
        *_text("Treatment"),
        Column("Rate %", CellKind.NUMBER),
        *_amounts(*taxes, "Total"),
    )
    return Table("Lines", columns, tuple(row for invoice in invoices for row in _line_rows(invoice, taxes)))


def register_totals(invoices: Sequence[Invoice]) -> Table:
    """The totals of each currency, one figure a row."""
    columns = (
        *_text("Simulated", "Currency", "Figure"),
        Column("Documents", CellKind.NUMBER),
        *_amounts("Amount"),
    )
    rows = [
        ("yes", row.currency.code, figure, row.documents, amount)
        for row in totals(invoices)
        for figure, amount in _figures(row)
    ]
    return Table("Totals", columns, tuple(rows))


def place_words(place: Place) -> str:
    """`29 Karnataka`, or the country where the law knows no regions."""
    return " ".join(part for part in (place.region, place.region_name) if part) or place.country


def kind_words(document: Invoice | DocumentKind) -> str:
    """`Tax invoice`, `Credit note`."""
    return _words(document if isinstance(document, DocumentKind) else document.kind)


def treatment_words(treatment: Treatment) -> str:
    """`Taxed`, `Zero rated`, `Reverse charge`."""
    return _words(treatment)


def _words(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _text(*titles: str) -> tuple[Column, ...]:
    return tuple(Column(title) for title in titles)


def _amounts(*titles: str) -> tuple[Column, ...]:
    return tuple(Column(title, CellKind.AMOUNT) for title in titles)


def _register_row(invoice: Invoice, taxes: Sequence[str]) -> tuple[Cell, ...]:
    supply, foot = invoice.supply, invoice.tax.totals
    amounts = (
        *(foot.taxable_value, foot.exempt_value),
        *(foot.taxes.get(tax) for tax in taxes),
        *(foot.reverse_charge, foot.total, foot.round_off, foot.grand_total, foot.prepaid, foot.payable),
    )
    return (
        *("yes", invoice.number, invoice.day, kind_words(invoice)),
        *(supply.correction.number if supply.correction else "", invoice.tax.regime),
        *(supply.seller.name, supply.seller.tax_number, supply.buyer.name, supply.buyer.tax_number),
        *(place_words(invoice.tax.place_of_supply), supply.currency.code),
        *(_signed(invoice, amount) for amount in amounts),
    )


def _line_rows(invoice: Invoice, taxes: Sequence[str]) -> Iterator[tuple[Cell, ...]]:
    supply = invoice.supply
    prices_in = supply.quoted.currency if supply.quoted else supply.currency
    for place, (sold, line) in enumerate(zip(supply.lines, invoice.tax.lines, strict=True), 1):
        quantity = -sold.quantity if sign(invoice) < 0 else sold.quantity
        dues = _by_tax(line.dues)
        amounts = (line.gross, line.discount, line.surcharge, line.taxable_value)
        yield (
            *("yes", invoice.number, invoice.day, place, sold.sku, sold.description, sold.commodity_code),
            *(quantity, sold.unit, prices_in.code, sold.unit_price, supply.currency.code),
            *(_signed(invoice, amount) for amount in amounts),
            *(treatment_words(line.charge.treatment), _whole_rate(line)),
            *(_signed(invoice, dues.get(tax)) for tax in taxes),
            _signed(invoice, line.total),
        )


def _whole_rate(line: AssessedLine) -> Decimal:
    return sum((levy.rate for levy in line.charge.levies), ZERO)


def _by_tax(dues: Iterable[TaxDue]) -> dict[str, Decimal]:
    amounts: dict[str, Decimal] = {}
    for due in dues:
        amounts[due.tax] = amounts.get(due.tax, ZERO) + due.amount
    return amounts


def _signed(invoice: Invoice, amount: Decimal | None) -> Decimal | None:
    if amount is None:
        return None
    rounded = invoice.supply.currency.round(amount)
    return -rounded if sign(invoice) < 0 else rounded  # unary: zero keeps no minus


def _figures(row: CurrencyTotals) -> Iterator[tuple[str, Decimal]]:
    yield "Taxable value", row.taxable_value
    yield "Exempt value", row.exempt_value
    yield from row.taxes.items()
    yield "Reverse charge", row.reverse_charge
    yield "Round off", row.round_off
    yield "Grand total", row.grand_total
    yield "Payable", row.payable


def _totals_of(invoices: Sequence[Invoice]) -> CurrencyTotals:
    money = invoices[0].supply.currency
    signs = [sign(invoice) for invoice in invoices]
    feet = [invoice.tax.totals for invoice in invoices]

    def added(amounts: Iterable[Decimal]) -> Decimal:
        return sum((amount * factor for amount, factor in zip(amounts, signs, strict=True)), money.round(ZERO))

    return CurrencyTotals(
        currency=money,
        documents=len(invoices),
        taxable_value=added(foot.taxable_value for foot in feet),
        exempt_value=added(foot.exempt_value for foot in feet),
        taxes={tax: added(foot.taxes.get(tax, ZERO) for foot in feet) for tax in tax_names(invoices)},
        reverse_charge=added(foot.reverse_charge for foot in feet),
        round_off=added(foot.round_off for foot in feet),
        grand_total=added(foot.grand_total for foot in feet),
        payable=added(foot.payable for foot in feet),
    )
