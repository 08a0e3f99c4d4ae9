"""What is bought together: a line finds its product on the customer's own list, in another line's family, or anew."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ledgerflow.habits.dice import Dice, Draw, Floats, Ints, chance_of, score_of
from ledgerflow.habits.orders import Orders
from ledgerflow.habits.profile import Invoices, Profile, size_class
from ledgerflow.habits.shelf import LEAK, Shelf
from ledgerflow.habits.traits import Traits

_LINE_BITS = 12  # at most 4,096 lines an invoice
MOST_LINES = (1 << _LINE_BITS) - 1
_SLOT_BITS = 20
_TRIES = 14
_USUAL_TRIES = 6
_BEST_OF_TWO = 0.318  # the variance of the greater of two normal numbers, between the two
_MEAN_OF_TWO = 1.128
_MOST_POPULAR = 0.98
_SECOND = 64  # the draw of the second half of a pick's chances


@dataclass(frozen=True, eq=False)
class Picked:
    """Lines of a block of invoices: each one's invoice (from 0 in the block), place in it, key and product."""

    invoice: Ints
    place: Ints
    key: Ints
    product: Ints


@dataclass(frozen=True, eq=False)
class Leaning:
    """How buyers pick: dearness, popularity and taste, each with the part of the variance that it explains."""

    dear: Floats
    dear_share: Floats
    popular: Floats
    usual: Floats
    taste: Floats
    taste_share: Floats

    def of(self, which: Ints) -> "Leaning":
        """The leanings of some."""
        return Leaning(*(getattr(self, name)[which] for name in self.__dataclass_fields__))


@dataclass(frozen=True, eq=False)
class Tastes:
    """How invoices and customers lean, and how long each customer's own list is."""

    invoices: Leaning
    customers: Leaning
    lists: Ints


def line_keys(invoice: Ints, place: Ints) -> Ints:
    """The entities of lines, by their invoices and places."""
    return invoice << _LINE_BITS | place


def line_counts(habits: Invoices, named: NDArray[np.bool_], score: Floats) -> Ints:
    """The numbers of lines of invoices, at least 1."""
    counts = np.ones(len(named), np.int64)
    for known, runs in ((True, habits.lines_named), (False, habits.lines_unnamed)):
        here = named == known
        if runs is not None and here.any():
            counts[here] = np.clip(np.round(runs.at(chance_of(score[here]))), 1, MOST_LINES).astype(np.int64)
    return counts


def tastes_of(profile: Profile, orders: Orders, traits: Traits, counts: Ints, dice: Dice) -> Tastes:
    """The leanings of all invoices, and of customers who on the whole lean as their invoices do."""
    habits, taste = profile.products, profile.baskets.taste
    named, buyer = orders.named, np.maximum(orders.customer, 0)
    size = size_class(counts)
    dear = np.where(named, np.array(habits.dearness_named)[size], np.array(habits.dearness_unnamed)[size])
    level = np.where(named, np.array(habits.popularity_named)[size], np.array(habits.popularity_unnamed)[size])
    usual = score_of(np.clip(0.5 + 1.1 * level / _MEAN_OF_TWO, 1 - _MOST_POPULAR, _MOST_POPULAR))
    people = np.arange(orders.customers)
    own = dice.normals(Draw.TASTE, people, 2)[0] * np.sqrt(taste / 2)
    luck = dice.normals(Draw.INVOICE, np.arange(len(named)), 1)[1]
    visits = np.maximum(np.bincount(buyer[named], minlength=len(people)), 1)
    mean_of = [np.bincount(buyer[named], x[named], len(people)) / visits for x in (dear, usual, counts)]
    spread = traits.customer_variance
    return Tastes(
        invoices=Leaning(
            dear=dear + traits.invoice[2],
            dear_share=traits.variance[2],
            popular=_pull(traits.invoice[3], traits.variance[3]),
            usual=usual,
            taste=np.where(named, own[buyer] + np.sqrt(taste / 2) * luck, np.sqrt(taste / 3) * luck),
            taste_share=np.where(named, taste, taste / 3),
        ),
        customers=Leaning(
            dear=traits.customer[2] + mean_of[0],
            dear_share=np.full(len(people), min(spread[2], 0.85)),
            popular=_pull(traits.customer[3], np.full(len(people), spread[3])),
            usual=mean_of[1],
            taste=own,
            taste_share=np.full(len(people), taste / 2),
        ),
        lists=np.maximum(3, profile.baskets.breadth * mean_of[2]).astype(np.int64),
    )


def picked(
    profile: Profile, orders: Orders, tastes: Tastes, counts: Ints, shelf: Shelf, dice: Dice, block: slice
) -> Picked:
    """The lines of a block of invoices with their products; how invoices are cut into blocks makes no difference."""
    return _Filling(profile, orders, tastes, counts, shelf, dice, block).lines()


