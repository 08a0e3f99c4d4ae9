"""How much: a basket is changed, product by product and unit by unit, until what is payable lies within its bounds."""

from collections.abc import Callable, Sequence
from decimal import Decimal

import numpy as np
from numpy.random import Generator

from ledgerflow.simulation.baskets import Assortment, Pick
from ledgerflow.simulation.config import AmountBounds

_STEPS = 60
_BASKETS = 12
_FAR = 0.7  # beyond this ratio all quantities are scaled at once

Due = Callable[[Sequence[Pick]], Decimal]


def within(amount: Decimal, limits: AmountBounds) -> bool:
    """Whether an amount obeys its bounds."""
    return amount >= limits.minimum and (limits.maximum is None or amount <= limits.maximum)


def fit(
    basket: list[Pick], assortment: Assortment, limits: AmountBounds, due: Due, dice: Generator
) -> list[Pick] | None:
    """The basket, or the nearest found by changing it, whose amount due is within the limits; none if none is found."""
    for _ in range(_BASKETS):
        for _ in range(_STEPS):
            payable = due(basket)
            if within(payable, limits):
                return basket
            basket = _nearer(basket, assortment, float(payable), _aim(limits, dice), dice)
        basket = assortment.draw(dice, dice.normal(0.0, 2.0))
    return None


def _aim(limits: AmountBounds, dice: Generator) -> float:
    """An amount inside the limits, in the lower part where there is no upper end."""
    low = float(limits.minimum)
    high = float(limits.maximum) if limits.maximum is not None else low * 1.5
    return float(dice.uniform(max(low, high / 4), high))


def _nearer(basket: list[Pick], assortment: Assortment, payable: float, aim: float, dice: Generator) -> list[Pick]:
    """One change in the right direction: all quantities, one quantity, or else the products themselves."""
    ratio = aim / payable if payable > 0 else 2.0
    if not _FAR < ratio < 1 / _FAR:
        scaled = [pick._replace(quantity=_within(assortment, round(pick.quantity * ratio))) for pick in basket]
        if scaled != basket:
            return scaled
    net = [assortment.price(pick) for pick in basket]
    taxed = (
        payable / total if (total := sum(unit * pick.quantity for unit, pick in zip(net, basket, strict=True))) else 1.0
    )
    changes = [
        (abs(aim - payable - (quantity - pick.quantity) * unit * taxed), place, quantity)
        for place, (pick, unit) in enumerate(zip(basket, net, strict=True))
        if (quantity := _within(assortment, pick.quantity + _units(aim - payable, unit * taxed))) != pick.quantity
    ]
    if changes:
        _, place, quantity = min(changes)
        return [*basket[:place], basket[place]._replace(quantity=quantity), *basket[place + 1 :]]
    return _other_products(basket, assortment, net, (aim - payable) / taxed, dice)


def _units(gap: float, unit: float) -> int:
    """How many units close the gap, at least one in its direction."""
    return round(gap / unit) or (1 if gap > 0 else -1) if unit else 0


def _within(assortment: Assortment, quantity: int) -> int:
    bounds = assortment.bounds.quantity
    return min(max(quantity, bounds.minimum), bounds.maximum)


def _other_products(
    basket: list[Pick], assortment: Assortment, net: Sequence[float], gap: float, dice: Generator
) -> list[Pick]:
    """A line less or more, else one product exchanged for the one whose price closes the gap best."""
    dearest, cheapest = int(np.argmax(net)), int(np.argmin(net))
    if gap < 0 and len(basket) > assortment.bounds.lines.minimum:
        return [*basket[:dearest], *basket[dearest + 1 :]]
    taken = [pick.product for pick in basket]
    if gap > 0 and len(basket) < assortment.most_lines:
        quantity = assortment.bounds.quantity.minimum
        product = assortment.priced(gap / quantity, taken)
        return [*basket, Pick(product, quantity, 0)]
    place = int(dice.integers(len(basket))) if dice.random() < 0.5 else (dearest if gap < 0 else cheapest)
    wanted = net[place] + gap / basket[place].quantity
    product = assortment.priced(wanted, [*taken[:place], *taken[place + 1 :]])
    return [*basket[:place], basket[place]._replace(product=product), *basket[place + 1 :]]
