"""The invoice that is split so that each part stays under an approval limit."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from numpy.random import Generator

from ledgerflow.billing.supply import SupplyLine
from ledgerflow.simulation.anomalies.scene import Odd, Scene
from ledgerflow.simulation.anomaly_wishes import Difficulty
from ledgerflow.simulation.simulate import Sale

_MOST_PARTS = 6
_FILLED = {Difficulty.EASY: Decimal("0.99"), Difficulty.MEDIUM: Decimal("0.93"), Difficulty.HARD: Decimal("0.75")}
_DAYS_BETWEEN = {Difficulty.EASY: (0, 1), Difficulty.MEDIUM: (1, 3), Difficulty.HARD: (3, 8)}


def split(scene: Scene, sale: Sale, difficulty: Difficulty, dice: Generator) -> tuple[Odd, ...] | None:
    """Parts of a sale that is over the limit: of one hour and just under it, or days apart and further under it."""
    supply = sale.supply
    limit = scene.limit(supply.currency.code)
    tax = scene.assess(sale, supply)
    payable = tax.totals.payable
    if payable <= limit or not supply.buyer.name or supply.discount or supply.charge or supply.prepaid:
        return None
    parts = _parts(supply.lines, [line.total for line in tax.lines], limit * _FILLED[difficulty])
    days = _days(scene, sale, len(parts), difficulty, dice) if 2 <= len(parts) <= _MOST_PARTS else None
    if days is None:
        return None
    made = [replace(supply, lines=lines, tax_point=day) for lines, day in zip(parts, days, strict=True)]
    if any(scene.assess(sale, part).totals.payable >= limit for part in made):
        return None
    code = supply.currency.code
    true = f"one sale of {payable} {code}, over the limit of {limit:f}"
    return tuple(Odd(part, true, f"part {place} of {len(made)}") for place, part in enumerate(made, 1))


def _parts(lines: Sequence[SupplyLine], totals: Sequence[Decimal], most: Decimal) -> list[tuple[SupplyLine, ...]]:
    """The lines dealt out unit by unit, a new part whenever the next unit would be too much; none if one unit is."""
    parts: list[list[SupplyLine]] = [[]]
    room = most
    for line, total in zip(lines, totals, strict=True):
        left, price = line.quantity, total / line.quantity
        if price <= 0 or price > most or line.discount_amount or left != int(left):
            return []
        while left:
            units = min(left, room // price)
            if units < 1:
                parts.append([])
                room = most
                continue
            parts[-1].append(replace(line, quantity=units))
            left, room = left - units, room - units * price
        if len(parts) > _MOST_PARTS:
            return []
    return [tuple(part) for part in parts]


def _days(scene: Scene, sale: Sale, count: int, difficulty: Difficulty, dice: Generator) -> list[datetime] | None:
    moments = [sale]
    for _ in range(count - 1):
        moment = scene.later(moments[-1], int(dice.integers(*_DAYS_BETWEEN[difficulty])), dice)
        if moment is None:
            return None
        moments.append(replace(sale, supply=replace(sale.supply, tax_point=moment)))
    return [one.supply.tax_point for one in moments]
