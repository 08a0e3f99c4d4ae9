"""plant(): puts into the sales of a period what is asked for, before any of them is assessed, and labels it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from numpy.random import Generator

from ledgerflow.billing.errors import Finding, InputRefused
from ledgerflow.billing.supply import Supply
from ledgerflow.billing.tax import TaxStrategy
from ledgerflow.simulation.anomalies.labels import Label, cases, free_places, pick, wanted
from ledgerflow.simulation.anomalies.prices import round_amount, spike
from ledgerflow.simulation.anomalies.repeats import carousel, duplicate
from ledgerflow.simulation.anomalies.scene import Odd, Scene
from ledgerflow.simulation.anomalies.shells import self_dealing
from ledgerflow.simulation.anomalies.splitting import split
from ledgerflow.simulation.anomaly_wishes import AnomalyKind, Difficulty
from ledgerflow.simulation.config import SimulationConfig
from ledgerflow.simulation.simulate import Sale

Trick = Callable[[Scene, Sale, Difficulty, Generator], tuple[Odd, ...] | None]

TRICKS: Mapping[AnomalyKind, Trick] = {
    AnomalyKind.SPLIT_INVOICE: split,
    AnomalyKind.CAROUSEL: carousel,
    AnomalyKind.DUPLICATE_INVOICE: duplicate,
    AnomalyKind.SELF_DEALING: self_dealing,
    AnomalyKind.PRICE_SPIKE: spike,
    AnomalyKind.ROUND_AMOUNT: round_amount,
}


@dataclass(frozen=True, slots=True)
class Planted:
    """The sales with what was put into them, oldest first; `invoices` is how many there were before."""

    sales: Sequence[Sale]
    labels: tuple[Label, ...]
    invoices: int


def plant(config: SimulationConfig, sales: Sequence[Sale], laws: Mapping[str, TaxStrategy]) -> Planted:
    """The sales, changed as far as asked; raises InputRefused where more is asked for than there are sales fit for it.

    A sale that a note corrects is left alone, and nothing happens to one twice.
    """
    invoices = sum(1 for sale in sales if not sale.supply.correction)
    if not config.anomalies.any:
        return Planted(sales, (), invoices)
    scene = Scene(config, sales, laws)
    corrected = [_corrected(sale.supply) for sale in sales]
    made: dict[int, tuple[AnomalyKind, tuple[Odd, ...]]] = {}
    findings: list[Finding] = []
    for kind, trick in TRICKS.items():
        count = wanted(config, kind, invoices)
        found, missed = pick(config, kind, count, free_places(corrected, made), partial(_try, trick, scene))
        made |= {place: (kind, odds) for place, odds in found.items()}
        findings += missed
    if findings:
        raise InputRefused(findings)
    return _in_order(config, sales, made, invoices)


def _try(trick: Trick, scene: Scene, place: int, difficulty: Difficulty, dice: Generator) -> tuple[Odd, ...] | None:
    return trick(scene, scene.sales[place], difficulty, dice)


def _corrected(supply: Supply) -> int | None:
    note = supply.correction
    if note is None:
        return None
    return -1 if note.position is None else note.position


def _in_order(
    config: SimulationConfig,
    sales: Sequence[Sale],
    made: Mapping[int, tuple[AnomalyKind, tuple[Odd, ...]]],
    invoices: int,
) -> Planted:
    """All sales by time, notes with the new places of what they correct; what was put in comes after what was there."""
    entries = [
        (odd, place)
        for place, sale in enumerate(sales)
        for odd in (made[place][1] if place in made else (Odd(sale.supply),))
    ]
    entries.sort(key=lambda entry: entry[0].supply.tax_point)  # stable
    spots: dict[int, int] = {}
    for spot, (_, place) in enumerate(entries):
        spots.setdefault(place, spot)
    counters = {kind: cases(kind) for kind in AnomalyKind}
    names = {place: next(counters[kind]) for place, (kind, _) in sorted(made.items())}
    moved, labels = [], []
    for spot, (odd, place) in enumerate(entries):
        moved.append(replace(sales[place], supply=_pointing(odd.supply, spots)))
        if odd.shown:
            kind = made[place][0]
            difficulty = config.anomalies.of(kind).difficulty
            refers = None if made[place][1][0].shown else spots[place]
            labels.append(Label(names[place], kind, difficulty, spot, odd.true, odd.shown, refers))
    return Planted(moved, tuple(labels), invoices)


def _pointing(supply: Supply, spots: Mapping[int, int]) -> Supply:
    note = supply.correction
    if note is None or note.position is None:
        return supply
    return replace(supply, correction=replace(note, position=spots[note.position]))
