"""The portrait of a set of books in eleven charts, drawn beside a reference where there is one."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from ledgerflow.habits.lines import Figures
from ledgerflow.likeness.portrait import GAP_STEPS, LINE_STEPS, ORDER_STEPS, Portrait
from ledgerflow.reporting import charts
from ledgerflow.reporting.charts import Series
from ledgerflow.reporting.markup import figure

_HOURS = tuple(f"{hour}" for hour in range(24))
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_WEEKS = tuple(f"{week}" for week in range(1, 54))
_TOTALS = ("0", "1/16", "1/8", "1/4", "1/2", "1", "2", "4", "8", "16")
_DIGITS = tuple(f"{digit}" for digit in range(1, 10))
_ENDINGS = 12
_CURVE = tuple(f"{percent} %" for percent in range(0, 101, 5))


@dataclass(frozen=True, slots=True)
class Side:
    """A portrait and what it is called: `This batch`, `Reference`."""

    name: str
    portrait: Portrait


def pictures(*sides: Side) -> str:
    """The charts of one portrait, or of two beside each other."""
    drawn = [
        _columns("Hours", "Invoices by the hour of the day", "Hour", _HOURS, sides, "hours"),
        _columns("Weekdays", "Invoices by weekday", "Weekday", _WEEKDAYS, sides, "weekdays"),
        _curves("Weeks of the year", "Invoices by ISO week", "Week", _WEEKS, _named(sides, "weeks")),
        _columns("Lines an invoice", "Invoices by their lines", "Lines", _steps(LINE_STEPS), sides, "lines"),
        _columns(
            "Invoice totals", "In median invoices, each from its label to the next", "From", _TOTALS, sides, "totals"
        ),
        _columns(
            "First digits", "Of invoice totals; Benford's law gives 30 % ones", "Digit", _DIGITS, sides, "first_digits"
        ),
        _endings(sides),
        _lorenz("Products", "What the best products bring of the revenue", "Products", _named(sides, "products")),
        _lorenz("Customers", "What the best customers bring of the revenue", "Customers", _named(sides, "customers")),
        _columns(
            "Orders a customer", "Named customers by their invoices", "Orders", _steps(ORDER_STEPS), sides, "orders"
        ),
        _columns("Coming back", "Repeat invoices by days since the last", "Days", _steps(GAP_STEPS), sides, "gaps"),
    ]
    return f'<div class="charts">{"".join(drawn)}</div>'


def _named(sides: Sequence[Side], what: str) -> list[tuple[str, Figures]]:
    """The names and shares of those sides that have any."""
    found = [(side.name, getattr(side.portrait, what)) for side in sides]
    return [(name, shares) for name, shares in found if len(shares)]


def _columns(title: str, note: str, head: str, labels: Sequence[str], sides: Sequence[Side], what: str) -> str:
    return _beside(title, note, head, labels, _named(sides, what))


def _beside(title: str, note: str, head: str, labels: Sequence[str], shares: list[tuple[str, Figures]]) -> str:
    if not shares:
        return ""
    series = _series(shares)
    return _drawn(title, note, head, labels, series, charts.beside(title, labels, series, _percent))


def _curves(title: str, note: str, head: str, labels: Sequence[str], shares: list[tuple[str, Figures]]) -> str:
    if not shares:
        return ""
    series = _series(shares)
    return _drawn(title, note, head, labels, series, charts.curves(title, labels, series, _percent))


def _lorenz(title: str, note: str, head: str, curves: list[tuple[str, Figures]]) -> str:
    at = np.linspace(0, 1, len(_CURVE))
    coarse = [(name, np.interp(at, np.linspace(0, 1, len(curve)), curve)) for name, curve in curves]
    return _curves(title, note, head, _CURVE, coarse)


def _endings(sides: Sequence[Side]) -> str:
    """The dozen endings that are most frequent on either side."""
    both = np.max([side.portrait.endings for side in sides], axis=0)
    shown = np.sort(np.argsort(-both, kind="stable")[:_ENDINGS])
    shares = [(side.name, side.portrait.endings[shown]) for side in sides]
    labels = [f".{ending:02d}" for ending in shown]
    return _beside(
        "Price endings", "Lines by what stands behind the point, the most frequent", "Ending", labels, shares
    )


def _series(shares: list[tuple[str, Figures]]) -> list[Series]:
    return [Series(name, tuple(Decimal(f"{100 * share:.2f}") for share in values)) for name, values in shares]


def _drawn(title: str, note: str, head: str, labels: Sequence[str], series: Sequence[Series], chart: str) -> str:
    rows = [(label, *(f"{one.values[place]:.1f} %" for one in series)) for place, label in enumerate(labels)]
    names = [one.name for one in series]
    return figure(title, note, chart, (head, *names), rows, names if len(names) > 1 else ())


def _percent(value: Decimal) -> str:
    return f"{value.normalize():f} %"


def _steps(starts: Sequence[int]) -> list[str]:
    """`1`, `4–5`, `91+` for steps that begin there."""
    ends = [following - 1 for following in starts[1:]]
    steps = [f"{start}" if start == end else f"{start}–{end}" for start, end in zip(starts, ends, strict=False)]
    return [*steps, f"{starts[-1]}+"]
