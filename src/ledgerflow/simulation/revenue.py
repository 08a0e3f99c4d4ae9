"""How many invoices a revenue takes, how large their baskets must be, and which sales make it exact."""

from collections.abc import Callable, Sequence
from decimal import Decimal

from ledgerflow.billing.errors import Finding, InputRefused
from ledgerflow.billing.money import ZERO
from ledgerflow.billing.supply import Supply
from ledgerflow.simulation.branches import Branch
from ledgerflow.simulation.buyers import segments, with_customers
from ledgerflow.simulation.config import AmountBounds, RevenueTarget, SimulationConfig
from ledgerflow.simulation.drafts import draft, draft_near, measured, totals_of
from ledgerflow.simulation.orders import Order, orders_of
from ledgerflow.simulation.streams import Stream, dice_for
from ledgerflow.simulation.target import Pool

_SAMPLE = 120
_CLOSE = 0.02  # how near the mean of the sample must come to the mean that is wanted
_FURTHEST = 16.0
_ROUNDS = 3
_POOL = 600  # sales drawn besides, doubled from round to round
_FEW = 8  # so few orders do not average out: each is drawn near its part of the target
_WINDOW = Decimal("0.05")
_EXACT_TRIES = 5  # of a single order, whose sale must hit the target itself


def usual_invoice(config: SimulationConfig, branch: Branch, target: RevenueTarget) -> Decimal:
    """What an invoice of this branch comes to on average, as the target measures."""
    seat = branch.seller.place.region
    [parts] = with_customers([segments(branch.establishment, branch.home, seat, _SAMPLE)], config.repeat_rate)
    return _mean(config, orders_of(branch, parts, config), target, 0.0)


def meet(
    config: SimulationConfig, orders: Sequence[Order], target: RevenueTarget, done: Callable[[int], None]
) -> list[Supply]:
    """A sale for each order, all together exactly at the target; refused where no choice of sales comes to it."""
    money = orders[0].branch.currency
    goal = money.minor(target.amount)
    drawn = _Drawn(config, orders, target)
    for place in range(len(orders)):
        drawn.add(place, draft(config, orders[place], drawn.tilt))
        done(1)
    least = goal
    for turn in range(_ROUNDS + 1):
        chosen, gap = Pool(drawn.amounts).choose(goal, dice_for(config.seed, Stream.TARGET, turn))
        if not gap:
            return [row[place] for row, place in zip(drawn.supplies, chosen, strict=True)]
        least = min(least, gap, key=abs)
        if turn < _ROUNDS:
            drawn.widen(turn, gap / max(goal, 1))
    raise InputRefused([_missed(money.code, target, money.major(goal - least))])


class _Drawn:
    """The sales drawn so far for each order, and what they come to in minor units."""

    def __init__(self, config: SimulationConfig, orders: Sequence[Order], target: RevenueTarget) -> None:
        self.config = config
        self.orders = orders
        self.target = target
        self.tilt = _tilt(config, orders, target)
        self.supplies: list[list[Supply]] = [[] for _ in orders]
        self.amounts: list[list[int]] = [[] for _ in orders]

    def add(self, place: int, supply: Supply) -> None:
        """One more sale for an order."""
        branch = self.orders[place].branch
        self.supplies[place].append(supply)
        self.amounts[place].append(branch.currency.minor(measured(totals_of(supply, branch), self.target.measure)))

    def widen(self, turn: int, lack: float) -> None:
        """Other baskets for some of the orders, spread over the period, several each where there are few orders; they
        lean towards what the sum still lacks, as a part of the target."""
        if len(self.orders) <= _FEW:
            self._widen_few(turn)
            return
        wanted = _POOL << turn
        stride = max(1, len(self.orders) // wanted)
        tilt = self.tilt + max(-2.0, min(1.5 * lack * stride, 2.0))
        for place in range(turn % stride, len(self.orders), stride):
            for _ in range(-(-wanted // len(self.orders))):
                self.add(place, draft(self.config, self.orders[place], tilt, len(self.supplies[place])))

    def _widen_few(self, turn: int) -> None:
        count = len(self.orders)
        part = self.target.amount / count
        slack = part * _WINDOW if count > 1 else ZERO
        window = AmountBounds(minimum=part - slack, maximum=part + slack)
        each = (_POOL << turn) // count // 2 if count > 1 else _EXACT_TRIES
        for place, order in enumerate(self.orders):
            for alternative in range(turn * each, (turn + 1) * each):
                near = draft_near(self.config, order, self.target.measure, window, self.tilt, alternative)
                if near:
                    self.add(place, near)


def _tilt(config: SimulationConfig, orders: Sequence[Order], target: RevenueTarget) -> float:
    """How far baskets must lean for the mean invoice to come to the target's; prices stay as they are."""
    sample = orders[:: max(1, len(orders) // _SAMPLE)]
    wanted = float(target.amount) / len(orders)

    def excess(tilt: float) -> float:
        return float(_mean(config, sample, target, tilt)) / wanted - 1

    first = excess(0.0)
    if abs(first) < _CLOSE:
        return 0.0
    near, far = 0.0, -1.0 if first > 0 else 1.0
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
    return sum(amounts, ZERO) / len(amounts)


def _missed(code: str, target: RevenueTarget, nearest: Decimal) -> Finding:
    return Finding(
        code="revenue_not_met",
        place=f"/revenue/{code}/amount",
        message=f"No choice of invoices was found that comes to exactly {target.amount} {code}; {nearest} was nearest.",
        advice=f"Ask for {nearest}, or leave more room: more invoices, more products, wider bounds.",
        parameters={"currency": code, "amount": str(target.amount), "nearest": str(nearest)},
    )
