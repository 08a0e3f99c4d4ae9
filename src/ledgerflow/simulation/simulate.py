"""simulate(): the one road from a configuration, a catalogue and the laws to the sales of a period, oldest first."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ledgerflow.billing.catalogue import Product
from ledgerflow.billing.errors import Finding, InputRefused
from ledgerflow.billing.money import ZERO
from ledgerflow.billing.supply import Supply
from ledgerflow.billing.tax import TaxStrategy
from ledgerflow.simulation.branches import Branch, open_branches
from ledgerflow.simulation.buyers import exact, invoice_counts, segments, with_customers
from ledgerflow.simulation.config import MOST_INVOICES, SimulationConfig
from ledgerflow.simulation.contradictions import refuse_contradictions
from ledgerflow.simulation.credit_notes import Return, note_of, returns_of
from ledgerflow.simulation.drafts import draft, key_of
from ledgerflow.simulation.orders import Order, orders_of
from ledgerflow.simulation.revenue import meet, usual_invoice

_REPORT_EVERY = 256


@dataclass(frozen=True, slots=True)
class Sale:
    """A supply, and the key of the establishment that makes it."""

    establishment: str
    supply: Supply


@dataclass
class _Counter:
    """Tells how many sales are made, not too often."""

    tell: Callable[[int], None] | None
    made: int = 0

    def step(self, count: int) -> None:
        self.made += count
        if self.tell and self.made % _REPORT_EVERY < count:
            self.tell(self.made)

    def end(self, total: int) -> None:
        if self.tell:
            self.tell(total)


def simulate(
    config: SimulationConfig,
    catalogue: Sequence[Product],
    laws: Mapping[str, TaxStrategy],
    progress: Callable[[int], None] | None = None,
) -> list[Sale]:
    """The sales of the period, credit notes among them, oldest first.

    `laws` maps the codes of strategies to strategies. All contradictions are refused at once before anything is made.
    The result depends on nothing but the first three arguments; `progress` hears how many sales are made.
    """
    refuse_contradictions(config, catalogue, laws)
    branches = open_branches(config, catalogue, laws)
    orders = _orders(config, branches, _invoice_counts(config, branches))
    counter = _Counter(progress)
    supplies = _supplies(config, orders, counter.step)
    returns = returns_of(supplies, [key_of(order) for order in orders], config)
    sales = _in_order(orders, supplies, returns)
    counter.end(len(sales))
    return sales


def invoices_wanted(config: SimulationConfig, catalogue: Sequence[Product], laws: Mapping[str, TaxStrategy]) -> int:
    """How many invoices a configuration makes, notes apart; where a revenue says so, by the usual size of one."""
    refuse_contradictions(config, catalogue, laws)
    return sum(_invoice_counts(config, open_branches(config, catalogue, laws)))


def _invoice_counts(config: SimulationConfig, branches: Sequence[Branch]) -> list[int]:
    """How many invoices each establishment makes; without a count, as many as the revenue takes at their usual size."""
    if config.count is not None:
        return invoice_counts(config.count, config.business.establishments)
    counts = [0] * len(branches)
    for code, target in config.revenue.items():
        own = [branch for branch in branches if branch.currency.code == code]
        shares = [exact(branch.establishment.share) for branch in own]
        usual = [usual_invoice(config, branch, target) for branch in own]
        mean = sum((share * amount for share, amount in zip(shares, usual, strict=True)), ZERO) / sum(shares)
        wanted = max(1, round(target.amount / mean))
        if wanted > MOST_INVOICES:
            raise InputRefused([_too_many(code, target.amount, wanted)])
        for branch, count in zip(own, invoice_counts(wanted, [branch.establishment for branch in own]), strict=True):
            counts[branch.index] = count
    return counts


def _too_many(code: str, amount: Decimal, wanted: int) -> Finding:
    return Finding(
        code="revenue_of_too_many_invoices",
        place=f"/revenue/{code}/amount",
        message=f"{amount} {code} would take about {wanted} invoices of the usual size; {MOST_INVOICES} is the most.",
        advice="Ask for less, or allow more lines or larger quantities.",
        parameters={"currency": code, "amount": str(amount), "invoices": str(wanted)},
    )


def _orders(config: SimulationConfig, branches: Sequence[Branch], counts: Sequence[int]) -> list[Order]:
    """All orders of all branches, in time."""
    parts = [
        segments(branch.establishment, branch.home, branch.seller.place.region, count)
        for branch, count in zip(branches, counts, strict=True)
    ]
    counted = with_customers(parts, config.repeat_rate)
    orders = [
        order for branch, row in zip(branches, counted, strict=True) if row for order in orders_of(branch, row, config)
    ]
    return sorted(orders, key=lambda order: order.moment)


def _supplies(config: SimulationConfig, orders: Sequence[Order], done: Callable[[int], None]) -> list[Supply]:
    """A sale for each order: freely, or chosen so that a currency's revenue is exact."""
    made: dict[int, Supply] = {}
    for code, target in config.revenue.items():
        own = [place for place, order in enumerate(orders) if order.branch.currency.code == code]
        made |= zip(own, meet(config, [orders[place] for place in own], target, done), strict=True)
    supplies = []
    for place, order in enumerate(orders):
        if place not in made:
            made[place] = draft(config, order)
            done(1)
        supplies.append(made[place])
    return supplies


def _in_order(orders: Sequence[Order], supplies: Sequence[Supply], returns: Sequence[Return]) -> list[Sale]:
    """Invoices and credit notes in one list by time; a note names its sale by the place it has there."""
    entries = [(order.moment, 0, place) for place, order in enumerate(orders)]
    entries += [(back.moment, 1, place) for place, back in enumerate(returns)]
    position: dict[int, int] = {}
    sales = []
    for spot, (_, is_note, place) in enumerate(sorted(entries)):
        if is_note:
            back = returns[place]
            supply, order = note_of(back, supplies[back.sale], position[back.sale]), orders[back.sale]
        else:
            supply, order = supplies[place], orders[place]
            position[place] = spot
        sales.append(Sale(order.branch.establishment.key, supply))
    return sales
