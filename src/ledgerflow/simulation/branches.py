"""An establishment ready to sell: its law, home, currency, seller and assortment; and the orders that reach it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.random import Generator

from ledgerflow.billing.catalogue import Product
from ledgerflow.billing.money import Currency, currency
from ledgerflow.billing.party import Jurisdiction, Party, Region, Registration
from ledgerflow.billing.supply import Supply, SupplyLine
from ledgerflow.billing.tax import TaxStrategy
from ledgerflow.simulation.baskets import Assortment, popularity, price_list
from ledgerflow.simulation.buyers import BuyerKind, Segment, portion, seat_customers, seat_orders
from ledgerflow.simulation.config import Establishment, RealismProfile, SimulationConfig
from ledgerflow.simulation.identities import (
    firm,
    foreigner,
    home_of,
    person,
    seller_of,
    some_region,
    walk_in,
)
from ledgerflow.simulation.seasons import calendar_of, moments
from ledgerflow.simulation.streams import Stream, dice_for, entity
from ledgerflow.simulation.trades import TRADES, Trade

_CUSTOMER_SPREAD = 0.7  # of the logarithm: how differently large customers buy
_AT_ONCE = ("Paid on the spot", 0)
_ATTEMPTS = 50


@dataclass(frozen=True)
class Branch:
    """One establishment with everything that stays the same from sale to sale."""

    index: int
    establishment: Establishment
    law: TaxStrategy
    home: Jurisdiction
    currency: Currency
    seller: Party
    assortment: Assortment
    trade: Trade


@dataclass(frozen=True, slots=True)
class Customer:
    """A buyer, how large it buys (a tilt of its baskets) and how it pays."""

    kind: BuyerKind
    party: Party
    tilt: float = 0.0
    terms: tuple[str, int] = _AT_ONCE


@dataclass(frozen=True, slots=True)
class Order:
    """Who comes to which branch when. `serial` counts the branch's orders in time; what is bought comes later."""

    branch: Branch
    serial: int
    moment: datetime
    customer: Customer
    reverse_charge: bool = False


def open_branches(
    config: SimulationConfig, catalogue: Sequence[Product], laws: Mapping[str, TaxStrategy]
) -> list[Branch]:
    """The establishments of a configuration in which nothing contradicts."""
    return [
        _open(config, index, establishment, catalogue, laws)
        for index, establishment in enumerate(config.business.establishments)
    ]


def currency_of(establishment: Establishment, home: Jurisdiction) -> Currency:
    """The establishment's own currency, else its country's."""
    return currency(establishment.currency or home.currency_code)


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
    customers = [*_customers(branch, parts, config), Customer(BuyerKind.WALK_IN, walk_in(branch.seller.place))]
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


def _open(
    config: SimulationConfig,
    index: int,
    establishment: Establishment,
    catalogue: Sequence[Product],
    laws: Mapping[str, TaxStrategy],
) -> Branch:
    law = laws[establishment.strategy]
    home = home_of(establishment, law, laws)
    money = currency_of(establishment, home)
    trade = TRADES[config.business.style]
    products = price_list(catalogue, establishment, money, config.products)
    dice = dice_for(config.seed, Stream.CATALOGUE)  # the business's, so that its branches sell alike
    weights = popularity(dice, products, config.products, trade.popularity)
    return Branch(
        index=index,
        establishment=establishment,
        law=law,
        home=home,
        currency=money,
        seller=seller_of(config, establishment, law, home),
        assortment=Assortment(products, weights, config, trade),
        trade=trade,
    )


def _reverse_charged(custom: Generator, branch: Branch, parts: Sequence[Segment], seats: Sequence[int]) -> set[int]:
    business = [serial for serial, seat in enumerate(seats) if parts[seat].kind is BuyerKind.BUSINESS]
    wanted = portion(len(business), branch.establishment.reverse_charge)
    return set(custom.permutation(business)[:wanted].tolist()) if wanted else set()


def _customers(branch: Branch, parts: Sequence[Segment], config: SimulationConfig) -> list[Customer]:
    """Every named customer of a branch, in their count; a tax number that is taken is drawn again."""
    taken = {branch.seller.tax_number}
    customers = []
    for part in parts:
        for pick in range(part.first, part.first + part.customers):
            dice = dice_for(config.seed, Stream.BUYER, entity(branch.index, pick))
            size, term = dice.standard_normal(), dice.random()
            party = _party(dice, branch, part, pick)
            for _ in range(_ATTEMPTS):
                if not party.tax_number or party.tax_number not in taken:
                    break
                party = _party(dice, branch, part, pick)
            taken.add(party.tax_number)
            terms = (
                branch.trade.terms[int(term * len(branch.trade.terms))]
                if part.kind is not BuyerKind.PERSON
                else _AT_ONCE
            )
            tilt = float(size) * _CUSTOMER_SPREAD if config.realism_profile is RealismProfile.ADVANCED else 0.0
            customers.append(Customer(part.kind, party, tilt, terms))
    return customers


def _party(dice: Generator, branch: Branch, part: Segment, pick: int) -> Party:
    seat = branch.seller.place
    if part.kind is BuyerKind.ABROAD:
        return foreigner(dice, branch.home, pick)
    region = _region(dice, branch, away=part.away)
    if part.kind is BuyerKind.PERSON:
        return person(dice, branch.home, region, pick, seat)
    registration = Registration.SEZ if part.kind is BuyerKind.SEZ else Registration.REGISTERED
    return firm(dice, branch.home, region, pick, seat, branch.law, registration)


def _region(dice: Generator, branch: Branch, *, away: bool) -> Region | None:
    home = branch.home
    own = branch.seller.place.region
    if not away:
        return home.region_by_code.get(own)
    weights = {code: float(weight) for code, weight in branch.establishment.buyers.regions.items()}
    return some_region(dice, [region for region in home.regions if region.code != own], weights)
