"""No tax, and the legend that says so: a cash memo of a business outside any tax on sales."""

from datetime import date

from numpy.random import Generator

from ledgerflow.billing.numbering import NumberingRule
from ledgerflow.billing.party import Jurisdiction, Party, Place
from ledgerflow.billing.settlement import settle
from ledgerflow.billing.supply import NoteKind
from ledgerflow.billing.tax import Charge, DocumentKind, Legend, Rounder, TaxContext, TaxResult, Treatment

_LEGEND = Legend("no_tax", "No tax is charged on this document.", "لا تُحتسب أي ضريبة على هذا المستند.")
_UNTAXED = Charge(
    treatment=Treatment.UNTAXED,
    levies=(),
    code="O",
    rule="The seller is outside any tax on sales",
    since=date(1, 1, 1),
    source="chosen in the configuration",
    reason=_LEGEND.text,
)


class NoTaxStrategy:
    """Charges nothing, in any country and currency."""

    code = "none"
    title = "No tax (cash memo)"
    jurisdiction = Jurisdiction(country="", name="Anywhere", currency_code="USD")
    numbering = NumberingRule()

    def assess(self, context: TaxContext) -> TaxResult:
        """Every line untaxed, with the legend."""
        supply = context.supply
        return settle(
            context,
            [_UNTAXED] * len(supply.lines),
            Rounder.DOCUMENT,
            document=_document(supply.correction.kind if supply.correction else None),
            regime="NONE",
            place_of_supply=supply.delivered_to or supply.seller.place,
            legends=(_LEGEND,),
        )

    def invent_registration(self, dice: Generator, party: Party) -> str:
        """There is no tax, so there are no tax numbers."""
        return ""

    def check_registration(self, number: str, place: Place) -> str:
        """Any number will do, since none is asked for."""
        return ""


def _document(note: NoteKind | None) -> DocumentKind:
    if note is None:
        return DocumentKind.CASH_MEMO
    return DocumentKind.CREDIT_NOTE if note is NoteKind.CREDIT else DocumentKind.DEBIT_NOTE


strategy = NoTaxStrategy()
