"""What a profile says of a business, in words."""

import numpy as np

from ledgerflow.habits.profile import Profile
from ledgerflow.habits.runs import Runs

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def told(profile: Profile) -> dict[str, str]:
    """A line a habit."""
    learnt, customers, quantities = profile.learnt, profile.customers, profile.quantities
    sizes = profile.invoices
    facts = {
        "learnt from": f"about {learnt.invoices:,} invoices of {learnt.lines:,} lines, "
        f"{learnt.first_day} to {learnt.last_day}",
        "busy": _busy(profile),
        "buyers": f"{customers.named:.0%} of invoices name one; {customers.companions:.0%} of orders come on the day "
        f"of the one before, {profile.baskets.usual:.0%} of lines from a usual list",
        "invoices": f"half have at most {_median(sizes.lines_named or sizes.lines_unnamed):g} lines",
        "products": f"about {profile.products.count:,}; half of the lines cost at most "
        f"{_median(profile.products.prices) / 10**profile.decimals:,.{profile.decimals}f}",
        "quantities": f"in packs of {quantities.pack}" if quantities.pack else f"in steps of {quantities.step:g}",
    }
    if profile.credit_notes:
        notes = profile.credit_notes
        facts["credit notes"] = f"{notes.share:.1%} of documents, {notes.value:.1%} of value"
    return facts


def _busy(profile: Profile) -> str:
    days = np.array(profile.calendar.weekdays)
    hours = np.array(profile.calendar.hours_named).sum(axis=0) + np.array(profile.calendar.hours_unnamed).sum(axis=0)
    shut = [name for name, level in zip(_WEEKDAYS, days, strict=True) if level == 0]
    closed = f", closed on {', '.join(shut)}" if shut else ""
    return f"most on {_WEEKDAYS[int(days.argmax())]} and at {int(hours.argmax())} o'clock{closed}"


def _median(runs: Runs | None) -> float:
    return round(float(runs.at(np.array([0.5]))[0])) if runs else 1
