"""An order becomes a sale: its own dice fill the basket, and the amount is brought within its bounds."""

from collections.abc import Sequence
from decimal import Decimal

from ledgerflow.billing.errors import Finding, InputRefused
from ledgerflow.billing.supply import Supply
from ledgerflow.billing.tax import TaxContext, Totals
from ledgerflow.simulation.amounts import fit
from ledgerflow.simulation.baskets import Pick
from ledgerflow.simulation.branches import Branch, Order, supply_of
from ledgerflow.simulation.config import AmountBounds, SimulationConfig
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
    if not limits:
        return supply_of(order, assortment.lines(basket))

    def due(picks: Sequence[Pick]) -> Decimal:
        return totals_of(supply_of(order, assortment.lines(picks)), order.branch).payable

    fitted = fit(basket, assortment, limits, due, dice)
    if fitted is None:
        raise InputRefused([_too_narrow(order.branch.currency.code, limits)])
    return supply_of(order, assortment.lines(fitted))


def totals_of(supply: Supply, branch: Branch) -> Totals:
    """The foot of the invoice that a sale will get."""
    return branch.law.assess(TaxContext(supply, branch.establishment.rounder)).totals


def measured(totals: Totals, measure: str) -> Decimal:
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
