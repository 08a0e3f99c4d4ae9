"""The tax plug-in contract: a TaxStrategy is given a TaxContext and answers with a TaxResult, all Decimal.

A strategy says which charges the law lays on each line and picks a rounder; it never multiplies or rounds. That is
`settlement.settle`, so that the arithmetic of every country is one piece of code with one set of laws.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from ledgerflow.billing.money import ZERO
from ledgerflow.billing.numbering import NumberingRule
from ledgerflow.billing.party import Jurisdiction, Party, Place
from ledgerflow.billing.supply import Supply

if TYPE_CHECKING:  # numpy is slow to load, and those who only draw pages never throw dice
    from numpy.random import Generator


class Treatment(StrEnum):
    """Why a line bears the tax it bears. Zero-rated, exempt, out of scope and reverse charge all print 0 and differ."""

    TAXED = "taxed"
    ZERO_RATED = "zero_rated"
    REVERSE_CHARGE = "reverse_charge"
    EXEMPT = "exempt"
    OUT_OF_SCOPE = "out_of_scope"
    COMPOSITION = "composition"
    UNTAXED = "untaxed"

    @property
    def is_taxable(self) -> bool:
        """Whether the line's value is a taxable value (a taxable supply, be it at 0 %) or an exempt one."""
        return self in _TAXABLE


_TAXABLE = frozenset({Treatment.TAXED, Treatment.ZERO_RATED, Treatment.REVERSE_CHARGE})


class PayableBy(StrEnum):
    """Who owes the tax to the state."""

    SELLER = "seller"
    BUYER = "buyer"


class Rounder(StrEnum):
    """Where the law rounds. Each is worked out in `rounding`.

    COMPONENT: each tax of each line on the line's taxable value; with prices that include tax the taxable value is
    rounded first and a residual remains (India). LINE: each line's tax (UAE, VATP006). DOCUMENT: once a document and
    rate, the lines' shares by largest remainder (EN 16931; KSA). DOCUMENT_FROM_NET: as DOCUMENT, on line nets rounded
    out of inclusive prices; a residual remains (ZATCA's BT-114 pattern). COMPONENT_WHOLE: as COMPONENT, in whole units
    of the currency.
    """

    COMPONENT = "component"
    COMPONENT_WHOLE = "component_whole"
    LINE = "line"
    DOCUMENT = "document"
    DOCUMENT_FROM_NET = "document_from_net"


class DocumentKind(StrEnum):
    """What the law calls the paper."""

    TAX_INVOICE = "tax_invoice"
    SIMPLIFIED_TAX_INVOICE = "simplified_tax_invoice"
    BILL_OF_SUPPLY = "bill_of_supply"
    INVOICE_CUM_BILL_OF_SUPPLY = "invoice_cum_bill_of_supply"
    EXPORT_INVOICE = "export_invoice"
    CREDIT_NOTE = "credit_note"
    DEBIT_NOTE = "debit_note"
    CASH_MEMO = "cash_memo"


@dataclass(frozen=True, slots=True)
class Levy:
    """One tax at one rate: `CGST` at 9 per cent; `per_unit` is an amount for each unit of quantity besides."""

    tax: str
    rate: Decimal
    per_unit: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Charge:
    """What the law says of one line: the levies, why, since when and by which instrument.

    `code` is the category that structured invoices print (S, Z, E, O, AE in EN 16931). `waived` keeps the rate and
    charges nothing (a supply under letter of undertaking). `reason` is the statement printed where no tax is charged.
    """

    treatment: Treatment
    levies: tuple[Levy, ...]
    code: str
    rule: str
    since: date
    source: str
    payable_by: PayableBy = PayableBy.SELLER
    waived: bool = False
    reason: str = ""

    @property
    def rate(self) -> Decimal:
        """The whole ad-valorem rate in per cent, without a cess."""
        return sum((levy.rate for levy in self.levies if levy.tax != CESS), ZERO)


CESS = "CESS"


