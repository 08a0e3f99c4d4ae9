"""Assessing a batch: each sale, with the tax that it bears, at the desk that will write its invoice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from ledgerflow import __version__
from ledgerflow.billing.errors import StrategyUnknown
from ledgerflow.billing.invoice import Presentation
from ledgerflow.billing.numbering import NumberSeries
from ledgerflow.billing.supply import Supply
from ledgerflow.billing.tax import DocumentKind, TaxContext, TaxResult, TaxStrategy
from ledgerflow.issuing.ports import Progress
from ledgerflow.simulation.config import Establishment, SimulationConfig
from ledgerflow.simulation.simulate import Sale


@dataclass(frozen=True)
class Desk:
    """Where an establishment writes its invoices: the law it is under, the look of its paper, its number series."""

    law: TaxStrategy
    establishment: Establishment
    presentation: Presentation
    invoices: NumberSeries
    bills_of_supply: NumberSeries
    credit_notes: NumberSeries
    debit_notes: NumberSeries

    @classmethod
    def of(cls, establishment: Establishment, laws: Mapping[str, TaxStrategy]) -> "Desk":
        if establishment.strategy not in laws:
            raise StrategyUnknown(code=establishment.strategy, known=", ".join(sorted(laws)))
        law = laws[establishment.strategy]
        templates = establishment.series
        return cls(
            law,
            establishment,
            _presentation(establishment, law),
            *(
                NumberSeries(template, law.numbering, establishment.gapless)
                for template in (
                    templates.invoice,
                    templates.bill_of_supply,
                    templates.credit_note,
                    templates.debit_note,
                )
            ),
        )

    @cached_property
    def kept(self) -> Mapping[str, str]:
        """What the books keep of each invoice from here, so that it can be answered by a note."""
        return {
            "establishment": self.establishment.key,
            "credit_notes": self.credit_notes.template,
            "debit_notes": self.debit_notes.template,
            "gapless": "yes" if self.invoices.gapless else "no",
            "version": __version__,
        }

    def series(self, kind: DocumentKind) -> NumberSeries:
        """The series that numbers this kind of document."""
        if kind is DocumentKind.BILL_OF_SUPPLY:
            return self.bills_of_supply
        if kind is DocumentKind.CREDIT_NOTE:
            return self.credit_notes
        return self.debit_notes if kind is DocumentKind.DEBIT_NOTE else self.invoices


@dataclass(frozen=True, slots=True)
class Assessed:
    """A sale with its tax, that lacks but a number: `day` decides which it gets, and so many of its series are left
    unused before it."""

    desk: Desk
    supply: Supply
    tax: TaxResult
    series: NumberSeries
    day: date
    skipped: int = 0


def assess_sales(
    config: SimulationConfig,
    sales: Sequence[Sale],
    laws: Mapping[str, TaxStrategy],
    progress: Progress | None = None,
) -> list[Assessed]:
    """Every sale with its tax, in their order."""
    desks = {place.key: Desk.of(place, laws) for place in config.business.establishments}
    assessed = []
    for sale in sales:
        assessed.append(_assess(sale, sales, desks[sale.establishment]))
        if progress:
            progress("assess", len(assessed), len(sales))
    return assessed


def _presentation(establishment: Establishment, law: TaxStrategy) -> Presentation:
    return Presentation(
        language=establishment.language or law.jurisdiction.language or "en",
        digits=establishment.digits,
        accent=establishment.accent,
        tax_number_label=law.jurisdiction.tax_number_label,
        tax_number_label_local=law.jurisdiction.tax_number_label_local,
    )


def _assess(sale: Sale, sales: Sequence[Sale], desk: Desk) -> Assessed:
    """A note is told the day of the sale that it corrects before the law looks at it: the rate of that day may hold."""
    supply = sale.supply
    note = supply.correction
    if note and note.position is not None:
        corrected = sales[note.position].supply
        supply = replace(supply, correction=replace(note, day=corrected.tax_point.date().isoformat()))
    tax = desk.law.assess(TaxContext(supply, desk.establishment.rounder))
    return Assessed(desk, supply, tax, desk.series(tax.document), supply.tax_point.date())
