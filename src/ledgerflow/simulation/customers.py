"""The customers of a branch: each a whole record with dice of its own, how large it buys and how it pays."""

from collections.abc import Sequence, Set
from dataclasses import dataclass

from numpy.random import Generator

from ledgerflow.billing.party import Party, Region, Registration
from ledgerflow.simulation.branches import Branch
from ledgerflow.simulation.buyers import BuyerKind, Segment
from ledgerflow.simulation.config import RealismProfile, SimulationConfig
from ledgerflow.simulation.identities import firm, foreigner, person, some_region, walk_in
from ledgerflow.simulation.streams import Stream, dice_for, entity, some

_SPREAD = 0.7  # of the logarithm: how differently large customers buy
_ATTEMPTS = 50
_AT_ONCE = ("Paid on the spot", 0)


@dataclass(frozen=True, slots=True)
class Customer:
    """A buyer, how large it buys (a tilt of its baskets) and how it pays."""

    kind: BuyerKind
    party: Party
    tilt: float = 0.0
    terms: tuple[str, int] = _AT_ONCE


def customers_of(branch: Branch, parts: Sequence[Segment], config: SimulationConfig) -> list[Customer]:
    """Every named customer of a branch, in their count, and the walk-in customer last."""
    taken = {branch.seller.tax_number}
    customers = []
    for part in parts:
        for pick in range(part.first, part.first + part.customers):
            dice = dice_for(config.seed, Stream.BUYER, entity(branch.index, pick))
            size, term = float(dice.standard_normal()), dice.random()
            party = _unlike(taken, dice, branch, part, pick)
            taken.add(party.tax_number)
            terms = _AT_ONCE if part.kind is BuyerKind.PERSON else some(term, branch.trade.terms)
            tilt = size * _SPREAD if config.realism_profile is RealismProfile.ADVANCED else 0.0
            customers.append(Customer(part.kind, party, tilt, terms))
    return [*customers, Customer(BuyerKind.WALK_IN, walk_in(branch.seller.place))]


def _unlike(taken: Set[str], dice: Generator, branch: Branch, part: Segment, pick: int) -> Party:
    """A party whose tax number nobody has yet; a law with few numbers to invent must in the end give one twice."""
    party = _party(dice, branch, part, pick)
    for _ in range(_ATTEMPTS):
        if not party.tax_number or party.tax_number not in taken:
            break
        party = _party(dice, branch, part, pick)
    return party


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
    return some_region(dice.random(), [region for region in home.regions if region.code != own], weights)
