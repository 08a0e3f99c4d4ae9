"""twin(): the books of a business that has a profile's habits, as invoice lines; nothing in them was ever sold."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from itertools import pairwise

import numpy as np

from ledgerflow.habits.amounts import quantities_of
from ledgerflow.habits.baskets import Tastes, line_counts, picked, tastes_of
from ledgerflow.habits.charges import PriceLists, charges_of, price_lists
from ledgerflow.habits.days import Days, clock, days_of
from ledgerflow.habits.dice import Dice, Draw, Floats, Ints, chance_of
from ledgerflow.habits.lines import Lines
from ledgerflow.habits.orders import Orders, orders_of
from ledgerflow.habits.profile import Profile
from ledgerflow.habits.returns import Returned, Sold, returns_of
from ledgerflow.habits.shelf import Shelf, shelf_of
from ledgerflow.habits.traits import Traits, traits_of

BLOCK = 200_000  # lines that are made at a time
_HOUR = 5  # the place of the hour among the traits


def twin(
    profile: Profile,
    count: int,
    seed: int,
    first_day: date | None = None,
    last_day: date | None = None,
    told: Callable[[int, int], None] = lambda done, total: None,
) -> Lines:
    """The lines of `count` invoices and of the credit notes to them, oldest first.

    From `first_day` to `last_day`, both included, by default the days learnt from. Equal arguments give equal lines, on
    any machine with the same versions of numpy and scipy. Invoices are numbered in time, credit notes after them.
    `told` hears how many invoices are made, and of how many.
    """
    shop = open_shop(profile, count, seed, first_day, last_day)
    made = []
    for block in shop.blocks():
        made.append(shop.sold(block))
        told(block.stop, count)
    parts, customers, products = zip(*made, strict=True)
    sold = _joined(parts)
    sales = _table(sold, np.concatenate(customers), np.concatenate(products), profile.decimals)
    if profile.credit_notes is None:
        return _numbered(sales)
    back = returns_of(profile.credit_notes, sold, count, shop.days, profile.quantities.step, shop.dice)
    return _numbered(_with_notes(sales, sold, back, count, profile.decimals))


@dataclass(frozen=True, eq=False)
class Shop:
    """All that concerns the whole of the books: its blocks of invoices can be made in any order, by anyone."""

    profile: Profile
    dice: Dice
    days: Days
    orders: Orders
    traits: Traits
    counts: Ints
    shelf: Shelf
    tastes: Tastes
    lists: PriceLists
    moments: Floats

    def blocks(self, lines: int = BLOCK) -> list[slice]:
        """The invoices cut into blocks of about so many lines."""
        ends = np.cumsum(self.counts)
        cuts = np.searchsorted(ends, np.arange(lines, int(ends[-1]), lines)) + 1
        edges = np.unique(np.concatenate(([0], cuts, [len(self.counts)]))).tolist()
        return [slice(begin, end) for begin, end in pairwise(edges)]

    def sold(self, block: slice) -> tuple[Sold, Ints, Ints]:
        """The sale lines of a block, with the customer and the product of each."""
        profile, dice, shelf = self.profile, self.dice, self.shelf
        named, counts = self.orders.named[block], self.counts[block]
        lines = picked(profile, self.orders, self.tastes, self.counts, shelf, dice, block)
        charges = charges_of(self.lists, lines, counts, named, dice, block)
        quantity = quantities_of(profile, named, self.traits.of(block), counts, lines, shelf, charges, dice)
        price = charges.at(quantity)
        invoice = lines.invoice + block.start
        total = _rounded(quantity * price, profile.decimals)
        sold = Sold(invoice, self.moments[invoice], quantity, price, total, named[lines.invoice])
        return sold, self.orders.customer[invoice], lines.product


def open_shop(profile: Profile, count: int, seed: int, first_day: date | None, last_day: date | None) -> Shop:
    """The shop that will sell `count` invoices."""
    dice, learnt = Dice(seed), profile.learnt
    days = days_of(profile.calendar, learnt, first_day or learnt.first_day, last_day or learnt.last_day, dice)
    orders = orders_of(profile.customers, days, count, dice)
    traits = traits_of(profile.effects, orders, dice)
    counts = line_counts(profile.invoices, orders.named, traits.invoice[0])
    shelf = shelf_of(profile.products, profile.baskets, dice)
    return Shop(
        profile=profile,
        dice=dice,
        days=days,
        orders=orders,
        traits=traits,
        counts=counts,
        shelf=shelf,
        tastes=tastes_of(profile, orders, traits, counts, dice),
        lists=price_lists(profile, shelf, counts, orders.named, dice),
        moments=_moments(profile, days, orders, traits.invoice[_HOUR], dice),
    )


def _joined(parts: Sequence[Sold]) -> Sold:
    return Sold(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Sold)))


def _numbered(lines: Lines) -> Lines:
    """The lines oldest first, invoices numbered from 0 in time, and credit notes after them."""
    ordered = lines.in_order()
    codes, first, place = np.unique(ordered.inv, return_index=True, return_inverse=True)
    number = np.empty(len(codes), np.int64)
    number[np.lexsort((first, ordered.credit[first]))] = np.arange(len(codes))
    return replace(ordered, inv=number[place])


def _moments(profile: Profile, days: Days, orders: Orders, score: Floats, dice: Dice) -> Floats:
    """The moments of orders, to the minute, in seconds since 1970."""
    day = days.day_at(orders.time)
    hour = clock(profile.calendar, days.weekday[day], orders.named, chance_of(score))
    minute = np.floor(dice.chances(Draw.CLOCK, np.arange(len(day)))[1] * 60)
    moments: Floats = days.midnight(day).astype(np.float64) + hour * 3600.0 + minute * 60.0
    return moments


def _rounded(amount: Floats, decimals: int) -> Floats:
    """Amounts in minor units rounded half up, where floats would fall short of the half by a hair."""
    rounded: Floats = np.floor(amount + 0.5 + 1e-9 * np.maximum(np.abs(amount), 1))
    return rounded if decimals else np.round(amount, 2)


def _table(sold: Sold, customer: Ints, product: Ints, decimals: int) -> Lines:
    unit = 10.0**decimals
    return Lines(
        inv=sold.invoice,
        ts=sold.moment.astype("datetime64[s]"),
        cust=customer,
        prod=product,
        qty=sold.quantity,
        price=np.round(sold.price / unit, decimals),
        total=np.round(sold.total / unit, decimals or 2),
        credit=np.zeros(len(customer), np.bool_),
    )


def _with_notes(sales: Lines, sold: Sold, back: Returned, count: int, decimals: int) -> Lines:
    """Sales and, after them, the lines of credit notes, whose numbers go on where the invoices' end."""
    unit = 10.0**decimals
    whole = back.quantity == sold.quantity[back.sale]
    total = np.where(whole, sold.total[back.sale], _rounded(back.quantity * sold.price[back.sale], decimals))
    more = Lines(
        inv=count + back.note,
        ts=back.moment.astype("datetime64[s]"),
        cust=sales.cust[back.sale],
        prod=sales.prod[back.sale],
        qty=-back.quantity,
        price=sales.price[back.sale],
        total=-np.round(total / unit, decimals or 2),
        credit=np.ones(len(back.note), np.bool_),
    )
    return sales.with_more(more)
