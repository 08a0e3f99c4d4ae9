"""The foot of the lines: what was agreed, how it is composed, and the amount due."""

from collections.abc import Iterator

from ledgerflow.billing.money import ZERO
from ledgerflow.billing.tax import DocumentKind, PayableBy
from ledgerflow.rendering.draft import Draft
from ledgerflow.rendering.page import Sum


def totals(draft: Draft) -> tuple[Sum, ...]:
    """Rows that add up: price less discount is the value; value and taxes, rounded off, are the total."""
    return (*_agreed(draft), *_composed(draft), *_settled(draft), *_asides(draft))


def amount_due(draft: Draft) -> Sum:
    """The largest figure on the page."""
    names = {DocumentKind.CREDIT_NOTE: "amount_credited", DocumentKind.DEBIT_NOTE: "amount_debited"}
    name = names.get(draft.invoice.kind, "total" if draft.is_memo and not draft.supply.prepaid else "amount_due")
    return Sum(draft.label("totals", name), draft.figures.money(draft.tax.totals.payable), "strong")


def _agreed(draft: Draft) -> Iterator[Sum]:
    lines, figures = draft.tax.lines, draft.figures
    discount = draft.tax.totals.discount
    charge = sum((line.surcharge for line in lines), ZERO)
    bare = draft.is_outside_tax and bool(draft.tax.totals.round_off or draft.tax.totals.prepaid)
    if not discount and not charge and not bare:
        return
    included = draft.supply.prices_include_tax and draft.is_taxed
    gross = sum((line.gross for line in lines), ZERO)
    yield Sum(draft.label("totals", "subtotal_with_tax" if included else "subtotal"), figures.amount(gross))
    if discount:
        yield Sum(draft.label("totals", "discount"), figures.amount(-discount))
    if charge:
        yield Sum(draft.label("totals", "charge"), figures.amount(charge))


def _composed(draft: Draft) -> Iterator[Sum]:
    foot, figures = draft.tax.totals, draft.figures
    if draft.is_outside_tax:
        return
    if _is_valued_on_retail_price(draft):
        yield Sum(draft.label("totals", "price"), figures.amount(foot.total - foot.tax))
    elif foot.taxable_value or not foot.exempt_value:
        yield Sum(draft.label("totals", "taxable"), figures.amount(foot.taxable_value))
    if foot.exempt_value and not _is_valued_on_retail_price(draft):
        yield Sum(draft.label("totals", "exempt"), figures.amount(foot.exempt_value))
    for tax in draft.taxes:
        collected = draft.due(tax, PayableBy.SELLER)
        if collected or not draft.due(tax, PayableBy.BUYER):
            yield Sum(draft.tax_label(tax), figures.amount(collected))


def _settled(draft: Draft) -> Iterator[Sum]:
    foot, figures = draft.tax.totals, draft.figures
    if foot.round_off:
        yield Sum(draft.label("totals", "round_off"), figures.amount(foot.round_off))
    if foot.prepaid:
        yield Sum(draft.label("totals", "total"), figures.amount(foot.grand_total), "strong")
        yield Sum(draft.label("totals", "prepaid"), figures.amount(-foot.prepaid))


def _asides(draft: Draft) -> Iterator[Sum]:
    """For information: tax the buyer owes, and totals in the other currency."""
    foot, figures, supply = draft.tax.totals, draft.figures, draft.supply
    if _is_valued_on_retail_price(draft):
        yield Sum(draft.label("totals", "retail_value"), figures.amount(foot.taxable_value), "aside")
    if foot.reverse_charge:
        yield Sum(draft.label("totals", "payable_by_recipient"), figures.amount(foot.reverse_charge), "aside")
    if supply.quoted and foot.quoted is not None:
        money = supply.quoted.currency
        label = draft.label("totals", "quoted_total").in_currency(money.code)
        yield Sum(label, figures.amount(foot.quoted, money), "aside")
    reported = (("reported_tax", foot.reported_tax), ("reported_total", foot.reported_total))
    for name, amount in reported:
        if supply.reported and amount is not None:
            money = supply.reported.currency
            label = draft.label("totals", name).in_currency(money.code)
            yield Sum(label, figures.amount(amount, money), "aside")


def _is_valued_on_retail_price(draft: Draft) -> bool:
    """Taxed on more than is charged (CGST Rule 31D): the price leads to the total, the taxable value only informs."""
    return any(line.retail_price is not None for line in draft.supply.lines)
