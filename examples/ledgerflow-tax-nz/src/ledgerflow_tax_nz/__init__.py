"""New Zealand GST (Goods and Services Tax Act 1985): a tax plug-in of four files, to be copied for the next country."""

import tomllib
from dataclasses import replace
from importlib.resources import files

from numpy.random import Generator

from ledgerflow.billing.catalogue import TaxCategory
from ledgerflow.billing.numbering import NumberingRule
from ledgerflow.billing.party import Jurisdiction, Party, Place
from ledgerflow.billing.rates import RateBook
from ledgerflow.billing.settlement import settle
from ledgerflow.billing.supply import NoteKind, Supply
from ledgerflow.billing.tax import Charge, DocumentKind, Legend, Levy, Rounder, TaxContext, TaxResult, Treatment

_LAW = files(__package__).joinpath("rates.toml").read_text("utf-8")
_CASES = {  # basis: code on structured invoices, treatment, statement
    "standard": ("S", Treatment.TAXED, None),
    "export": ("Z", Treatment.ZERO_RATED, Legend("NZ-11", "Exported: zero-rated (GST Act 1985 s 11).")),
    "zero": ("Z", Treatment.ZERO_RATED, Legend("NZ-11", "Zero-rated supply (GST Act 1985 s 11).")),
    "exempt": ("E", Treatment.EXEMPT, Legend("NZ-14", "Exempt supply (GST Act 1985 s 14).")),
}
_UNTAXED = {TaxCategory.EXEMPT: "exempt", TaxCategory.OUT_OF_SCOPE: "exempt", TaxCategory.ZERO: "zero"}
_NOTES = {NoteKind.CREDIT: DocumentKind.CREDIT_NOTE, NoteKind.DEBIT: DocumentKind.DEBIT_NOTE}
_INFORMATION = Legend("NZ-TSI", "Taxable supply information.")
_FIRST_WEIGHTS, _SECOND_WEIGHTS = (3, 2, 7, 6, 5, 4, 3, 2), (7, 4, 3, 2, 5, 2, 7, 6)


class NewZealandGST:
    """One rate for nearly everything; exports and a few supplies at zero; rents and finance exempt."""

    code = "gst-nz"
    title = "GST, New Zealand"
    jurisdiction = Jurisdiction.from_mapping(tomllib.loads(_LAW)["jurisdiction"])
    numbering = NumberingRule()
    book = RateBook.from_toml(_LAW)

    def assess(self, context: TaxContext) -> TaxResult:
        supply, exported = context.supply, _exported(context.supply)
        bases = [_basis(line.category, exported=exported is not None) for line in supply.lines]
        statements = [statement for _, _, statement in map(_CASES.__getitem__, bases) if statement]
        result = settle(
            context,
            [self._charge(basis, context) for basis in bases],
            context.rounder or Rounder.DOCUMENT,
            document=DocumentKind.TAX_INVOICE,
            regime="GST",
            place_of_supply=exported or supply.delivered_to or supply.seller.place,
            legends=dict.fromkeys([*statements, _INFORMATION]),
        )
        if note := supply.correction:
            return replace(result, document=_NOTES[note.kind])
        return self._with_details(result, context)

    def invent_registration(self, dice: Generator, party: Party) -> str:
        """An IRD number from the last hundred thousand of the valid range, 10-000-000 to 150-000-000, which Inland
        Revenue hands out from below and has not reached."""
        return ird_number(149_900_00 + int(dice.integers(10_000))) if party.place.country == "NZ" else ""

    def check_registration(self, number: str, place: Place) -> str:
        """What is wrong with an IRD number, or nothing."""
        if not number.isdecimal() or not 10_000_000 < int(number) < 150_000_000:
            return "it is not between 10000000 and 150000000"
        return "" if number == ird_number(int(number) // 10) else "its check digit is wrong"

    def _charge(self, basis: str, context: TaxContext) -> Charge:
        code, treatment, statement = _CASES[basis]
        rate = self.book.find("zero" if basis == "export" else basis, context.day)
        reason = statement.text if statement else ""
        return Charge(treatment, (Levy("GST", rate.rate),), code, rate.title, rate.since, rate.source, reason=reason)

    def _with_details(self, result: TaxResult, context: TaxContext) -> TaxResult:
        """Says how much the paper must tell of the buyer, which decides what it is called."""
        unnamed, homeless = (self.book.threshold(name, context.day).value for name in ("unnamed", "homeless"))
        amount = result.totals.grand_total
        details = "none" if amount <= unnamed else "name" if amount <= homeless else "name and address"
        kind = DocumentKind.TAX_INVOICE if amount > homeless else DocumentKind.SIMPLIFIED_TAX_INVOICE
        return replace(result, document=kind, answers={"buyer_details": details})


def ird_number(base: int) -> str:
    """The base with its check digit (Inland Revenue's RWT specification): modulo 11 by one row of weights, by a second
    where that gives 10, and the next base where both do."""
    digits = [int(digit) for digit in f"{base:08}"]
    for weights in (_FIRST_WEIGHTS, _SECOND_WEIGHTS):
        check = -sum(weight * digit for weight, digit in zip(weights, digits, strict=True)) % 11
        if check < 10:
            return f"{base}{check}"
    return ird_number(base + 1)


def _exported(supply: Supply) -> Place | None:
    place = supply.delivered_to or supply.buyer.place
    return place if place.country not in ("", "NZ") else None


def _basis(category: TaxCategory, *, exported: bool) -> str:
    if exported and category is not TaxCategory.EXEMPT:
        return "export"
    return _UNTAXED.get(category, "standard")


strategy = NewZealandGST()
