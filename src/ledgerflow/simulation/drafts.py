"""An order becomes a sale: its own dice fill the basket, and the amount is brought within its bounds."""

from collections.abc import Sequence
from decimal import Decimal

from ledgerflow.billing.errors import Finding, InputRefused
from ledgerflow.billing.supply import Supply
from ledgerflow.billing.tax import TaxContext, Totals
from ledgerflow.simulation.amounts import fit, within
from ledgerflow.simulation.baskets import Pick
from ledgerflow.simulation.branches import Branch
from ledgerflow.simulation.config import AmountBounds, Measure, SimulationConfig
from ledgerflow.simulation.orders import Order, supply_of
from ledgerflow.simulation.streams import Stream, dice_for, entity


def key_of(order: Order, alternative: int = 0) -> int:
    """The entity of an order's sale."""
    return entity(order.branch.index, order.serial, alternative)


def draft(config: SimulationConfig, order: Order, tilt: float = 0.0, alternative: int = 0) -> Supply:
    """The sale of an order; an `alternative` is the same order with another basket."""
    assortment = order.branch.assortment
    dice = dice_for(config.seed, Stream.INVOICE, key_of(order, alternative))
    basket = assortment.draw(dice, order.customer.tilt + tilt)
    limits = config.bounds.amount.get(order.branch.currency.code)
    if limits is None:
        return supply_of(order, assortment.lines(basket))
    fitted = fit(basket, assortment, limits, lambda picks: _totals(order, picks).payable, dice)
    if not fitted:
        raise InputRefused([_too_narrow(order.branch.currency.code, limits)])
    return supply_of(order, assortment.lines(fitted))


def draft_near(
    config: SimulationConfig, order: Order, measure: Measure, window: AmountBounds, tilt: float, alternative: int
) -> Supply | None:
    """The sale of an order that comes to an amount within a window, and within its bounds; none if none is found."""
    assortment = order.branch.assortment
    dice = dice_for(config.seed, Stream.INVOICE, key_of(order, alternative))
    basket = assortment.draw(dice, order.customer.tilt + tilt)
    fitted = fit(basket, assortment, window, lambda picks: measured(_totals(order, picks), measure), dice)
    limits = config.bounds.amount.get(order.branch.currency.code, AmountBounds())
    if not fitted or not within(_totals(order, fitted).payable, limits):
        return None
    return supply_of(order, assortment.lines(fitted))


def _totals(order: Order, picks: Sequence[Pick]) -> Totals:
    return totals_of(supply_of(order, order.branch.assortment.lines(picks)), order.branch)


def totals_of(supply: Supply, branch: Branch) -> Totals:
    """The foot of the invoice that a sale will get."""
    return branch.law.assess(TaxContext(supply, branch.establishment.rounder)).totals


def measured(totals: Totals, measure: Measure) -> Decimal:
    """The revenue of one invoice, before tax or as paid."""
    return totals.payable if measure == "payable" else totals.taxable_value + totals.exempt_value


def _too_narrow(code: str, limits: AmountBounds) -> Finding:
    maximum = "any amount" if limits.maximum is None else str(limits.maximum)
    return Finding(
        code="amount_bounds_too_narrow",
        place=f"/bounds/amount/{code}",
        message=f"No basket was found that comes to between {limits.minimum} and {maximum} {code}.",
        advice="Set the amounts further apart, or allow more lines or larger quantities.",
        parameters={"currency": code, "minimum": str(limits.minimum), "maximum": maximum},
    )
