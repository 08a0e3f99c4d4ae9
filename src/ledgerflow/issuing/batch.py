"""The deed of issuing a batch: sales are assessed, numbered, made invoices and entered in the ledger."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from hashlib import sha256

from pydantic import TypeAdapter

from ledgerflow import __version__
from ledgerflow.billing.catalogue import Product
from ledgerflow.billing.errors import StrategyUnknown
from ledgerflow.billing.invoice import Invoice, Presentation
from ledgerflow.billing.numbering import NumberSeries
from ledgerflow.billing.supply import Supply
from ledgerflow.billing.tax import DocumentKind, TaxContext, TaxResult, TaxStrategy
from ledgerflow.issuing.ports import Batch, Journal, Ledger, Progress
from ledgerflow.simulation.config import Establishment, SimulationConfig
from ledgerflow.simulation.simulate import Sale

_CATALOGUE = TypeAdapter(tuple[Product, ...])


def generation_id(config: SimulationConfig, catalogue: Sequence[Product]) -> str:
    """What the invoices of a batch follow from, in 16 hexadecimal digits: configuration with seed, catalogue, version.

    Nothing of the clock is in it, nothing of the ledger, and nothing that is no part of an invoice, such as payments.
    """
    content = [
        __version__,
        config.model_dump(mode="json", exclude={"payments"}),
        _CATALOGUE.dump_python(tuple(catalogue), mode="json"),
    ]
    return sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]


def issue_batch(
    config: SimulationConfig,
    sales: Sequence[Sale],
    laws: Mapping[str, TaxStrategy],
    ledger: Ledger,
    generation_id: str,
    *,
    at: datetime,
    actor: str,
    progress: Progress | None = None,
) -> Batch:
    """Makes an invoice of every sale and enters them all, or none. `at` and `actor` go to the audit trail only.

    All thinking comes first. Then, in one transaction, each series gives one block of numbers for the whole batch,
    consecutive in date order; the invoices and the audit entry are written with it.
    """
    desks = {place.key: _Desk.of(place, laws) for place in config.business.establishments}
    assessed = []
    for sale in sales:
        assessed.append(_assess(sale, sales, desks[sale.establishment]))
        if progress:
            progress("assess", len(assessed), len(sales))

    def enter(journal: Journal) -> Batch:
        numbers, blocks = _take_numbers(journal, assessed)
        batch = journal.record(generation_id, at, _invoices(assessed, numbers, generation_id))
        facts = {"generation_id": generation_id, "numbers": blocks}
        journal.audit(at, actor, "issue_batch", {"batch": batch.number, "invoices": batch.size, **facts})
        return batch

    batch = ledger.transact(enter)
    if progress:
        progress("record", batch.size, batch.size)
    return batch


@dataclass(frozen=True, slots=True)
class _Desk:
    """Where an establishment writes its invoices: the law it is under, the look of its paper, its number series."""

    law: TaxStrategy
    establishment: Establishment
    presentation: Presentation
    invoices: NumberSeries
    bills_of_supply: NumberSeries
    credit_notes: NumberSeries
    debit_notes: NumberSeries

    @classmethod
    def of(cls, establishment: Establishment, laws: Mapping[str, TaxStrategy]) -> "_Desk":
        if establishment.strategy not in laws:
            raise StrategyUnknown(code=establishment.strategy, known=", ".join(sorted(laws)))
        law = laws[establishment.strategy]
        templates = establishment.series
        return cls(
            law,
            establishment,
            _presentation(establishment, law),
            NumberSeries(templates.invoice, law.numbering),
            NumberSeries(templates.bill_of_supply, law.numbering),
            NumberSeries(templates.credit_note, law.numbering),
            NumberSeries(templates.debit_note, law.numbering),
        )

    def series(self, kind: DocumentKind) -> NumberSeries:
        """The series that numbers this kind of document."""
        if kind is DocumentKind.BILL_OF_SUPPLY:
            return self.bills_of_supply
        if kind is DocumentKind.CREDIT_NOTE:
            return self.credit_notes
        return self.debit_notes if kind is DocumentKind.DEBIT_NOTE else self.invoices


@dataclass(frozen=True, slots=True)
class _Assessed:
    """A sale with its tax, that lacks but a number."""

    desk: _Desk
    supply: Supply
    tax: TaxResult
    series: NumberSeries
    day: date


def _presentation(establishment: Establishment, law: TaxStrategy) -> Presentation:
    return Presentation(
        language=establishment.language or law.jurisdiction.language or "en",
        digits=establishment.digits,
        accent=establishment.accent,
        tax_number_label=law.jurisdiction.tax_number_label,
        tax_number_label_local=law.jurisdiction.tax_number_label_local,
    )


def _assess(sale: Sale, sales: Sequence[Sale], desk: _Desk) -> _Assessed:
    """A note is told the day of the sale that it corrects before the law looks at it: the rate of that day may hold."""
    supply = sale.supply
    note = supply.correction
    if note and note.position is not None:
        corrected = sales[note.position].supply
        supply = replace(supply, correction=replace(note, day=corrected.tax_point.date().isoformat()))
    tax = desk.law.assess(TaxContext(supply, desk.establishment.rounder))
    return _Assessed(desk, supply, tax, desk.series(tax.document), supply.tax_point.date())


def _take_numbers(journal: Journal, assessed: Sequence[_Assessed]) -> tuple[list[str], str]:
    """The number of each position, and the blocks in words. The same order of series for every batch, so that no two
    batches wait for each other."""
    blocks: dict[tuple[str, str], list[int]] = defaultdict(list)
    for position, one in enumerate(assessed):
        blocks[one.series.template, one.series.period(one.day)].append(position)
    numbers = [""] * len(assessed)
    words = []
    for (template, period), positions in sorted(blocks.items()):
        positions.sort(key=lambda position: assessed[position].day)
        first = journal.reserve(template, period, len(positions))
        latest = assessed[positions[-1]]
        latest.series.require(first - 1, len(positions), latest.day)
        for count, position in enumerate(positions, first):
            numbers[position] = assessed[position].series.number(count, assessed[position].day)
        words.append(f"{numbers[positions[0]]} to {numbers[positions[-1]]}")
    return numbers, ", ".join(words)


def _invoices(assessed: Sequence[_Assessed], numbers: Sequence[str], generation_id: str) -> list[Invoice]:
    return [
        Invoice(
            number=number,
            series=one.series.template,
            strategy=one.desk.law.code,
            position=position,
            generation_id=generation_id,
            supply=_referring(one.supply, numbers),
            tax=one.tax,
            presentation=one.desk.presentation,
        )
        for position, (one, number) in enumerate(zip(assessed, numbers, strict=True))
    ]


def _referring(supply: Supply, numbers: Sequence[str]) -> Supply:
    """A note names the invoice that it corrects."""
    note = supply.correction
    if note is None or note.position is None:
        return supply
    return replace(supply, correction=replace(note, number=numbers[note.position]))
