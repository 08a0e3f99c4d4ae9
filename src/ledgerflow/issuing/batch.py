"""The deed of issuing a batch: sales that are assessed are numbered, made invoices and entered in the ledger."""

import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256

from pydantic import TypeAdapter
from pydantic.main import IncEx

from ledgerflow import __version__
from ledgerflow.billing.catalogue import Product
from ledgerflow.billing.invoice import Invoice
from ledgerflow.billing.supply import Supply
from ledgerflow.billing.tax import TaxStrategy
from ledgerflow.issuing.assessing import Assessed, assess_sales
from ledgerflow.issuing.ports import Batch, Block, Entry, Journal, Ledger, Progress, VoidNumber
from ledgerflow.simulation.config import SimulationConfig
from ledgerflow.simulation.simulate import Sale

NOT_USED = "Not used"

_APART: dict[str, bool | IncEx] = {  # what changes no invoice
    "payments": True,
    "business": {"establishments": {"__all__": {"gapless"}}},
}
_CATALOGUE = TypeAdapter(tuple[Product, ...])


@dataclass(frozen=True, slots=True)
class Issued:
    """A batch as it was entered, and the numbers that it left unused, by the position of the invoice after them."""

    batch: Batch
    unused: Mapping[int, tuple[str, ...]]


@dataclass(slots=True)
class _Taken:
    """Where the number of each position stands in which block, the numbers left unused before it, and the blocks in
    words."""

    places: dict[int, tuple[Block, int]] = field(default_factory=dict)
    unused: dict[int, list[VoidNumber]] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)


def generation_id(config: SimulationConfig, catalogue: Sequence[Product]) -> str:
    """What the invoices of a batch follow from, in 16 hexadecimal digits: configuration with seed, catalogue, version.

    Nothing of the clock is in it, nothing of the ledger, and nothing that is no part of an invoice, such as payments.
    """
    apart = _APART if config.anomalies.any else {**_APART, "anomalies": True}
    content = [
        __version__,
        config.model_dump(mode="json", exclude=apart),
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


def require_numbers(assessed: Sequence[Assessed], last: Callable[[str, str], int]) -> None:
    """Raises NumberSeriesExhausted where a series has too few numbers left after its `last` one in a period."""
    for (template, period), positions in _blocks(assessed).items():
        latest = assessed[positions[-1]]
        latest.series.require(last(template, period), _wanted(assessed, positions), period)


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
        taken = _take_numbers(journal, assessed)
        batch = journal.record(generation_id, at, _entries(assessed, taken.places, generation_id), trace_id)
        if taken.unused:
            journal.void([number for numbers in taken.unused.values() for number in numbers])
        facts = {"generation_id": generation_id, "numbers": ", ".join(taken.words)}
        journal.audit(at, actor, "issue_batch", {"batch": batch.number, "invoices": batch.size, **facts})
        return Issued(batch, {place: tuple(one.number for one in numbers) for place, numbers in taken.unused.items()})

    issued = ledger.transact(enter)
    if progress:
        progress("record", issued.batch.size, issued.batch.size)
    return issued


def _take_numbers(journal: Journal, assessed: Sequence[Assessed]) -> _Taken:
    """One block of numbers for each series and period. The same order of series for every batch, so that no two
    batches wait for each other."""
    taken = _Taken()
    for (_, period), positions in sorted(_blocks(assessed).items()):
        block = journal.reserve(assessed[positions[0]].series, period, _wanted(assessed, positions))
        place = 0
        for position in positions:
            skipped = range(place, place + assessed[position].skipped)
            if skipped:
                taken.unused[position] = [_void(block, one) for one in skipped]
            place += len(skipped)
            taken.places[position] = block, place
            place += 1
        taken.words.append(f"{_number(taken, positions[0])} to {_number(taken, positions[-1])}")
    return taken


def _void(block: Block, place: int) -> VoidNumber:
    return VoidNumber(block.number(place), block.series.template, block.period, block.first + place, NOT_USED)


def _number(taken: _Taken, position: int) -> str:
    block, place = taken.places[position]
    return block.number(place)


def _blocks(assessed: Sequence[Assessed]) -> dict[tuple[str, str], list[int]]:
    """The positions that each series numbers in each period, by their days."""
    blocks: dict[tuple[str, str], list[int]] = defaultdict(list)
    for position in sorted(range(len(assessed)), key=lambda position: assessed[position].day):
        one = assessed[position]
        blocks[one.series.template, one.series.period(one.day)].append(position)
    return blocks


def _wanted(assessed: Sequence[Assessed], positions: Sequence[int]) -> int:
    """How many numbers a block has: one for each position, and those that are left unused."""
    return len(positions) + sum(assessed[position].skipped for position in positions)


def _entries(assessed: Sequence[Assessed], places: Mapping[int, tuple[Block, int]], generation_id: str) -> list[Entry]:
    numbers = [block.number(place) for _, (block, place) in sorted(places.items())]
    return [
        Entry(
            _invoice(one, position, numbers, places[position][0], generation_id),
            *_count(places[position]),
            one.desk.kept,
        )
        for position, one in enumerate(assessed)
    ]


def _count(place: tuple[Block, int]) -> tuple[str, int]:
    return place[0].period, place[0].first + place[1]


def _invoice(one: Assessed, position: int, numbers: Sequence[str], block: Block, generation_id: str) -> Invoice:
    return Invoice(
        number=numbers[position],
        series=block.series.template,
        strategy=one.desk.law.code,
        position=position,
        generation_id=generation_id,
        supply=_referring(one.supply, numbers),
        tax=one.tax,
        presentation=one.desk.presentation,
    )


def _referring(supply: Supply, numbers: Sequence[str]) -> Supply:
    """A note names the invoice that it corrects."""
    note = supply.correction
    if note is None or note.position is None:
        return supply
    return replace(supply, correction=replace(note, number=numbers[note.position]))
