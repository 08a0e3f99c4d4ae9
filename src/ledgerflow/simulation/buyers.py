"""Who: how many orders each kind of buyer places, how many customers stand behind them, and which one each time."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from ledgerflow.billing.money import ZERO, allocate
from ledgerflow.billing.party import Jurisdiction, Registration
from ledgerflow.simulation.config import Establishment, RealismProfile

_ONE = Decimal(1)


class BuyerKind(StrEnum):
    """How a buyer stands to the seller."""

    WALK_IN = "walk_in"
    PERSON = "person"
    BUSINESS = "business"
    SEZ = "sez"
    ABROAD = "abroad"

    @property
    def is_named(self) -> bool:
        return self is not BuyerKind.WALK_IN


@dataclass(frozen=True, slots=True)
class Segment:
    """The orders of one kind of buyer; `away` means in the country but outside the seller's region.

    `customers` of them are different ones, counted from `first` within the establishment.
    """

    kind: BuyerKind
    away: bool
    orders: int
    customers: int = 0
    first: int = 0


def apportion(total: int, weights: Sequence[Decimal], least: int = 0) -> list[int]:
    """Divides `total` in proportion, by largest remainder; each positive weight gets `least` where there is enough,
    from those that rounding favoured."""
    whole = sum(weights, ZERO)
    if not whole:
        return [0] * len(weights)
    parts = [int(part) for part in allocate(Decimal(total), weights, _ONE)]

    def surplus(place: int) -> tuple[bool, Decimal]:
        return parts[place] > least, parts[place] - total * weights[place] / whole

    for place, weight in enumerate(weights):
        while weight and parts[place] < least and max(parts) > least:
            parts[max(range(len(parts)), key=surplus)] -= 1
            parts[place] += 1
    return parts


def invoice_counts(total: int, establishments: Sequence[Establishment]) -> list[int]:
    """How many of the invoices each establishment makes: by its share, and at least one."""
    return apportion(total, [exact(establishment.share) for establishment in establishments], least=1)


def portion(total: int, share: float) -> int:
    """The share of a total, to the nearest whole, half up."""
    return int((total * exact(share)).quantize(_ONE, ROUND_HALF_UP))


def segments(establishment: Establishment, home: Jurisdiction, seat: str, orders: int) -> list[Segment]:
    """The orders of an establishment by kind of buyer, exactly as the shares of its mix say; `seat` is its region."""
    mix = establishment.buyers
    private = max(ZERO, _ONE - exact(mix.business) - exact(mix.walk_in) - exact(mix.abroad))
    business, walk_in, abroad, person = apportion(
        orders, [exact(mix.business), exact(mix.walk_in), exact(mix.abroad), private]
    )
    sez = portion(business, mix.sez)
    at_home = {BuyerKind.BUSINESS: business - sez, BuyerKind.SEZ: sez, BuyerKind.PERSON: person}
    away = apportion(
        portion(business + person, away_share(establishment, home, seat)), [Decimal(part) for part in at_home.values()]
    )
    found = [Segment(BuyerKind.WALK_IN, False, walk_in), Segment(BuyerKind.ABROAD, False, abroad)]
    for (kind, part), outside in zip(at_home.items(), away, strict=True):
        found += [Segment(kind, False, part - outside), Segment(kind, True, outside)]
    return [segment for segment in found if segment.orders]


def away_share(establishment: Establishment, home: Jurisdiction, seat: str) -> float:
    """The share of named domestic buyers outside the seller's region: none where there is no other region, and none
    for a composition dealer, who may not sell there (CGST Act s.10(2)(c))."""
    if len(home.regions) < 2 or establishment.registration is Registration.COMPOSITION:
        return 0.0
    if establishment.buyers.regions and not set(establishment.buyers.regions) - {seat}:
        return 0.0
    return establishment.buyers.other_region


def with_customers(branches: Sequence[Sequence[Segment]], repeat_rate: float) -> list[list[Segment]]:
    """Says how many customers stand behind the named orders, so that the share of repeat orders is as asked.

    Each customer's first order is new and every other one a repeat; a segment has at least one customer.
    """
    named = [segment for branch in branches for segment in branch if segment.kind.is_named]
    orders = sum(segment.orders for segment in named)
    wanted = max(len(named), orders - portion(orders, repeat_rate))
    shares = iter(apportion(wanted, [Decimal(segment.orders) for segment in named], least=1))
    counted = []
    for branch in branches:
        first = 0
        row = []
        for segment in branch:
            customers = next(shares) if segment.kind.is_named else 0
            row.append(replace(segment, customers=customers, first=first))
            first += customers
        counted.append(row)
    return counted


def seat_orders(dice: Generator, parts: Sequence[Segment]) -> NDArray[np.int64]:
    """Which segment each order belongs to, order by order."""
    return dice.permutation(np.repeat(np.arange(len(parts)), [part.orders for part in parts]))


def seat_customers(dice: Generator, segment: Segment, loyalty: float, profile: RealismProfile) -> NDArray[np.int64]:
    """Which customer places each order of a segment: everyone at least once, the loyal ones more often."""
    repeats = segment.orders - segment.customers
    flat = profile is RealismProfile.BASIC
    weights = np.ones(segment.customers) if flat else dice.lognormal(0.0, loyalty, segment.customers)
    extra = dice.multinomial(repeats, weights / weights.sum())
    return segment.first + dice.permutation(np.repeat(np.arange(segment.customers), 1 + extra))


def exact(share: float) -> Decimal:
    """A share as it was typed."""
    return Decimal(str(share))
