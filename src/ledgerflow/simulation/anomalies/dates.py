"""What is wrong with a number: a date before that of the number before it, or a number that no document bears."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from numpy.random import Generator

from ledgerflow.simulation.anomalies.papers import Paper, Spoilt
from ledgerflow.simulation.anomaly_wishes import Difficulty

_DAYS_BACK = {Difficulty.EASY: (25, 50), Difficulty.MEDIUM: (6, 15), Difficulty.HARD: (1, 4)}
_SKIPPED = {Difficulty.EASY: 3, Difficulty.MEDIUM: 1, Difficulty.HARD: 1}


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The papers just before and after one in its series; none at the ends of the block that the batch takes."""

    before: int | None
    after: int | None


def neighbours(papers: Sequence[Paper]) -> Mapping[int, Neighbours]:
    """For each place, the places of the numbers before and after: in each series and period in the order of days."""
    blocks: dict[tuple[str, str], list[int]] = {}
    for place, paper in enumerate(papers):
        blocks.setdefault((paper.series.template, paper.series.period(paper.day)), []).append(place)
    found = {}
    for places in blocks.values():
        places.sort(key=lambda place: papers[place].day)
        for spot, place in enumerate(places):
            before = places[spot - 1] if spot else None
            after = places[spot + 1] if spot + 1 < len(places) else None
            found[place] = Neighbours(before, after)
    return found


def back_dated(
    paper: Paper, before: Paper | None, first_day: date, difficulty: Difficulty, dice: Generator
) -> Spoilt | None:
    """The number that it has, and a date some days before that of the number before; in the same year of the series."""
    if before is None:
        return None
    day = before.day - timedelta(days=int(dice.integers(*_DAYS_BACK[difficulty])))
    if day < first_day or paper.series.period(day) != paper.series.period(paper.day):
        return None
    supply = replace(paper.supply, tax_point=datetime.combine(day, paper.supply.tax_point.time()))
    return Spoilt(replace(paper, supply=supply), f"issued on {paper.day}", f"dated {day}")


def missing_number(paper: Paper, before: Paper | None, difficulty: Difficulty) -> Spoilt | None:
    """Numbers left out before this paper: three in a row; one; or one between two days, where a book may end."""
    if before is None or (difficulty is Difficulty.HARD and before.day == paper.day):
        return None
    return Spoilt(replace(paper, skipped=_SKIPPED[difficulty]), "taken and left unused", "no document")
