"""The deed of cancelling an invoice: it stays as it was issued, and a credit note in a series of its own answers it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from hashlib import sha256

from ledgerflow import __version__
from ledgerflow.billing.crediting import left_of, tax_taken_back
from ledgerflow.billing.errors import BillingError, Finding, InputRefused, StrategyUnknown
from ledgerflow.billing.invoice import Invoice, to_json
from ledgerflow.billing.numbering import NumberSeries
from ledgerflow.billing.supply import Correction, NoteKind, Supply
from ledgerflow.billing.tax import TaxResult, TaxStrategy
from ledgerflow.issuing.ports import Journal, Ledger
from ledgerflow.issuing.records import Entry

_LONGEST_REASON = 200
_RECORDED = "recorded"  # what stands for the law on a tax invoice of earlier books


class CancellationRefused(BillingError):
    """{number} cannot be cancelled."""


class NoteNotCancelled(CancellationRefused):
    """{number} is itself a note, on {corrects}, and a note is not cancelled by another. Issue an invoice for what is
    due, or cancel {corrects}."""


class AlreadyCredited(CancellationRefused):
    """{number} is credited in full already, by {notes}. Nothing of it is left to cancel."""


class DebitNoteStands(CancellationRefused):
    """On {number} stands {notes}, which a cancellation does not take back. Settle that with the buyer; the invoice
    alone is cancelled if you say that debit notes are left (--leave-debit-notes)."""


class NoteTooEarly(CancellationRefused):
    """{number} is of {sold}, and its credit note would be of {day}, before it. Give {sold} or a later day."""


class NoteTooLate(CancellationRefused):
    """{number} of {sold} could be credited until {last} by {source}, and the note would be of {day}. Give an earlier
    day if that is the true one; after it only a settlement without tax is left, which is no document of these books."""


class LawNotRecorded(CancellationRefused):
    """{number} was carried over from earlier books, which kept its tax as an amount and not its law: no credit note
    can be reckoned from that. Credit it where it was issued."""


class NoteSeriesUnknown(CancellationRefused):
    """The books do not say in which series the credit notes on {number} are numbered. Name it (--series), as in
    CRN/{{fy}}/{{n:06}}."""


class NoteSeriesKnown(CancellationRefused):
    """Credit notes on {number} are numbered {kept}, as the books say, and not {series}. Leave the series out."""


@dataclass(frozen=True, slots=True)
class _Note:
    """A credit note that lacks but a number."""

    reason: str
    supply: Supply
    tax: TaxResult
    series: NumberSeries
    debit_notes: tuple[str, ...]


def cancel_invoice(
    ledger: Ledger,
    number: str,
    laws: Mapping[str, TaxStrategy],
    *,
    at: datetime,
    reason: str,
    actor: str,
    day: date | None = None,
    series: str = "",
    leave_debit_notes: bool = False,
    trace_id: str = "",
) -> Invoice:
    """Credits whatever earlier notes have left of an invoice, and gives the note. `day` is the note's, else that of
    `at`; `series` numbers it where the books do not say which; debit notes stand, and only if they may.

    The invoice is held while it is done, so that two who cancel it at once do not both succeed. Raises InvoiceUnknown,
    CancellationRefused, NotesUnfit, and InputRefused for a reason that is none.
    """
    words = _reason(reason)
    kept = {name: value for name, value in ledger.metadata(number).items() if name != "generation_id"}

    def cancel(journal: Journal) -> Invoice:
        invoice, notes = journal.hold(number)
        if invoice.strategy == _RECORDED:
            raise LawNotRecorded(number=number)
        if invoice.strategy not in laws:
            raise StrategyUnknown(code=invoice.strategy, known=", ".join(sorted(laws)))
        law = laws[invoice.strategy]
        moment = datetime.combine(day or at.date(), at.time().replace(microsecond=0))
        debit_notes = _debit_notes(invoice, notes, may_stand=leave_debit_notes)
        _require_time(invoice, law, moment.date())
        supply = _answering(invoice, _left(invoice, notes), moment, words)
        tax = tax_taken_back(law, invoice, supply)
        note = _Note(words, supply, tax, _series(number, kept, series, law), debit_notes)
        return _enter(journal, invoice, note, kept, at=at, actor=actor, trace_id=trace_id)

    return ledger.transact(cancel)


def _reason(reason: str) -> str:
    """The reason as it is printed on the note."""
    words = reason.strip()
    if words and words.isprintable() and len(words) <= _LONGEST_REASON:
        return words
    message = "The reason is not one line of words." if words else "There is no reason."
    advice = f"Say in up to {_LONGEST_REASON} letters why the invoice is cancelled; the note prints it."
    raise InputRefused([Finding("reason.malformed", "--reason", message, advice)])


def _debit_notes(invoice: Invoice, notes: Sequence[Invoice], *, may_stand: bool) -> tuple[str, ...]:
    """The debit notes that are left standing; refuses where they may not, and what is no invoice at all."""
    corrected = invoice.supply.correction
    if corrected:
        raise NoteNotCancelled(number=invoice.number, corrects=corrected.number)
    numbers = tuple(note.number for note in notes if _kind(note) is NoteKind.DEBIT)
    if numbers and not may_stand:
        raise DebitNoteStands(number=invoice.number, notes=", ".join(numbers))
    return numbers


def _require_time(invoice: Invoice, law: TaxStrategy, day: date) -> None:
    """Refuses a note before its invoice, or after the law's last day; where no line is taxable the law has none."""
    facts = {"number": invoice.number, "sold": invoice.day, "day": day}
    if day < invoice.day:
        raise NoteTooEarly(**facts)
    limit = law.jurisdiction.credit_limit(invoice.day)
    taxable = any(line.charge.treatment.is_taxable for line in invoice.tax.lines)
    if limit and taxable and day > limit.last_day(invoice.day):
        raise NoteTooLate(**facts, last=limit.last_day(invoice.day), source=limit.source)


