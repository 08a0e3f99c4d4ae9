"""Numbers allotted to a batch: one block for each series and period, consecutive in date order, so that the position of
an invoice gives its number, whoever enters it and when.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ledgerflow.billing.invoice import Invoice
from ledgerflow.billing.numbering import NumberSeries
from ledgerflow.billing.supply import Supply
from ledgerflow.issuing.assessing import Assessed
from ledgerflow.issuing.records import Block, Entry, VoidNumber

NOT_USED = "Not used"

Giving = Callable[[NumberSeries, str, int], Block]
"""Gives a block of a series in a period, of so many numbers."""


@dataclass(slots=True)
class Allotment:
    """Where the number of each position stands in which block, the numbers left unused before it, and the blocks in
    words."""

    places: dict[int, tuple[Block, int]] = field(default_factory=dict)
    unused: dict[int, list[VoidNumber]] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)

    @property
    def numbers(self) -> dict[int, str]:
        """The number of each position."""
        return {position: block.number(place) for position, (block, place) in self.places.items()}

    @property
    def void(self) -> list[VoidNumber]:
        """All numbers that are left unused."""
        return [number for numbers in self.unused.values() for number in numbers]


def allot(assessed: Sequence[Assessed], give: Giving, *, after: int = 0) -> Allotment:
    """Allots numbers to the positions from `after` on. Series come in the same order for every batch, so that no two
    batches wait for each other."""
    allotment = Allotment()
    for (_, period), positions in sorted(_groups(assessed, after).items()):
        block = give(assessed[positions[0]].series, period, _wanted(assessed, positions))
        place = 0
        for position in positions:
            skipped = range(place, place + assessed[position].skipped)
            if skipped:
                allotment.unused[position] = [_void(block, one) for one in skipped]
            place += len(skipped)
            allotment.places[position] = block, place
            place += 1
        allotment.words.append(f"{_number(allotment, positions[0])} to {_number(allotment, positions[-1])}")
    return allotment


def require_numbers(assessed: Sequence[Assessed], last: Callable[[str, str], int]) -> None:
    """Raises NumberSeriesExhausted where a series has too few numbers left after its `last` one in a period."""
    for (template, period), positions in _groups(assessed, 0).items():
        latest = assessed[positions[-1]]
        latest.series.require(last(template, period), _wanted(assessed, positions), period)


def entry(
    one: Assessed, position: int, place: tuple[Block, int], numbers: Mapping[int, str], generation_id: str
) -> Entry:
    """What was assessed, as it is entered under its number. `numbers` are those of the batch, for notes name the
    invoices that they correct."""
    block, count = place
    invoice = Invoice(
        number=numbers[position],
        series=block.series.template,
        strategy=one.desk.law.code,
        position=position,
        generation_id=generation_id,
        supply=_referring(one.supply, numbers),
        tax=one.tax,
        presentation=one.desk.presentation,
    )
    return Entry(invoice, block.period, block.first + count, one.desk.kept)


def _void(block: Block, place: int) -> VoidNumber:
    return VoidNumber(block.number(place), block.series.template, block.period, block.first + place, NOT_USED)


def _number(allotment: Allotment, position: int) -> str:
    block, place = allotment.places[position]
    return block.number(place)


def _groups(assessed: Sequence[Assessed], after: int) -> dict[tuple[str, str], list[int]]:
    """The positions that each series numbers in each period, by their days."""
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for position in sorted(range(after, len(assessed)), key=lambda position: assessed[position].day):
        one = assessed[position]
        groups[one.series.template, one.series.period(one.day)].append(position)
    return groups


def _wanted(assessed: Sequence[Assessed], positions: Sequence[int]) -> int:
    """How many numbers a block has: one for each position, and those that are left unused."""
    return len(positions) + sum(assessed[position].skipped for position in positions)


def _referring(supply: Supply, numbers: Mapping[int, str]) -> Supply:
    """A note names the invoice that it corrects."""
    note = supply.correction
    if note is None or note.position is None:
        return supply
    return replace(supply, correction=replace(note, number=numbers[note.position]))
