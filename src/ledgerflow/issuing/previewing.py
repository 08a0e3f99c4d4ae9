"""The deed of previewing: a few documents as a configuration would make them. Nothing is issued, no number taken."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ledgerflow.billing.catalogue import Product
from ledgerflow.billing.invoice import Invoice
from ledgerflow.billing.tax import TaxStrategy
from ledgerflow.issuing.assessing import Assessed, assess_sales
from ledgerflow.issuing.batch import generation_id
from ledgerflow.simulation.anomaly_wishes import Anomalies
from ledgerflow.simulation.config import SimulationConfig
from ledgerflow.simulation.simulate import simulate

SHOWN = 3
_SERIES = "PREVIEW-{n}"


def preview(
    config: SimulationConfig, catalogue: Sequence[Product], laws: Mapping[str, TaxStrategy], count: int = SHOWN
) -> Sequence[Invoice]:
    """So many invoices of the configuration, numbered PREVIEW-1 and so on, which no series writes. They are not the
    first of the batch: how many are asked for has its part in what each becomes. Raises InputRefused."""
    few = sample_of(config, count)
    return drafted(assess_sales(few, simulate(few, catalogue, laws), laws), generation_id(few, catalogue))


def sample_of(config: SimulationConfig, count: int, *, notes: bool = False) -> SimulationConfig:
    """The same books with so many invoices: no revenue to be met, nothing wrong on purpose, and notes if wanted."""
    changes = {"count": count, "revenue": {}, "anomalies": Anomalies()}
    return config.model_copy(update=changes if notes else {**changes, "credit_note_rate": 0})


def drafted(assessed: Sequence[Assessed], generation: str) -> Sequence[Invoice]:
    """What was assessed, as the documents that it would be."""
    return [_invoice(one, place, generation) for place, one in enumerate(assessed)]


def _invoice(one: Assessed, place: int, generation: str) -> Invoice:
    supply = one.supply
    note = supply.correction
    if note and note.position is not None:
        supply = replace(supply, correction=replace(note, number=_number(note.position)))
    return Invoice(
        number=_number(place),
        series=_SERIES,
        strategy=one.desk.law.code,
        position=place,
        generation_id=generation,
        supply=supply,
        tax=one.tax,
        presentation=one.desk.presentation,
    )


def _number(place: int) -> str:
    return _SERIES.format(n=place + 1)
