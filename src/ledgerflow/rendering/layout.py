"""layout(): from an invoice to its page. What the law wants printed is decided here, how it looks in templates/."""

from datetime import date, timedelta
from typing import Final

from ledgerflow.billing.invoice import Invoice
from ledgerflow.billing.tax import DocumentKind, PayableBy
from ledgerflow.rendering import parties
from ledgerflow.rendering.draft import Draft
from ledgerflow.rendering.lines import line_table
from ledgerflow.rendering.page import Code, Fact, Label, Page
from ledgerflow.rendering.summary import has_category_summary, tax_summary
from ledgerflow.rendering.totals import amount_due, totals
from ledgerflow.rendering.words import in_words

_NUMBER_LABELS: Final = {
    DocumentKind.CREDIT_NOTE: "note_no",
    DocumentKind.DEBIT_NOTE: "note_no",
    DocumentKind.CASH_MEMO: "memo_no",
    DocumentKind.BILL_OF_SUPPLY: "bill_no",
}
_AT_THE_TOP: Final = "composition"


def layout(invoice: Invoice) -> Page:
    """The page of an invoice."""
    draft = Draft(invoice)
    title = draft.label("titles", invoice.kind.value)
    return Page(
        template="memo" if draft.is_memo else "invoice",
        language=draft.terms.page_language,
        right_to_left=draft.terms.right_to_left,
        arabic_indic=draft.figures.arabic_indic,
        accent=invoice.presentation.accent,
        heading=f"{title.second or title.first} {invoice.number}",
        title=title,
        copy=_copy(draft),
        declaration=_declaration(draft),
        number=invoice.number,
        day=invoice.day.isoformat(),
        seller=parties.seller(draft),
        buyer=parties.buyer(draft),
        delivery=parties.delivery(draft),
        facts=_facts(draft),
        lines=line_table(draft),
        totals=totals(draft),
        due=amount_due(draft),
        summary=tax_summary(draft),
        words=in_words(invoice.tax.totals.payable, draft.supply.currency, draft.terms.language),
        words_label=draft.label("foot", "words"),
        notes=_notes(draft),
        payment=parties.payment(draft),
        signature=_signature(draft),
        thanks=draft.label("foot", "thanks"),
        specimen=draft.label("foot", "specimen"),
        counter=draft.label("foot", "page"),
        generation_id=invoice.generation_id,
        qr=_code(draft),
    )


def _copy(draft: Draft) -> Label | None:
    """CGST Rule 48: the recipient's copy is marked as the original."""
    if not draft.is_indian or draft.is_memo or draft.is_note:
        return None
    return draft.label("facts", "original_copy")


def _declaration(draft: Draft) -> Label | None:
    """CGST (Composition) Rule 5(1)(f): what a composition dealer is stands at the top of the bill."""
    said = [legend for legend in draft.tax.legends if legend.code == _AT_THE_TOP]
    return draft.terms.both(said[0].text, said[0].text_local) if said else None


def _facts(draft: Draft) -> tuple[Fact, ...]:
    return (*_identity(draft), *_original(draft), *_law(draft), *_terms_of_payment(draft), *_currencies(draft))


def _identity(draft: Draft) -> tuple[Fact, ...]:
    invoice, label = draft.invoice, draft.label
    day = draft.figures.day(invoice.day)
    is_no_invoice = draft.is_note or draft.is_memo or invoice.kind is DocumentKind.BILL_OF_SUPPLY
    facts = [
        Fact(label("facts", _NUMBER_LABELS.get(invoice.kind, "invoice_no")), invoice.number, code=True),
        Fact(label("facts", "date" if is_no_invoice else "invoice_date"), day),
    ]
    if draft.tax.answers.get("qr") == "zatca":
        time = f"{draft.supply.tax_point:%H:%M:%S}"
        facts.append(Fact(label("facts", "issue_time"), draft.figures.clock(time)))
    if not draft.is_indian and not draft.is_memo and not draft.is_outside_tax:
        facts.append(Fact(label("facts", "supply_date"), day))
    return tuple(facts)


