"""What the bounds can come to: the least and the greatest invoice of each kind of buyer, assessed by the law itself."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from ledgerflow.billing.errors import Finding
from ledgerflow.billing.money import ZERO
from ledgerflow.billing.tax import TaxContext, Totals
from ledgerflow.simulation.baskets import Pick
from ledgerflow.simulation.branches import Branch
from ledgerflow.simulation.buyers import segments
from ledgerflow.simulation.config import AmountBounds, RevenueTarget, SimulationConfig
from ledgerflow.simulation.drafts import measured, totals_of
from ledgerflow.simulation.orders import Order, orders_of, supply_of


@dataclass(frozen=True, slots=True)
class _Reach:
    """The least and the greatest invoice that a segment's buyers can get."""

    orders: int
    least: Totals
    greatest: Totals


def unreachable(config: SimulationConfig, branches: Sequence[Branch], counts: Sequence[int]) -> Iterator[Finding]:
    """Amount bounds and revenue targets that no basket within the other bounds comes to; none of it needs dice."""
    reaches: dict[str, list[_Reach]] = defaultdict(list)
    for branch, count in zip(branches, counts, strict=True):
        reaches[branch.currency.code] += _reaches(config, branch, count)
    for code, limits in config.bounds.amount.items():
        yield from _amounts(code, limits, reaches[code])
    for code, target in config.revenue.items():
        limits = config.bounds.amount.get(code, AmountBounds())
        yield from _revenue(code, target, limits, reaches[code], counted=config.count is not None)


def _reaches(config: SimulationConfig, branch: Branch, count: int) -> list[_Reach]:
    """One order of each segment, with a customer of its own, stands for all of them."""
    found = []
    for part in segments(branch.establishment, branch.home, branch.seller.place.region, count):
        [order] = orders_of(branch, [replace(part, orders=1, customers=int(part.kind.is_named))], config)
        least, greatest = _extremes(order)
        found.append(_Reach(part.orders, least, greatest))
    return found


def _extremes(order: Order) -> tuple[Totals, Totals]:
    """The invoices of the cheapest products and of the dearest, as the buyer pays for them."""
    assortment = order.branch.assortment
    bounds = assortment.bounds
    by_cost = _by_cost(order)
    cheapest = [Pick(product, bounds.quantity.minimum, 0) for product in by_cost[: bounds.lines.minimum]]
    dearest = [Pick(product, bounds.quantity.maximum, 0) for product in by_cost[-assortment.most_lines :]]
    least, greatest = (
        totals_of(supply_of(order, assortment.lines(picks)), order.branch) for picks in (cheapest, dearest)
    )
    return least, greatest


def _by_cost(order: Order) -> list[int]:
    """The products from the cheapest to the dearest, tax included."""
    branch = order.branch
    everything = supply_of(order, tuple(branch.assortment.products))
    lines = branch.law.assess(TaxContext(everything, branch.establishment.rounder)).lines
    return sorted(range(len(lines)), key=lambda place: lines[place].total)


def _amounts(code: str, limits: AmountBounds, reaches: Sequence[_Reach]) -> Iterator[Finding]:
    least = max((reach.least.payable for reach in reaches), default=ZERO)
    greatest = min((reach.greatest.payable for reach in reaches), default=ZERO)
    if limits.maximum is not None and least > limits.maximum:
        yield Finding(
            code="amount_maximum_unreachable",
            place=f"/bounds/amount/{code}/maximum",
            message=f"The smallest possible invoice comes to {least} {code}, more than {limits.maximum}.",
            advice=f"Set it to {least} at least, or allow fewer lines, smaller quantities or cheaper products.",
            parameters={"currency": code, "maximum": str(limits.maximum), "least": str(least)},
        )
    if reaches and greatest < limits.minimum:
        yield Finding(
            code="amount_minimum_unreachable",
            place=f"/bounds/amount/{code}/minimum",
            message=f"The largest possible invoice comes to {greatest} {code}, less than {limits.minimum}.",
            advice=f"Set it to {greatest} at most, or allow more lines, larger quantities or dearer products.",
            parameters={"currency": code, "minimum": str(limits.minimum), "greatest": str(greatest)},
        )


def _revenue(
    code: str, target: RevenueTarget, limits: AmountBounds, reaches: Sequence[_Reach], *, counted: bool
) -> Iterator[Finding]:
    """With a count, all invoices at their least must not exceed the target nor at their greatest fall short of it."""

    def least(reach: _Reach) -> Decimal:
        smallest = measured(reach.least, target.measure)
        return max(smallest, limits.minimum) if target.measure == "payable" else smallest

    def greatest(reach: _Reach) -> Decimal:
        largest = measured(reach.greatest, target.measure)
        return largest if limits.maximum is None else min(largest, limits.maximum)

    low = (
        sum((reach.orders * least(reach) for reach in reaches), ZERO)
        if counted
        else min((least(reach) for reach in reaches), default=ZERO)
    )
    high = sum((reach.orders * greatest(reach) for reach in reaches), ZERO)
    if low <= target.amount and (target.amount <= high or (not counted and high)):
        return
    yield Finding(
        code="revenue_unreachable",
        place=f"/revenue/{code}/amount",
        message=f"{target.amount} {code} is out of reach: the bounds allow from {low} to {high} {code}.",
        advice="Change the number of invoices, or the bounds of lines, quantity and amount.",
        parameters={"currency": code, "amount": str(target.amount), "least": str(low), "greatest": str(high)},
    )
