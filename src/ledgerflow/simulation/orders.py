"""The orders that reach a branch: who comes when, and the sale that each becomes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.random import Generator

from ledgerflow.billing.party import Registration
from ledgerflow.billing.supply import Supply, SupplyLine
from ledgerflow.simulation.branches import Branch
from ledgerflow.simulation.buyers import BuyerKind, Segment, portion, seat_customers, seat_orders
from ledgerflow.simulation.config import SimulationConfig
from ledgerflow.simulation.customers import Customer, customers_of
from ledgerflow.simulation.seasons import calendar_of, moments
from ledgerflow.simulation.streams import Stream, dice_for


@dataclass(frozen=True, slots=True)
class Order:
    """Who comes to which branch when. `serial` counts the branch's orders in time; what is bought comes later."""

    branch: Branch
    serial: int
    moment: datetime
    customer: Customer
    reverse_charge: bool = False


def orders_of(branch: Branch, parts: Sequence[Segment], config: SimulationConfig) -> list[Order]:
    """All orders of a branch in their order of time, each with its customer."""
    count = sum(part.orders for part in parts)
    when = moments(
        dice_for(config.seed, Stream.CALENDAR, branch.index),
        count,
        config,
        branch.trade,
        calendar_of(branch.home.country),
    )
    custom = dice_for(config.seed, Stream.CUSTOM, branch.index)
    seats = seat_orders(custom, parts)
    who = np.full(count, -1)
    for place, part in enumerate(parts):
        if part.customers:
            who[seats == place] = seat_customers(custom, part, branch.trade.loyalty, config.realism_profile)
    reverse = _reverse_charged(custom, branch, parts, seats.tolist())
    customers = customers_of(branch, parts, config)
    return [
        Order(branch, serial, moment, customers[customer], serial in reverse)
        for serial, (moment, customer) in enumerate(zip(when, who.tolist(), strict=True))
    ]


def supply_of(order: Order, lines: tuple[SupplyLine, ...]) -> Supply:
    """The sale that an order becomes."""
    branch, party = order.branch, order.customer.party
    establishment = branch.establishment
    terms, due_days = order.customer.terms
    leaves = party.registration in (Registration.OVERSEAS, Registration.SEZ)
    return Supply(
        seller=branch.seller,
        buyer=party,
        tax_point=order.moment,
        currency=branch.currency,
        lines=lines,
        prices_include_tax=establishment.prices_include_tax,
        round_to=establishment.round_to,
        reverse_charge=order.reverse_charge,
        without_payment=leaves and bool(establishment.letter_of_undertaking),
        payment_terms=terms,
        due_days=due_days,
    )


def _reverse_charged(custom: Generator, branch: Branch, parts: Sequence[Segment], seats: Sequence[int]) -> set[int]:
    business = [serial for serial, seat in enumerate(seats) if parts[seat].kind is BuyerKind.BUSINESS]
    wanted = portion(len(business), branch.establishment.reverse_charge)
    return set(custom.permutation(business)[:wanted].tolist()) if wanted else set()