def _original(draft: Draft) -> tuple[Fact, ...]:
    """Which invoice a note corrects, and why."""
    correction = draft.supply.correction
    if correction is None:
        return ()
    day = draft.figures.day(date.fromisoformat(correction.day)) if correction.day else ""
    facts = (("original_no", correction.number, True), ("original_date", day, False))
    told = tuple(Fact(draft.label("facts", name), value, code) for name, value, code in facts if value)
    return (*told, *_said(draft, "reason", correction.reason))


def _said(draft: Draft, name: str, words: str) -> tuple[Fact, ...]:
    """What the seller says in his own words, in the page's language where it is a usual phrase."""
    phrase = draft.label("phrases", words)
    return (Fact(draft.label("facts", name), phrase.first, second=phrase.second),) if words else ()


def _law(draft: Draft) -> tuple[Fact, ...]:
    """Rule 46(n) and (p): the place of supply, and whether tax is payable on reverse charge."""
    if not draft.is_indian or draft.is_memo:
        return ()
    reverse = any(line.charge.payable_by is PayableBy.BUYER for line in draft.tax.lines)
    return (
        Fact(draft.label("facts", "place_of_supply"), parties.place_of_supply(draft)),
        Fact(draft.label("facts", "reverse_charge"), draft.label("facts", "yes" if reverse else "no").first),
    )


def _terms_of_payment(draft: Draft) -> tuple[Fact, ...]:
    supply = draft.supply
    facts = list(_said(draft, "payment_terms", supply.payment_terms))
    if supply.due_days and not draft.is_note:
        due = draft.figures.day(draft.invoice.day + timedelta(days=supply.due_days))
        facts.append(Fact(draft.label("facts", "due_date"), due))
    return tuple(facts)


def _currencies(draft: Draft) -> tuple[Fact, ...]:
    supply, figures = draft.supply, draft.figures
    facts = [
        Fact(draft.label("facts", "currency"), "INR (₹)" if supply.currency.code == "INR" else supply.currency.code)
    ]
    rate = ""
    if supply.quoted:
        rate = f"1 {supply.quoted.currency.code} = {supply.currency.code} {figures.plain(supply.quoted.rate)}"
    if supply.reported:
        rate = f"1 {supply.currency.code} = {supply.reported.currency.code} {figures.plain(supply.reported.rate)}"
    if rate:
        facts.append(Fact(draft.label("facts", "exchange_rate"), rate))
    return tuple(facts)


def _notes(draft: Draft) -> tuple[Label, ...]:
    """The legends of the law, or else why lines bear no tax; each once on the page."""
    legends = [legend.text for legend in draft.tax.legends if legend.code != _AT_THE_TOP]
    reasons = dict.fromkeys(line.charge.reason for line in draft.tax.lines if line.charge.reason)
    if has_category_summary(draft):
        statements = [text for text in legends if text not in reasons]  # the summary says the others
    else:
        statements = legends if draft.tax.legends else list(reasons)
    return tuple(draft.statement(text) for text in dict.fromkeys(statements))


def _signature(draft: Draft) -> tuple[Label, Label] | None:
    """Rule 46(q); over the counter nobody signs."""
    if draft.is_memo:
        return None
    seller = draft.supply.seller
    name = draft.terms.both(seller.name, seller.name_local).first
    return Label(f"{draft.label('parties', 'for_seller').first} {name}"), draft.label("parties", "signatory")


def _code(draft: Draft) -> Code | None:
    if draft.tax.answers.get("qr") != "zatca":
        return None
    from ledgerflow.rendering.qr import draw, zatca_content  # the drawing library is loaded only for Saudi Arabia

    content = zatca_content(draft.invoice)
    alternative = draft.label("foot", "qr")
    return Code(content, draw(content), alternative.second or alternative.first)
