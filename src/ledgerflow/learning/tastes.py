"""What is bought together and again: found by making books with a guess, measuring them, and guessing better."""

from collections.abc import Callable

import numpy as np

from ledgerflow.habits.lines import Lines
from ledgerflow.habits.profile import Baskets, Profile
from ledgerflow.habits.twin import twin
from ledgerflow.likeness.baskets import lifts, rebuy_share
from ledgerflow.likeness.sales import gather

TRIES = 6  # of each guess
_INVOICES = 6000  # of the books made to try one
_MOST = 0.95


def baskets_of(sales: Lines, profile: Profile, tried: Callable[[], None]) -> Baskets:
    """Baskets whose books have the rebuying and the spread of joint purchases of the sales learnt from.

    `tried` is called after each of 2 * TRIES guesses.
    """
    count = min(len(np.unique(sales.inv)), _INVOICES)

    def best(habit: str, measure: Callable[[Lines], float], known: Baskets) -> Baskets:
        def at(value: float) -> float:
            guess = {"baskets": known.model_copy(update={habit: value}), "credit_notes": None}
            reached = measure(twin(profile.model_copy(update=guess), count, 7))
            tried()
            return reached

        return known.model_copy(update={habit: _solve(at, measure(sales))})

    return best("usual", _rebuying, best("taste", lift_spread, profile.baskets))


def _solve(measure: Callable[[float], float], goal: float) -> float:
    """By bisection the value from 0 to _MOST at which a rising measure meets its goal."""
    low, high = 0.0, _MOST
    for _ in range(TRIES):
        middle = (low + high) / 2
        if measure(middle) < goal:
            low = middle
        else:
            high = middle
    return float(f"{(low + high) / 2:.3g}")


def lift_spread(sales: Lines) -> float:
    """The spread of how often two of the best sellers are bought together against chance: log of upper over lower
    quartile of the lifts of pairs (Brin et al., SIGMOD 1997). 0 where too few pairs are to be expected."""
    low, high = np.quantile(np.maximum(lifts(gather(sales)), 0.05), [0.25, 0.75])
    return float(np.log(high / low))


def _rebuying(sales: Lines) -> float:
    return rebuy_share(gather(sales))
