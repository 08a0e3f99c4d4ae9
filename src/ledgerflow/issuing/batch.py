"""The deed of issuing a batch: sales that are assessed are numbered, made invoices and entered in the ledger."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from pydantic.main import IncEx

from ledgerflow import __version__
from ledgerflow.billing.catalogue import Catalogue, Product
from ledgerflow.billing.tax import TaxStrategy
from ledgerflow.issuing.allotting import allot, entry
from ledgerflow.issuing.assessing import Assessed, assess_sales
from ledgerflow.issuing.ports import Journal, Ledger, Progress
from ledgerflow.issuing.records import Batch
from ledgerflow.simulation.config import SimulationConfig
from ledgerflow.simulation.simulate import Sale

_APART: dict[str, bool | IncEx] = {  # what changes no invoice
    "payments": True,
    "business": {"establishments": {"__all__": {"gapless"}}},
}


@dataclass(frozen=True, slots=True)
class Issued:
    """A batch as it was entered, and the numbers that it left unused, by the position of the invoice after them."""

    batch: Batch
    unused: Mapping[int, tuple[str, ...]]


def generation_id(config: SimulationConfig, catalogue: Sequence[Product]) -> str:
    """What the invoices of a batch follow from, in 16 hexadecimal digits: configuration with seed, catalogue, version.

    Nothing of the clock is in it, nothing of the ledger, and nothing that is no part of an invoice, such as payments.
    """
    apart = _APART if config.anomalies.any else {**_APART, "anomalies": True}
    content = [__version__, config.model_dump(mode="json", exclude=apart)]
    digest = sha256(f"{json.dumps(content, sort_keys=True)[:-1]}, ".encode())
    digest.update(Catalogue.of(catalogue).plain_text)  # the third of a JSON list
    digest.update(b"]")
    return digest.hexdigest()[:16]


def issue_batch(
    config: SimulationConfig,
    sales: Sequence[Sale],
    laws: Mapping[str, TaxStrategy],
    ledger: Ledger,
    generation_id: str,
    *,
    at: datetime,
    actor: str,
    trace_id: str = "",
    progress: Progress | None = None,
) -> Batch:
    """Makes an invoice of every sale and enters them all, or none. `at` and `actor` go to the audit trail only.

    All thinking comes first. Then, in one transaction, each series gives one block of numbers for the whole batch,
    consecutive in date order; the invoices and the audit entry are written with it.
    """
    assessed = assess_sales(config, sales, laws, progress)
    issued = enter_batch(assessed, ledger, generation_id, at=at, actor=actor, trace_id=trace_id, progress=progress)
    return issued.batch


def enter_batch(
    assessed: Sequence[Assessed],
    ledger: Ledger,
    generation_id: str,
    *,
    at: datetime,
    actor: str,
    trace_id: str = "",
    progress: Progress | None = None,
) -> Issued:
    """Numbers what has been assessed, and enters it: the second half of `issue_batch`, and the only one that locks."""

    def enter(journal: Journal) -> Issued:
        allotment = allot(assessed, journal.reserve)
        numbers = allotment.numbers
        entries = [
            entry(one, position, allotment.places[position], numbers, generation_id)
            for position, one in enumerate(assessed)
        ]
        batch = journal.record(generation_id, at, entries, trace_id)
        if allotment.unused:
            journal.void(allotment.void)
        facts = {"generation_id": generation_id, "numbers": ", ".join(allotment.words)}
        journal.audit(at, actor, "issue_batch", {"batch": batch.number, "invoices": batch.size, **facts})
        unused = {place: tuple(one.number for one in void) for place, void in allotment.unused.items()}
        return Issued(batch, unused)

    issued = ledger.transact(enter)
    if progress:
        progress("record", issued.batch.size, issued.batch.size)
    return issued