@dataclass(eq=False)
class _Filling:
    profile: Profile
    orders: Orders
    tastes: Tastes
    counts: Ints
    shelf: Shelf
    dice: Dice
    block: slice
    entity: Ints = field(init=False)
    first: Ints = field(init=False)
    place: Ints = field(init=False)
    key: Ints = field(init=False)

    def __post_init__(self) -> None:
        counts = self.counts[self.block]
        number = np.repeat(np.arange(len(counts)), counts)
        self.first = (np.cumsum(counts) - counts)[number]
        self.entity = number + self.block.start
        self.place = np.arange(len(number)) - self.first
        self.key = line_keys(self.entity, self.place)

    def lines(self) -> Picked:
        habits = self.profile.baskets
        chances = self.dice.chances(Draw.LINE, self.key)
        known = self.orders.named[self.entity]
        usual = known & (chances[0] < habits.usual)
        follows = ~usual & (chances[2] < habits.siblings) & (self.place > 0)
        slot = self._slots(usual)
        product = self._pick(np.arange(len(self.key)), usual, slot, 0)
        self._follow(product, np.flatnonzero(follows), follows, chances[3])
        again = self._repeats()
        time = self.orders.time[self.entity]
        any_time = self.dice.chances(Draw.LEAK, self.key)[0] < LEAK
        for turn in range(1, _TRIES):
            late = ~any_time & ~self.shelf.sells(product, time)
            bad = np.flatnonzero((self._twice(product) & ~again) | late)
            if not len(bad):
                break
            product[bad] = self._pick(bad, usual, slot, turn)
        self._repeat(product, np.flatnonzero(again & (self.place > 0)))
        return Picked(self.entity - self.block.start, self.place, self.key, product)

    def _slots(self, usual: NDArray[np.bool_]) -> Ints:
        """Places on the customer's own list: a run of it, so that no invoice takes one twice while the list is long."""
        length = self.tastes.lists[np.maximum(self.orders.customer[self.entity], 0)]
        before: Ints = np.cumsum(usual) - usual
        turn: Ints = before - before[self.first]
        begin = np.floor(self.dice.chances(Draw.ROUND, self.entity)[0] * length).astype(np.int64)
        slots: Ints = (begin + turn) % length
        return slots

    def _pick(self, which: Ints, usual: NDArray[np.bool_], slot: Ints, turn: int) -> Ints:
        found = self._find(Draw.PICK, self.key[which], self.tastes.invoices.of(self.entity[which]), turn)
        if turn < _USUAL_TRIES:
            mine = usual[which]
            buyer = self.orders.customer[self.entity[which[mine]]]
            found[mine] = self._find(
                Draw.USUAL, buyer << _SLOT_BITS | slot[which[mine]], self.tastes.customers.of(buyer), turn
            )
        return found

    def _find(self, stream: Draw, keys: Ints, leaning: Leaning, turn: int) -> Ints:
        """Of two products that suit price and taste, the better seller as often as buyers lean to it."""
        chances = self.dice.chances(stream, keys, turn)
        dear, taste = score_of(chances[:2]), self.dice.normals(stream, keys, turn + _SECOND)
        first, second = (
            self.shelf.find(
                chance_of(leaning.dear + np.sqrt(1 - leaning.dear_share) * dear[place]),
                chance_of(leaning.taste + np.sqrt(1 - leaning.taste_share) * taste[place]),
            )
            for place in (0, 1)
        )
        better = self.shelf.weight[first] >= self.shelf.weight[second]
        wants_better = chances[2] < chance_of(leaning.usual + leaning.popular)
        return np.where(better == wants_better, first, second)

    def _follow(self, product: Ints, which: Ints, follows: NDArray[np.bool_], chance: Floats) -> None:
        """Lines that follow take a product of the family of an earlier line."""
        leader = self.first + np.floor(chance * self.place).astype(np.int64)
        anchor = leader[which]
        for _ in range(3):
            anchor = np.where(follows[anchor], leader[anchor], anchor)
        luck = self.dice.chances(Draw.SIBLING, self.key[which])[0]
        product[which] = self.shelf.sibling(product[anchor], luck)

    def _repeats(self) -> NDArray[np.bool_]:
        """Lines that name again a product of the same invoice: they come in clumps."""
        habits = self.profile.invoices
        prone = self.dice.chances(Draw.PRONE, self.entity)[0] < habits.repeating
        often = habits.repeats / max(habits.repeating, 1e-9)
        again: NDArray[np.bool_] = prone & (self.dice.chances(Draw.DUPLICATE, self.key)[0] < often)
        return again

    def _repeat(self, product: Ints, which: Ints) -> None:
        luck = self.dice.chances(Draw.DUPLICATE, self.key[which])[1]
        earlier = self.first[which] + np.floor(luck * self.place[which]).astype(np.int64)
        product[which] = product[earlier]

    def _twice(self, product: Ints) -> NDArray[np.bool_]:
        order = np.lexsort((self.place, product, self.entity))
        same = (np.diff(self.entity[order]) == 0) & (np.diff(product[order]) == 0)
        twice = np.zeros(len(product), np.bool_)
        twice[order[1:]] = same
        return twice


def _pull(score: Floats, variance: Floats) -> Floats:
    """How a leaning towards popular products moves the choice between two, keeping its share of the variance."""
    strength = np.sqrt(np.minimum(variance / _BEST_OF_TWO, 1)) / np.sqrt(np.maximum(variance, 1e-9))
    pull: Floats = score * strength
    return pull
