"""spoil(): puts wrong what is asked for on assessed papers and in their numbering, and labels it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from numpy.random import Generator

from ledgerflow.billing.errors import Finding, InputRefused
from ledgerflow.simulation.anomalies.dates import back_dated, missing_number, neighbours
from ledgerflow.simulation.anomalies.labels import Label, cases, free_places, pick, wanted
from ledgerflow.simulation.anomalies.papers import Paper, Spoilt, invalid_tax_number, wrong_rate, wrong_tax_split
from ledgerflow.simulation.anomalies.planting import Planted
from ledgerflow.simulation.anomaly_wishes import AnomalyKind, Difficulty
from ledgerflow.simulation.config import SimulationConfig

_Attempt = Callable[[int, Difficulty, Generator], Spoilt | None]


@dataclass(frozen=True, slots=True)
class Spoiling:
    """The papers as they are issued, and all labels of the batch, those of its sales among them."""

    papers: Sequence[Paper]
    labels: tuple[Label, ...]


def spoil(config: SimulationConfig, papers: Sequence[Paper], planted: Planted) -> Spoiling:
    """The papers, spoilt as far as asked; raises InputRefused where more is asked for than can be done.

    `papers` are the planted sales, assessed, in their order. Nothing happens to a paper twice.
    """
    if not config.anomalies.any:
        return Spoiling(papers, ())
    made: dict[int, tuple[AnomalyKind, Spoilt]] = {}
    taken = {place for label in planted.labels for place in (label.position, label.refers) if place is not None}
    corrected = [_corrected(paper) for paper in papers]
    findings: list[Finding] = []
    for kind, attempt in _attempts(config, papers).items():
        count = wanted(config, kind, planted.invoices)
        found, missed = pick(config, kind, count, free_places(corrected, taken | made.keys()), attempt)
        made |= {place: (kind, spoilt) for place, spoilt in found.items()}
        findings += missed
    if findings:
        raise InputRefused(findings)
    whole = [made[place][1].paper if place in made else paper for place, paper in enumerate(papers)]
    labels = sorted((*planted.labels, *_labels(config, made)), key=lambda label: label.position)
    return Spoiling(whole, tuple(labels))


def _attempts(config: SimulationConfig, papers: Sequence[Paper]) -> Mapping[AnomalyKind, _Attempt]:
    rates = _rates(papers)
    around = neighbours(papers)
    dated: set[int] = set()

    def rate(place: int, difficulty: Difficulty, dice: Generator) -> Spoilt | None:
        return wrong_rate(papers[place], rates[papers[place].law.code], difficulty, dice)

    def before(place: int) -> Paper | None:
        found = around[place].before
        return None if found is None else papers[found]

    def back(place: int, difficulty: Difficulty, dice: Generator) -> Spoilt | None:
        """Never beside another: each must be before a number that is dated as it should be."""
        if {around[place].before, around[place].after} & dated:
            return None
        spoilt = back_dated(papers[place], before(place), config.first_day, difficulty, dice)
        dated.update({place} if spoilt else ())
        return spoilt

    def missing(place: int, difficulty: Difficulty, dice: Generator) -> Spoilt | None:
        return missing_number(papers[place], before(place), difficulty)

    return {
        AnomalyKind.WRONG_TAX_SPLIT: partial(_on, wrong_tax_split, papers),
        AnomalyKind.WRONG_RATE: rate,
        AnomalyKind.INVALID_TAX_NUMBER: partial(_on, invalid_tax_number, papers),
        AnomalyKind.BACK_DATED: back,
        AnomalyKind.MISSING_NUMBER: missing,
    }


def _on(
    trick: Callable[[Paper, Difficulty, Generator], Spoilt | None],
    papers: Sequence[Paper],
    place: int,
    difficulty: Difficulty,
    dice: Generator,
) -> Spoilt | None:
    return trick(papers[place], difficulty, dice)


def _rates(papers: Sequence[Paper]) -> Mapping[str, Sequence[Decimal]]:
    """Every rate that a law charges somewhere in the batch."""
    found: dict[str, set[Decimal]] = {}
    for paper in papers:
        found.setdefault(paper.law.code, set()).update(line.charge.rate for line in paper.tax.lines)
    return {code: sorted(rates) for code, rates in found.items()}


def _corrected(paper: Paper) -> int | None:
    note = paper.supply.correction
    if note is None:
        return None
    return -1 if note.position is None else note.position


def _labels(config: SimulationConfig, made: Mapping[int, tuple[AnomalyKind, Spoilt]]) -> list[Label]:
    counters = {kind: cases(kind) for kind in AnomalyKind}
    return [
        Label(next(counters[kind]), kind, config.anomalies.of(kind).difficulty, place, spoilt.true, spoilt.shown)
        for place, (kind, spoilt) in sorted(made.items())
    ]
