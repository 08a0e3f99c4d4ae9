"""Labels: the truth about what was put wrong, and the choice of those it happens to."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from numpy.random import Generator

from ledgerflow.billing.errors import Finding
from ledgerflow.simulation.anomaly_wishes import AnomalyKind, Difficulty
from ledgerflow.simulation.config import SimulationConfig
from ledgerflow.simulation.streams import Stream, dice_for

T = TypeVar("T")

_KIND_BITS = 40  # the streams of a kind: one for each sale, and the last one for the choice among them
_CHOICE = (1 << _KIND_BITS) - 1
BEYOND_SALES = 1 << (_KIND_BITS - 1)  # from here on, positions that no sale has


@dataclass(frozen=True, slots=True)
class Label:
    """One document that is not what it seems. `case` joins those that belong together; `position` is its place in the
    batch, for a missing number that of the document after it; `refers` is the place of the document that it repeats."""

    case: str
    kind: AnomalyKind
    difficulty: Difficulty
    position: int
    true: str
    shown: str
    refers: int | None = None


def wanted(config: SimulationConfig, kind: AnomalyKind, invoices: int) -> int:
    """How many cases of a kind: the rate of the invoices, to the nearest whole."""
    return round(Decimal(str(config.anomalies.of(kind).rate)) * invoices)


def dice_of(config: SimulationConfig, kind: AnomalyKind, position: int = _CHOICE) -> Generator:
    """The dice of one case, by the place of its sale; without one, those that choose among the sales."""
    return dice_for(config.seed, Stream.ANOMALY, list(AnomalyKind).index(kind) << _KIND_BITS | position)


def pick(
    config: SimulationConfig,
    kind: AnomalyKind,
    count: int,
    free: Collection[int],
    attempt: Callable[[int, Difficulty, Generator], T | None],
) -> tuple[dict[int, T], list[Finding]]:
    """Goes through the free places in an order of the dice, until `count` attempts have come to something.

    What cannot be had is a finding.
    """
    made: dict[int, T] = {}
    if not count:
        return made, []
    difficulty = config.anomalies.of(kind).difficulty
    for position in dice_of(config, kind).permutation(sorted(free)).tolist():
        result = attempt(position, difficulty, dice_of(config, kind, position))
        if result is not None:
            made[position] = result
        if len(made) == count:
            return made, []
    return made, [_too_many(kind, difficulty, count, len(made))]


def cases(kind: AnomalyKind) -> Iterator[str]:
    """Names for the cases of a kind."""
    count = 0
    while True:
        count += 1
        yield f"{kind.value}-{count}"


def free_places(corrected: Sequence[int | None], taken: Collection[int]) -> list[int]:
    """Invoices that no note corrects and nothing has happened to; `corrected` holds, place by place, what a note
    corrects, -1 for a note that corrects nothing of the batch, and None for an invoice."""
    spoken_for = {*taken, *(place for place in corrected if place is not None)}
    return [place for place, note in enumerate(corrected) if note is None and place not in spoken_for]


def _too_many(kind: AnomalyKind, difficulty: Difficulty, count: int, possible: int) -> Finding:
    return Finding(
        code="anomaly_too_many",
        place=f"/anomalies/{kind.value}/rate",
        message=f"{count} invoices were to be put wrong so, and it can happen to {possible} only ({difficulty.value}).",
        advice="Lower this rate or those of the others, choose another difficulty, or make more invoices.",
        parameters={"kind": kind.value, "wanted": str(count), "possible": str(possible)},
    )
