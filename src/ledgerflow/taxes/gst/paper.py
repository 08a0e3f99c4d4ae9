"""What an Indian supply's paper is called, what it must say, and where the return wants it.

CGST Rules 46 (tax invoice, endorsement of exports), 46A (invoice-cum-bill of supply), 49 (bill of supply), 53 (notes),
and rule 59 with the tables of GSTR-1.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from ledgerflow.billing.party import Party, Registration
from ledgerflow.billing.supply import NoteKind, Supply
from ledgerflow.billing.tax import Charge, DocumentKind, Legend, PayableBy, TaxResult, Treatment

_NAMED = frozenset({Registration.REGISTERED, Registration.COMPOSITION, Registration.SEZ})
_ON_PAYMENT = "ON PAYMENT OF INTEGRATED TAX"
_UNDER_BOND = "UNDER BOND OR LETTER OF UNDERTAKING WITHOUT PAYMENT OF INTEGRATED TAX"


def document_kind(supply: Supply, charges: Sequence[Charge], place_of_supply: str) -> DocumentKind:
    """The name of the paper."""
    if supply.correction:
        credit = supply.correction.kind is NoteKind.CREDIT
        return DocumentKind.CREDIT_NOTE if credit else DocumentKind.DEBIT_NOTE
    if supply.seller.registration is Registration.UNREGISTERED:
        return DocumentKind.CASH_MEMO
    taxable = [charge.treatment.is_taxable for charge in charges]
    if not any(taxable):
        return DocumentKind.BILL_OF_SUPPLY
    if place_of_supply == "96":
        return DocumentKind.EXPORT_INVOICE
    if not all(taxable) and supply.buyer.registration not in _NAMED:
        return DocumentKind.INVOICE_CUM_BILL_OF_SUPPLY
    return DocumentKind.TAX_INVOICE


def legends(supply: Supply, charges: Sequence[Charge]) -> Iterator[Legend]:
    """The statements that the rules want on the page."""
    treatments = {charge.treatment for charge in charges}
    if Treatment.COMPOSITION in treatments:
        yield Legend("composition", "Composition taxable person, not eligible to collect tax on supplies.")
    if Treatment.UNTAXED in treatments:
        yield Legend("unregistered", "The supplier is not registered under GST and collects no tax.")
    if Treatment.ZERO_RATED in treatments:
        sez = supply.buyer.registration is Registration.SEZ
        to = "SUPPLY TO SEZ UNIT OR SEZ DEVELOPER FOR AUTHORISED OPERATIONS" if sez else "EXPORT"
        lut = supply.seller.identifiers.get("LUT", "")
        reference = f" (LUT {lut})" if supply.without_payment and lut else ""
        how = _UNDER_BOND if supply.without_payment else _ON_PAYMENT
        yield Legend("zero_rated", f"SUPPLY MEANT FOR {to} {how}{reference}")
    if any(charge.payable_by is PayableBy.BUYER for charge in charges):
        yield Legend("reverse_charge", "Tax on this supply is payable by the recipient under reverse charge.")
    if Treatment.EXEMPT in treatments:
        yield Legend("exempt", "Supplies marked exempt bear no GST (exempt or nil-rated).")
    if Treatment.OUT_OF_SCOPE in treatments:
        yield Legend("non_gst", "Supplies marked non-GST are outside the levy of GST.")


def gstr1_section(supply: Supply, result: TaxResult, b2cl_limit: Decimal) -> str:
    """The section of the return GSTR-1, with the type that the section asks for."""
    if supply.seller.registration is Registration.COMPOSITION:
        return "none (CMP-08/GSTR-4)"
    if supply.seller.registration is Registration.UNREGISTERED:
        return "none"
    if result.regime == "NONE":
        return "nil"
    large = result.regime == "IGST" and result.totals.grand_total > b2cl_limit
    if supply.correction:
        return _note_section(supply, result, large)
    if result.place_of_supply.region == "96":
        return "exp:WOPAY" if supply.without_payment else "exp:WPAY"
    if supply.buyer.registration in _NAMED:
        return _named_section(supply, supply.buyer, result)
    if large:
        return "b2cl"
    return "b2cs+nil" if result.totals.exempt_value else "b2cs"


def _named_section(supply: Supply, buyer: Party, result: TaxResult) -> str:
    if buyer.registration is Registration.SEZ:
        return "b2b:SEWOP" if supply.without_payment else "b2b:SEWP"
    if supply.deemed_export:
        return "b2b:DE"
    reverse = any(line.charge.payable_by is PayableBy.BUYER for line in result.lines)
    return "b2b:R rchrg=Y" if reverse else "b2b:R"


def _note_section(supply: Supply, result: TaxResult, large: bool) -> str:
    kind = "C" if supply.correction and supply.correction.kind is NoteKind.CREDIT else "D"
    if supply.buyer.registration in _NAMED:
        return f"cdnr:{kind}"
    if result.place_of_supply.region == "96":
        return "cdnur:EXPWOP" if supply.without_payment else "cdnur:EXPWP"
    return "cdnur:B2CL" if large else "b2cs"