@dataclass(frozen=True, slots=True)
class TaxDue:
    """One tax of one line, as an amount."""

    tax: str
    rate: Decimal
    amount: Decimal
    payable_by: PayableBy = PayableBy.SELLER


@dataclass(frozen=True, slots=True)
class AssessedLine:
    """A line with its tax. `discount` and `surcharge` include its shares of the document's.

    `gross` = quantity × unit price; `price` = gross − discount + surcharge is what was agreed, with tax if prices
    include it; `total` = what the buyer pays the seller; `quoted` is `gross` before conversion, if prices are foreign.
    """

    charge: Charge
    gross: Decimal
    discount: Decimal
    surcharge: Decimal
    price: Decimal
    taxable_value: Decimal
    dues: tuple[TaxDue, ...]
    total: Decimal
    quoted: Decimal | None = None


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """The lines of one treatment and rate together, as a tax return and the foot of an invoice want them."""

    code: str
    treatment: Treatment
    rates: tuple[tuple[str, Decimal], ...]
    taxable_value: Decimal
    taxes: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class Totals:
    """The foot of a document. `taxes` holds every tax shown; `reverse_charge` the part of it that the buyer owes.

    `total` = sum of the lines; `round_off` brings it to `grand_total`; `payable` = grand total − prepaid. The reported
    figures are in the currency of the tax where the document is in another.
    """

    taxable_value: Decimal
    exempt_value: Decimal
    discount: Decimal
    taxes: Mapping[str, Decimal]
    reverse_charge: Decimal
    total: Decimal
    round_off: Decimal
    grand_total: Decimal
    prepaid: Decimal
    payable: Decimal
    quoted: Decimal | None = None
    reported_tax: Decimal | None = None
    reported_total: Decimal | None = None

    @property
    def tax(self) -> Decimal:
        """All tax that the seller collects."""
        return sum(self.taxes.values(), ZERO) - self.reverse_charge


@dataclass(frozen=True, slots=True)
class Legend:
    """A statement that the law wants on the page, in English and in the local language where there is one."""

    code: str
    text: str
    text_local: str = ""


@dataclass(frozen=True, slots=True)
class TaxResult:
    """The assessed supply. `regime` names the taxes at work; `answers` what returns and e-invoices ask besides."""

    document: DocumentKind
    regime: str
    place_of_supply: Place
    rounder: Rounder
    lines: tuple[AssessedLine, ...]
    summary: tuple[SummaryRow, ...]
    totals: Totals
    legends: tuple[Legend, ...] = ()
    answers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TaxContext:
    """What a strategy may look at: the supply, and a rounder the seller chose where the law leaves a choice."""

    supply: Supply
    rounder: Rounder | None = None

    @property
    def day(self) -> date:
        """The day whose law applies: the date of supply, that of the invoice; for a note, of the sale it corrects."""
        note = self.supply.correction
        return date.fromisoformat(note.day) if note and note.day else self.supply.tax_point.date()


class TaxStrategy(Protocol):
    """One country's tax law. Found through the entry-point group `ledgerflow.tax_strategies`, ours like strangers'."""

    @property
    def code(self) -> str:
        """The name of the entry point: `gst`, `vat-bh`."""

    @property
    def title(self) -> str:
        """What people call it."""

    @property
    def jurisdiction(self) -> Jurisdiction:
        """The country: money, language, regions, the look of its identifiers."""

    @property
    def numbering(self) -> NumberingRule:
        """What the law asks of an invoice number."""

    def assess(self, context: TaxContext) -> TaxResult:
        """The tax of a supply. Pure: the same context gives the same result, and changes nothing."""

    def invent_registration(self, dice: "Generator", party: Party) -> str:
        """A well-formed tax number for the party's place, kind and name, from the dice alone, out of a range that is
        nobody's if there is one; empty where sellers and buyers have none."""

    def check_registration(self, number: str, place: Place) -> str:
        """What is wrong with a tax number at an address, in words, or nothing."""
