"""Amounts that are not what was sold: the price spike, and the invoice made up at a round figure."""

from dataclasses import replace
from decimal import Decimal

from numpy.random import Generator

from ledgerflow.billing.money import ZERO, round_to_step
from ledgerflow.simulation.anomalies.scene import Odd, Scene, value_of
from ledgerflow.simulation.anomaly_wishes import Difficulty
from ledgerflow.simulation.simulate import Sale

_PER_CENT_OF_THE_PRICE = {Difficulty.EASY: (500, 1000), Difficulty.MEDIUM: (200, 300), Difficulty.HARD: (120, 150)}
_FIGURES = {Difficulty.EASY: 0, Difficulty.MEDIUM: 1, Difficulty.HARD: 2}  # after the first: 50,000, 52,000, 52,300


def spike(scene: Scene, sale: Sale, difficulty: Difficulty, dice: Generator) -> tuple[Odd, ...] | None:
    """One line at a multiple of its price."""
    supply = sale.supply
    place = int(dice.integers(len(supply.lines)))
    line = supply.lines[place]
    factor = Decimal(int(dice.integers(*_PER_CENT_OF_THE_PRICE[difficulty]))).scaleb(-2)
    price = supply.currency.round(line.unit_price * factor)
    if line.retail_price is not None or price <= line.unit_price:
        return None
    lines = (*supply.lines[:place], replace(line, unit_price=price), *supply.lines[place + 1 :])
    what = f"line {place + 1}"
    return (Odd(replace(supply, lines=lines), f"{what} at {line.unit_price}", f"{what} at {price}"),)


def round_amount(scene: Scene, sale: Sale, difficulty: Difficulty, dice: Generator) -> tuple[Odd, ...] | None:
    """The sale as one line at a round figure near its value, of one, two or three figures."""
    supply, line, value = sale.supply, sale.supply.lines[0], value_of(sale.supply)
    if line.retail_price is not None or supply.quoted or value < 1:
        return None
    step = Decimal(1).scaleb(value.adjusted() - _FIGURES[difficulty])
    figure = supply.currency.round(round_to_step(value, step))
    if figure == value or (supply.currency.round(step) != step):
        return None
    made_up = replace(line, quantity=Decimal(1), unit_price=figure, discount_percent=ZERO, discount_amount=ZERO)
    code = supply.currency.code
    return (Odd(replace(supply, lines=(made_up,)), f"a sale of {value} {code}", f"one line of {figure} {code}"),)
