"""Draft: an invoice on its way to paper, with the words and figures that its page speaks in."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Final

from ledgerflow.billing.invoice import Invoice
from ledgerflow.billing.money import ZERO
from ledgerflow.billing.party import Place
from ledgerflow.billing.supply import Supply
from ledgerflow.billing.tax import DocumentKind, PayableBy, TaxResult, Treatment
from ledgerflow.rendering.figures import Figures
from ledgerflow.rendering.page import Label
from ledgerflow.rendering.terms import Terms

NOTES: Final = frozenset({DocumentKind.CREDIT_NOTE, DocumentKind.DEBIT_NOTE})
_MEMOS: Final = frozenset({DocumentKind.CASH_MEMO, DocumentKind.SIMPLIFIED_TAX_INVOICE})
_OUTSIDE_TAX: Final = frozenset({Treatment.UNTAXED, Treatment.COMPOSITION})
_TAX_ORDER: Final = ("CGST", "SGST", "UTGST", "IGST", "CESS")


@dataclass(frozen=True)
class Draft:
    """What the parts of a page have in common."""

    invoice: Invoice

    @cached_property
    def terms(self) -> Terms:
        return Terms(self.invoice.presentation.language, self.invoice.presentation.digits)

    @cached_property
    def figures(self) -> Figures:
        return Figures(self.supply.currency, arabic_indic=self.terms.arabic_indic)

    @property
    def supply(self) -> Supply:
        return self.invoice.supply

    @property
    def tax(self) -> TaxResult:
        return self.invoice.tax

    @property
    def is_note(self) -> bool:
        return self.invoice.kind in NOTES

    @property
    def is_memo(self) -> bool:
        """Compact papers over the counter: one column of amounts, no delivery, no signature."""
        return self.invoice.kind in _MEMOS

    @property
    def is_indian(self) -> bool:
        """Indian paper has HSN codes, a place of supply, the reverse charge question and a mark for each copy."""
        return self.supply.seller.place.country == "IN"

    @property
    def crosses_border(self) -> bool:
        """Where seller and buyer are in different countries, both addresses name theirs."""
        return self.supply.seller.place.country != self.supply.buyer.place.country

    @cached_property
    def is_taxed(self) -> bool:
        """Whether any line bears a levy, be it at 0 %."""
        return any(line.charge.levies for line in self.tax.lines)

    @cached_property
    def is_outside_tax(self) -> bool:
        return all(line.charge.treatment in _OUTSIDE_TAX for line in self.tax.lines)

    @property
    def value_head(self) -> str:
        """What the column before tax is called; where exempt lines stand in it too, it is no taxable value."""
        if not self.is_indian:
            return "net"
        return "value" if self.tax.totals.exempt_value else "taxable"

    @cached_property
    def taxes(self) -> tuple[str, ...]:
        """The taxes at work, in the order in which India prints them; others as they come."""
        seen = dict.fromkeys(levy.tax for line in self.tax.lines for levy in line.charge.levies)
        return tuple(sorted(seen, key=lambda tax: _TAX_ORDER.index(tax) if tax in _TAX_ORDER else len(_TAX_ORDER)))

    def due(self, tax: str, payable_by: PayableBy) -> Decimal:
        """The document's amount of one tax that the seller, or the buyer, owes."""
        dues = (due for line in self.tax.lines for due in line.dues)
        return sum((due.amount for due in dues if due.tax == tax and due.payable_by is payable_by), ZERO)

    def tax_label(self, tax: str) -> Label:
        return self.terms("taxes", tax)

    def label(self, section: str, word: str) -> Label:
        return self.terms(section, word)

    def unit(self, code: str) -> Label:
        """A unit of quantity in words; on Indian paper its code, as Rule 46(i) has it."""
        return Label(code) if self.is_indian else self.terms("units", code)

    def statement(self, text: str) -> Label:
        """A reason in English, with its local twin where a legend of the document has one."""
        local = next((legend.text_local for legend in self.tax.legends if legend.text == text), "")
        return self.terms.both(text, local)

    def country(self, place: Place) -> str:
        """The country's name in the page's own language."""
        return self.terms("countries", place.country).first


def listed(parts: Iterable[str], separator: str = ", ") -> str:
    """The parts that are there, as one string."""
    return separator.join(part for part in parts if part)
