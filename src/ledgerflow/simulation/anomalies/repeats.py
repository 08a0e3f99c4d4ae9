"""Sales that come again: the duplicate invoice, and the carousel."""

from dataclasses import replace
from decimal import Decimal

from numpy.random import Generator

from ledgerflow.billing.money import HUNDRED
from ledgerflow.billing.supply import Supply, SupplyLine
from ledgerflow.simulation.anomalies.scene import Odd, Scene
from ledgerflow.simulation.anomaly_wishes import Difficulty
from ledgerflow.simulation.simulate import Sale

_DAYS_TO_A_DUPLICATE = {Difficulty.EASY: (0, 1), Difficulty.MEDIUM: (1, 8), Difficulty.HARD: (8, 31)}
_ROUNDS = {Difficulty.EASY: 4, Difficulty.MEDIUM: 3, Difficulty.HARD: 3}
_DAYS_OF_A_ROUND = {Difficulty.EASY: (1, 3), Difficulty.MEDIUM: (3, 8), Difficulty.HARD: (8, 21)}


def duplicate(scene: Scene, sale: Sale, difficulty: Difficulty, dice: Generator) -> tuple[Odd, ...] | None:
    """A sale and the same again: within the hour, within days, or weeks later with its words changed."""
    supply = sale.supply
    moment = scene.later(sale, int(dice.integers(*_DAYS_TO_A_DUPLICATE[difficulty])), dice)
    if moment is None or not supply.buyer.name:
        return None
    again = replace(supply, tax_point=moment)
    if difficulty is Difficulty.HARD:
        buyer = replace(supply.buyer, name=_respelt(supply.buyer.name))
        again = replace(again, buyer=buyer, lines=supply.lines[::-1])
    return Odd(supply), Odd(again, "invoiced before", f"a sale of {moment.date()}")


def carousel(scene: Scene, sale: Sale, difficulty: Difficulty, dice: Generator) -> tuple[Odd, ...] | None:
    """One lot that goes round: sold to a ring of buyers, again and again. What brings it back is not in these books."""
    others = [party for party in scene.businesses(sale.establishment) if party.name != sale.supply.buyer.name]
    if not sale.supply.buyer.is_business or sale.supply.buyer.place.country != sale.supply.seller.place.country:
        return None
    size = 1 if difficulty is Difficulty.EASY else 2
    ring = [others[place] for place in dice.permutation(len(others))[:size].tolist()]
    members = [sale.supply.buyer, *ring]
    rounds = [sale]
    for turn in range(1, _ROUNDS[difficulty]):
        moment = scene.later(rounds[-1], int(dice.integers(*_DAYS_OF_A_ROUND[difficulty])), dice)
        if moment is None or not ring:
            return None
        buyer = members[turn % len(members)]
        lines = _dearer(sale.supply, turn, difficulty)
        rounds.append(replace(sale, supply=replace(sale.supply, tax_point=moment, buyer=buyer, lines=lines)))
    true = f"one lot in {len(rounds)} rounds, no goods delivered"
    return tuple(Odd(one.supply, true, f"a sale, round {turn} of {len(rounds)}") for turn, one in enumerate(rounds, 1))


def _dearer(supply: Supply, turn: int, difficulty: Difficulty) -> tuple[SupplyLine, ...]:
    """The lot at the price of its round: the same, or dearer each time; where it is hidden, in another order."""
    if difficulty is Difficulty.EASY:
        return supply.lines
    factor = 1 + turn * (Decimal(2) if difficulty is Difficulty.MEDIUM else Decimal(3)) / HUNDRED
    lines = tuple(replace(line, unit_price=supply.currency.round(line.unit_price * factor)) for line in supply.lines)
    return lines[::-1] if difficulty is Difficulty.HARD and turn % 2 else lines


_SPELLINGS = (("Private Limited", "Pvt Ltd"), ("Pvt Ltd", "Private Limited"), (" and ", " & "), (" & ", " and "))


def _respelt(name: str) -> str:
    """The name as another clerk writes it."""
    for one, other in _SPELLINGS:
        if one in name:
            return name.replace(one, other)
    return f"M/s {name}"
