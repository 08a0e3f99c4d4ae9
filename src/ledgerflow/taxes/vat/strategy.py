"""VATStrategy: which VAT category, rate and statement each line bears, and what the paper is called.

The facts stand in one TOML file a country, each with its source; this is the logic they share. Categories are those of
EN 16931 (UNTDID 5305): S standard, Z zero-rated, E exempt, O out of scope, AE reverse charge, G export.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cached_property

from numpy.random import Generator

from ledgerflow.billing.catalogue import TaxCategory
from ledgerflow.billing.numbering import NumberingRule
from ledgerflow.billing.party import Jurisdiction, Party, Place, Registration
from ledgerflow.billing.rates import Rate
from ledgerflow.billing.settlement import settle
from ledgerflow.billing.supply import NoteKind, Supply, SupplyLine
from ledgerflow.billing.tax import (
    Charge,
    DocumentKind,
    Levy,
    PayableBy,
    Rounder,
    TaxContext,
    TaxResult,
    Treatment,
)
from ledgerflow.taxes.vat.law import Statement, VATLaw, read_law

_CATEGORIES = {
    TaxCategory.STANDARD: ("S", Treatment.TAXED),
    TaxCategory.ZERO: ("Z", Treatment.ZERO_RATED),
    TaxCategory.EXEMPT: ("E", Treatment.EXEMPT),
    TaxCategory.OUT_OF_SCOPE: ("O", Treatment.OUT_OF_SCOPE),
    TaxCategory.REVERSE_CHARGE: ("AE", Treatment.REVERSE_CHARGE),
}
_NEVER_EXPORTED = (TaxCategory.EXEMPT, TaxCategory.OUT_OF_SCOPE)
_NOTES = {NoteKind.CREDIT: DocumentKind.CREDIT_NOTE, NoteKind.DEBIT: DocumentKind.DEBIT_NOTE}


class VATStrategy:
    """Value added tax by the law of one file."""

    numbering = NumberingRule()

    def __init__(self, file: str) -> None:
        self._file = file

    @cached_property
    def law(self) -> VATLaw:
        """What the country's file says, read when it is first asked for."""
        return read_law(self._file)

    @property
    def code(self) -> str:
        return self.law.code

    @property
    def title(self) -> str:
        return self.law.title

    @property
    def jurisdiction(self) -> Jurisdiction:
        return self.law.jurisdiction

    def assess(self, context: TaxContext) -> TaxResult:
        """Lays one VAT charge on each line and names the document."""
        supply, day = context.supply, context.day
        destination = self._destination(supply)
        bases = [_basis(supply, line, exported=destination is not None) for line in supply.lines]
        statements = [self._statement(basis, line) for basis, line in zip(bases, supply.lines, strict=True)]
        charges = [
            self._charge(basis, line, day, statement)
            for basis, line, statement in zip(bases, supply.lines, statements, strict=True)
        ]
        result = settle(
            context,
            charges,
            context.rounder or self._rounder(supply),
            document=DocumentKind.TAX_INVOICE,
            regime="VAT",
            place_of_supply=destination or supply.delivered_to or supply.seller.place,
            legends=dict.fromkeys(statement.legend for statement in statements if statement),
        )
        return replace(
            result,
            document=self._document(supply, result, day, exported=destination is not None),
            answers=self.law.answers | _reason_codes(charges, statements),
        )

    def invent_registration(self, dice: Generator, party: Party) -> str:
        """A number of the country's shape, from a corner of it that looks reserved; none for a place abroad."""
        home = self.jurisdiction.country
        if home and party.place.country != home:
            return ""
        shape = self.law.tax_number.replace("@", party.place.country or "XX")
        digits = iter(dice.integers(10, size=shape.count("#")))
        return "".join(str(next(digits)) if sign == "#" else sign for sign in shape)

    def check_registration(self, number: str, place: Place) -> str:
        """What is wrong with the shape of a number, or nothing; none of these has a public check digit."""
        right = re.fullmatch(self.law.tax_number_pattern, number)
        return "" if right else f"it is not {self.law.tax_number_words}"

    def _destination(self, supply: Supply) -> Place | None:
        """Where an export goes; None for a supply at home. What is handed over at home is no export."""
        home = self.jurisdiction.country or supply.seller.place.country
        if supply.delivered_to:
            return supply.delivered_to if supply.delivered_to.country != home else None
        buyer = supply.buyer
        abroad = buyer.registration is Registration.OVERSEAS or buyer.place.country not in ("", home)
        return buyer.place if abroad else None

    def _rounder(self, supply: Supply) -> Rounder:
        return self.law.rounder_of_inclusive if supply.prices_include_tax else self.law.rounder

    def _statement(self, basis: str, line: SupplyLine) -> Statement | None:
        return None if basis == TaxCategory.STANDARD else self.law.statement(basis, line.commodity_code)

    def _charge(self, basis: str, line: SupplyLine, day: date, statement: Statement | None) -> Charge:
        exported = basis.startswith("export")
        code, treatment = _CATEGORIES[TaxCategory.ZERO if exported else TaxCategory(basis)]
        rate = self._rate(line, basis, day)
        return Charge(
            treatment=treatment,
            levies=() if treatment is Treatment.OUT_OF_SCOPE else (Levy("VAT", rate.rate),),
            code=self.law.export_code if exported else code,
            rule=rate.title,
            since=rate.since,
            source=rate.source,
            payable_by=PayableBy.BUYER if treatment is Treatment.REVERSE_CHARGE else PayableBy.SELLER,
            reason=statement.text if statement else "",
        )

    def _rate(self, line: SupplyLine, basis: str, day: date) -> Rate:
        """The book's rate of the day. Only the generic law, which has no rates of its own, takes one from the line."""
        if basis == TaxCategory.STANDARD and self.law.declared_rates and line.declared_rate is not None:
            return Rate(basis, "The rate that the line declares", day, "declared on the line", line.declared_rate)
        return self.law.book.find(basis, day)

    def _document(self, supply: Supply, result: TaxResult, day: date, *, exported: bool) -> DocumentKind:
        if supply.correction:
            return _NOTES[supply.correction.kind]
        rule = self.law.simplified
        if rule is None or exported:
            return DocumentKind.TAX_INVOICE
        limit = self.law.book.threshold("simplified", day).value
        amount = _in_tax_currency(supply, result, before_tax=rule.before_tax)
        below = amount < limit or (rule.at_limit and amount == limit)
        if below or (rule.unregistered_buyer and not supply.buyer.is_business):
            return DocumentKind.SIMPLIFIED_TAX_INVOICE
        return DocumentKind.TAX_INVOICE


def _basis(supply: Supply, line: SupplyLine, *, exported: bool) -> str:
    """The code under which the rate book and the statements hold this line's case."""
    if exported and line.category not in _NEVER_EXPORTED:
        return "export_services" if line.commodity_code.startswith("99") else "export_goods"
    if supply.reverse_charge and line.category is TaxCategory.STANDARD:
        return TaxCategory.REVERSE_CHARGE.value
    return line.category.value


def _reason_codes(charges: Sequence[Charge], statements: Sequence[Statement | None]) -> dict[str, str]:
    """Of each category without tax, the reason codes that a structured invoice carries: `reason_Z`: VATEX-SA-32."""
    codes: dict[str, dict[str, None]] = {}
    for charge, statement in zip(charges, statements, strict=True):
        if statement:
            codes.setdefault(f"reason_{charge.code}", {})[statement.code] = None
    return {answer: " ".join(reasons) for answer, reasons in codes.items()}


def _in_tax_currency(supply: Supply, result: TaxResult, *, before_tax: bool) -> Decimal:
    totals = result.totals
    amount = totals.taxable_value + totals.exempt_value if before_tax else totals.grand_total
    return amount * supply.reported.rate if supply.reported else amount
