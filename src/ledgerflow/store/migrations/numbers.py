"""The numbers of earlier books: which shape they have, which is free, and which series they are of."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

_TRAILING = re.compile(r"(.*?)([0-9]{0,100})", re.DOTALL)  # nobody counts further
_YEAR = re.compile(r"(?<![0-9])(?:(?:19|20)[0-9]{2}|([0-9]{2})-([0-9]{2}))(?![0-9]|-[0-9]{2}(?![0-9]))")
_WIDEST = 18  # digits, which every database counts
_MOST_GAPS = 10_000  # counts of a series that no invoice bears; with more it was not counted


def split(number: str) -> tuple[str, str]:
    """What stands before the trailing digits, and the digits."""
    found = _TRAILING.fullmatch(number)
    assert found is not None
    return found.group(1), found.group(2)


class Shapes:
    """The numbers of one tenant by their shape: what stands before the trailing digits, and how many these are."""

    def __init__(self, numbers: Iterable[str]) -> None:
        self._highest: dict[tuple[str, int], int] = {}
        for number in numbers:
            prefix, digits = split(number)
            if digits:
                self._note(prefix, len(digits), int(digits))

    def fresh(self, number: str) -> str:
        """A number of the same shape that nobody has: the next one, wider where the digits are exhausted."""
        prefix, digits = split(number)
        if not digits:  # the second that is called so is called so with a 2
            prefix, digits = f"{prefix}-", "1"
            self._note(prefix, 1, 1)
        width = len(digits)
        count = self._highest[prefix, width] + 1
        while len(str(count)) > width:
            width += 1
            count = max(count, self._highest.get((prefix, width), 0) + 1)
        self._note(prefix, width, count)
        return f"{prefix}{count:0{width}}"

    def _note(self, prefix: str, width: int, count: int) -> None:
        self._highest[prefix, width] = max(count, self._highest.get((prefix, width), 0))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a number stands: its series, the period, and the count; nowhere where the count is 0."""

    series: str = ""
    period: str = ""
    count: int = 0


NOWHERE = Place()


@dataclass(frozen=True, slots=True)
class Counted:
    """A series in a period as the earlier books leave it: all its counts lie from `first` to `last`."""

    series: str
    period: str
    counts: frozenset[int]

    @property
    def first(self) -> int:
        return min(self.counts)

    @property
    def last(self) -> int:
        return max(self.counts)

    def missing(self) -> Iterator[tuple[int, str]]:
        """Counts between the first and the last that no invoice bears, each with the number that it would be."""
        head, _, field = self.series.partition("{n:0")
        head, width = head.replace("{fy}", self.period), int(field.rstrip("}"))
        for count in range(self.first, self.last + 1):
            if count not in self.counts:
                yield count, f"{head}{count:0{width}}"


def place(number: str) -> Place:
    """The place that a number says it has. A year in it is the period of its series, as in `INV/{fy}/{n:06}`."""
    prefix, digits = split(number)
    if not 1 <= len(digits) <= _WIDEST or not int(digits) or not prefix.isprintable() or set("{}") & set(prefix):
        return NOWHERE
    years = [found for found in _YEAR.finditer(prefix) if not found[1] or (int(found[1]) + 1) % 100 == int(found[2])]
    period = "all"
    if len(years) == 1:
        period = years[0].group()
        prefix = f"{prefix[: years[0].start()]}{{fy}}{prefix[years[0].end() :]}"
    return Place(f"{prefix}{{n:0{len(digits)}}}", period, int(digits))


def counted(numbers: Iterable[str]) -> Mapping[tuple[str, str], Counted]:
    """The series that numbers make up, by series and period; those with more gaps than a series has are none."""
    counts: dict[tuple[str, str], set[int]] = {}
    for number in numbers:
        where = place(number)
        if where is not NOWHERE:
            counts.setdefault((where.series, where.period), set()).add(where.count)
    return {
        key: Counted(*key, frozenset(some))
        for key, some in sorted(counts.items())
        if max(some) - min(some) + 1 - len(some) <= _MOST_GAPS
    }