def _left(invoice: Invoice, notes: Sequence[Invoice]) -> Supply:
    credits = [note for note in notes if _kind(note) is NoteKind.CREDIT]
    left = left_of(invoice, credits)
    if not left.lines:
        raise AlreadyCredited(number=invoice.number, notes=", ".join(note.number for note in credits))
    return left


def _answering(invoice: Invoice, left: Supply, moment: datetime, reason: str) -> Supply:
    """What is left, as the supply of a note; on the day of the sale it is not before it."""
    correction = Correction(NoteKind.CREDIT, reason, number=invoice.number, day=invoice.day.isoformat())
    moment = max(moment, invoice.supply.tax_point)
    return replace(left, tax_point=moment, correction=correction, payment_terms="", due_days=0)


def _kind(note: Invoice) -> NoteKind | None:
    return note.supply.correction.kind if note.supply.correction else None


def _series(number: str, kept: Mapping[str, str], series: str, law: TaxStrategy) -> NumberSeries:
    """The series of the establishment's credit notes, as the books keep it beside the invoice."""
    template = kept.get("credit_notes", "") or series
    if not template:
        raise NoteSeriesUnknown(number=number)
    if series not in ("", template):
        raise NoteSeriesKnown(number=number, kept=template, series=series)
    return NumberSeries(template, law.numbering, kept.get("gapless") == "yes")


def _enter(
    journal: Journal,
    invoice: Invoice,
    note: _Note,
    kept: Mapping[str, str],
    *,
    at: datetime,
    actor: str,
    trace_id: str,
) -> Invoice:
    """Numbers the note and enters it as a batch of one."""
    block = journal.reserve(note.series, note.series.period(note.supply.tax_point.date()), 1)
    issued = Invoice(
        number=block.number(0),
        series=block.series.template,
        strategy=invoice.strategy,
        position=0,
        generation_id=_generation_id(invoice, note),
        supply=note.supply,
        tax=note.tax,
        presentation=invoice.presentation,
    )
    batch = journal.record(issued.generation_id, at, [Entry(issued, block.period, block.first, kept)], trace_id)
    facts = {"number": invoice.number, "note": issued.number, "reason": note.reason}
    if note.debit_notes:
        facts["debit_notes_left"] = ", ".join(note.debit_notes)
    journal.audit(at, actor, "cancel_invoice", {"batch": batch.number, **facts})
    return issued


def _generation_id(invoice: Invoice, note: _Note) -> str:
    """What the note follows from, in 16 hexadecimal digits: the invoice, the day, the reason and the version."""
    content = [__version__, to_json(invoice).decode(), note.supply.tax_point.date().isoformat(), note.reason]
    return sha256(json.dumps(content).encode()).hexdigest()[:16]
