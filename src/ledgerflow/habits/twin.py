"""twin(): the books of a business that has a profile's habits, as invoice lines; nothing in them was ever sold."""

from datetime import date

import numpy as np

from ledgerflow.habits.amounts import quantities_of
from ledgerflow.habits.baskets import line_counts, lines_of
from ledgerflow.habits.charges import charges_of
from ledgerflow.habits.days import Days, clock, days_of
from ledgerflow.habits.dice import Dice, Draw, Floats, Ints, chance_of
from ledgerflow.habits.lines import Lines
from ledgerflow.habits.orders import Orders, orders_of
from ledgerflow.habits.profile import Profile
from ledgerflow.habits.returns import Returned, Sold, returns_of
from ledgerflow.habits.shelf import shelf_of
from ledgerflow.habits.traits import traits_of

_HOUR = 5  # the place of the hour among the traits


def twin(profile: Profile, count: int, seed: int, first_day: date | None = None, last_day: date | None = None) -> Lines:
    """The lines of `count` invoices and of the credit notes to them, oldest first.

    From `first_day` to `last_day`, both included, by default the days learnt from. Equal arguments give equal lines, on
    any machine with the same versions of numpy and scipy.
    """
    dice = Dice(seed)
    learnt = profile.learnt
    days = days_of(profile.calendar, learnt, first_day or learnt.first_day, last_day or learnt.last_day, dice)
    orders = orders_of(profile.customers, days, count, dice)
    traits = traits_of(profile.effects, orders, dice)
    counts = line_counts(profile.invoices, orders.named, traits.invoice[0])
    shelf = shelf_of(profile.products, profile.baskets, dice)
    lines = lines_of(profile, orders, traits, counts, shelf, dice)
    charges = charges_of(profile, shelf, lines.product, lines.invoice, counts, orders.named, dice)
    quantity = quantities_of(profile, orders, traits, counts, lines, shelf, charges, dice)
    price = charges.at(quantity)
    moment = _moments(profile, days, orders, traits.invoice[_HOUR], dice)[lines.invoice]
    total = _rounded(quantity * price, profile.decimals)
    sold = Sold(lines.invoice, moment, quantity, price, total, orders.named[lines.invoice])
    sales = _table(sold, lines.invoice, orders.customer[lines.invoice], lines.product, profile.decimals)
    if profile.credit_notes is None:
        return sales.in_order()
    back = returns_of(profile.credit_notes, sold, count, days, profile.quantities.step, dice)
    return _with_notes(sales, sold, back, count, profile.decimals).in_order()


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


def _table(sold: Sold, invoice: Ints, customer: Ints, product: Ints, decimals: int) -> Lines:
    unit = 10.0**decimals
    return Lines(
        inv=invoice,
        ts=sold.moment.astype("datetime64[s]"),
        cust=customer,
        prod=product,
        qty=sold.quantity,
        price=np.round(sold.price / unit, decimals),
        total=np.round(sold.total / unit, decimals or 2),
        credit=np.zeros(len(invoice), np.bool_),
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
