"""How many invoices a revenue takes, how large their baskets must be, and which sales make it exact."""

from collections.abc import Callable, Sequence
from decimal import Decimal

from ledgerflow.billing.errors import Finding, InputRefused
from ledgerflow.billing.supply import Supply
from ledgerflow.simulation.branches import Branch, Order, orders_of
from ledgerflow.simulation.buyers import segments, with_customers
from ledgerflow.simulation.config import RevenueTarget, SimulationConfig
from ledgerflow.simulation.drafts import draft, measured, totals_of
from ledgerflow.simulation.streams import ALTERNATIVE_LIMIT, Stream, dice_for
from ledgerflow.simulation.target import Pool

_SAMPLE = 120
_CLOSE = 0.02  # how near the mean of the sample must come to the mean that is wanted
_FURTHEST = 16.0
_ROUNDS = 4
_POOL = 600  # sales drawn besides, doubled from round to round

Steps = Callable[[int], None]


def usual_invoice(config: SimulationConfig, branch: Branch, target: RevenueTarget) -> Decimal:
    """What an invoice of this branch comes to on average, as the target measures."""
    [parts] = with_customers(
        [segments(branch.establishment, branch.home, branch.seller.place.region, _SAMPLE)], config.repeat_rate
    )
    return _mean(config, orders_of(branch, parts, config), target, 0.0)


def meet(config: SimulationConfig, orders: Sequence[Order], target: RevenueTarget, done: Steps) -> list[Supply]:
    """A sale for each order, all together exactly at the target; refused where no choice of sales comes to it."""
    code = orders[0].branch.currency.code
    goal = orders[0].branch.currency.minor(target.amount)
    tilt = _tilt(config, orders, target)
    rows = []
    for order in orders:
        rows.append([draft(config, order, tilt)])
        done(1)
    amounts = [[_minor(order, supply, target) for supply in row] for order, row in zip(orders, rows, strict=True)]
    for turn in range(_ROUNDS):
        chosen, gap = Pool(amounts).choose(goal, dice_for(config.seed, Stream.TARGET, turn))
        if not gap:
            return [row[place] for row, place in zip(rows, chosen, strict=True)]
        lift = 1.5 * gap * len(orders) / max(goal, 1) / min(len(orders), _POOL << turn)
        _draw_more(config, orders, target, rows, amounts, tilt + max(-2.0, min(lift, 2.0)), turn)
    chosen, gap = Pool(amounts).choose(goal, dice_for(config.seed, Stream.TARGET, _ROUNDS))
    if gap:
        raise InputRefused([_missed(code, target, orders[0].branch.currency.major(goal - gap))])
    return [row[place] for row, place in zip(rows, chosen, strict=True)]


def _draw_more(
    config: SimulationConfig,
    orders: Sequence[Order],
    target: RevenueTarget,
    rows: list[list[Supply]],
    amounts: list[list[int]],
    tilt: float,
    turn: int,
) -> None:
    """Other baskets for some of the orders, spread over the period, several each where there are few orders."""
    wanted = _POOL << turn
    stride = max(1, len(orders) // wanted)
    each = min(-(-wanted // len(orders)), ALTERNATIVE_LIMIT // _ROUNDS)
    for place in range(turn % stride, len(orders), stride):
        for _ in range(each):
            supply = draft(config, orders[place], tilt, len(rows[place]))
            rows[place].append(supply)
            amounts[place].append(_minor(orders[place], supply, target))


def _tilt(config: SimulationConfig, orders: Sequence[Order], target: RevenueTarget) -> float:
    """How far baskets must lean for the mean invoice to come to the target's; prices stay as they are."""
    sample = orders[:: max(1, len(orders) // _SAMPLE)]
    wanted = float(target.amount) / len(orders)

    def excess(tilt: float) -> float:
        return float(_mean(config, sample, target, tilt)) / wanted - 1

    first = excess(0.0)
    if abs(first) < _CLOSE:
        return 0.0
    step = -1.0 if first > 0 else 1.0
    near, far = 0.0, step
    while abs(far) < _FURTHEST and (excess(far) > 0) == (first > 0):
        near, far = far, far * 2
    for _ in range(8):
        middle = (near + far) / 2
        off = excess(middle)
        if abs(off) < _CLOSE:
            return middle
        near, far = (middle, far) if (off > 0) == (first > 0) else (near, middle)
    return (near + far) / 2


def _mean(config: SimulationConfig, orders: Sequence[Order], target: RevenueTarget, tilt: float) -> Decimal:
    amounts = [measured(totals_of(draft(config, order, tilt), order.branch), target.measure) for order in orders]
    return sum(amounts, Decimal(0)) / len(amounts)


def _minor(order: Order, supply: Supply, target: RevenueTarget) -> int:
    return order.branch.currency.minor(measured(totals_of(supply, order.branch), target.measure))


def _missed(code: str, target: RevenueTarget, nearest: Decimal) -> Finding:
    return Finding(
        code="revenue_not_met",
        place=f"/revenue/{code}/amount",
        message=f"No choice of invoices was found that comes to exactly {target.amount} {code}; {nearest} was nearest.",
        advice=f"Ask for {nearest}, or leave more room: more invoices, more products, wider bounds.",
        parameters={"currency": code, "amount": str(target.amount), "nearest": str(nearest)},
    )
