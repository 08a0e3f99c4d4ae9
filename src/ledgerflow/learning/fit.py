"""fit(): the habits of a business, learnt from its own invoice lines."""

from collections.abc import Callable
from itertools import count

import numpy as np

from ledgerflow.habits.baskets import MOST_LINES
from ledgerflow.habits.dice import Floats
from ledgerflow.habits.lines import Lines
from ledgerflow.habits.profile import Baskets, Customers, Learnt, Profile
from ledgerflow.learning.books import Books, books_of
from ledgerflow.learning.calendar import Season, season_of
from ledgerflow.learning.customers import customers_of
from ledgerflow.learning.effects import effects_of
from ledgerflow.learning.grouping import THRESHOLD
from ledgerflow.learning.prices import prices_of
from ledgerflow.learning.products import Catalogue, catalogue_of
from ledgerflow.learning.quantities import Amounts, amounts_of
from ledgerflow.learning.returns import returns_of
from ledgerflow.learning.sizes import Sizes, sizes_of
from ledgerflow.learning.tastes import TRIES, baskets_of

LEAST_INVOICES = 3 * THRESHOLD
LARGEST = 64_000 - 500  # bytes of a profile, with some room for the baskets
_STEPS = 3 + 2 * TRIES
_DETAILS = (12, 10, 8, 6, 4)  # runs of a cell of quantities: as many as there is room for


def fit(lines: Lines, told: Callable[[int, int], None] = lambda done, total: None) -> Profile:
    """The profile of the business behind lines of at least LEAST_INVOICES sales.

    `told` hears how many steps are done, and of how many. The same lines give the same profile: the dice that break
    ties are fixed.
    """
    steps = count(1)

    def step() -> None:
        told(next(steps), _STEPS)

    dice = np.random.Generator(np.random.Philox(key=[0, 0]))
    books = books_of(lines)
    season = season_of(books)
    customers = customers_of(books, season.time)
    step()
    sizes = sizes_of(books, dice)
    catalogue = catalogue_of(books, season.time, dice)
    step()
    for detail in _DETAILS:
        amounts = amounts_of(books, catalogue, dice, detail)
        profile = _profile(books, season, customers, sizes, catalogue, amounts)
        if len(profile.to_yaml().encode()) <= LARGEST:
            break
    step()
    return profile.model_copy(update={"baskets": baskets_of(books.sales, profile, step)})


def _profile(
    books: Books, season: Season, customers: Customers, sizes: Sizes, catalogue: Catalogue, amounts: Amounts
) -> Profile:
    return Profile(
        decimals=books.decimals,
        learnt=_learnt(books),
        calendar=season.calendar,
        customers=customers,
        effects=effects_of(books, sizes, catalogue, amounts),
        invoices=sizes.invoices,
        products=catalogue.products,
        baskets=Baskets(usual=0, breadth=1.5, siblings=0.3, family=3, taste=0.5),
        quantities=amounts.quantities,
        prices_named=prices_of(books, catalogue.price, named=True),
        prices_unnamed=prices_of(books, catalogue.price, named=False),
        credit_notes=returns_of(books),
        not_learnt=_not_learnt(books, season.time),
    )


def _learnt(books: Books) -> Learnt:
    return Learnt(
        first_day=books.first_day,
        last_day=books.last_day,
        invoices=int(float(f"{len(books.counts):.3g}")),
        lines=int(float(f"{len(books.product):.3g}")),
    )


def _not_learnt(books: Books, time: Floats) -> tuple[str, ...]:
    """What the lines did not show, in words."""
    customers = len(np.unique(books.customer[books.named]))
    products = len(np.unique(books.product))
    checks = {
        "Repeat buying: no buyer is named.": customers == 0,
        f"Differences between buyers: there are fewer than {THRESHOLD} named ones.": 0 < customers < THRESHOLD,
        "Weekdays, seasons and gaps between orders: all lines are of one day.": books.days == 1,
        "Seasons: the lines cover less than four weeks.": 1 < books.days < 28,
        "The year: the lines cover less than eleven months; other months are as busy as the mean.": 28
        <= books.days
        < 330,
        "Hours: all invoices have the same time of day.": len(np.unique(books.second)) == 1,
        f"Popularity and price points: there are fewer than {THRESHOLD} products.": products < THRESHOLD,
        f"Credit notes: there are fewer than {THRESHOLD}.": len(np.unique(books.credits.inv)) < THRESHOLD,
        f"Invoices of more than {MOST_LINES} lines: they are cut.": int(books.counts.max()) > MOST_LINES,
    }
    return tuple(words for words, holds in checks.items() if holds)
