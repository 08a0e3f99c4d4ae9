"""How a counted integer becomes a legal invoice number.

India: at most 16 characters, letters, digits, `-` and `/`, unique in a financial year (CGST Rule 46(b)); the invoice
portal also refuses a leading 0, `/` or `-`.
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from string import ascii_uppercase

from ledgerflow.billing.errors import NumberSeriesExhausted, NumberSeriesInvalid


class YearStart(StrEnum):
    """When a series may begin again."""

    JANUARY = "january"
    APRIL = "april"  # the Indian financial year


def year_label(day: date, start: YearStart, *, century: bool = False) -> str:
    """The year a document belongs to: `2026` from January, `26-27` (or `2026-27`) from April."""
    if start is YearStart.JANUARY:
        return str(day.year)
    first = day.year if day.month >= 4 else day.year - 1
    return f"{first if century else first % 100:02}-{(first + 1) % 100:02}"


def file_stem(number: str) -> str:
    """The number as the name of a file: `/` is written `-`."""
    return number.replace("/", "-")


@dataclass(frozen=True, slots=True)
class NumberingRule:
    """What a country's law asks of an invoice number: a full-match pattern and the start of the year."""

    pattern: str = r"[A-Z0-9][A-Z0-9/-]{0,29}"
    year_start: YearStart = YearStart.JANUARY

    def allows(self, number: str) -> bool:
        return re.fullmatch(self.pattern, number) is not None


_FIELD = re.compile(r"\{(fy|roll|n:0?(1[0-8]|[1-9])d?)\}")  # up to 18 digits, which every database counts


@dataclass(frozen=True)
class NumberSeries:
    """A pattern such as `INV/{fy}/{n:06}`: `{fy}` the year, `{n:06}` the count, `{roll}` a letter that rolls over.

    Without `{roll}` the series is exhausted when its digits are; with it A, B, C … follow one another. A `gapless`
    series has no void number, at the price that its batches wait for one another.
    """

    template: str
    rule: NumberingRule = NumberingRule()
    gapless: bool = False

    def __post_init__(self) -> None:
        fields = [match.group(1) for match in _FIELD.finditer(self.template)]
        if sum(field.startswith("n") for field in fields) != 1 or len(set(fields)) != len(fields):
            raise NumberSeriesInvalid(
                template=self.template, reason="it needs {n:06}, once, and {fy}, {roll} at most once"
            )
        sample = self._fill(1, self.period(date(2026, 6, 1)))
        if not self.rule.allows(sample):
            raise NumberSeriesInvalid(
                template=self.template,
                reason=f"it makes {sample} ({len(sample)} characters), which the law does not allow",
            )

    @cached_property
    def _digits(self) -> int:
        return next(int(match.group(2)) for match in _FIELD.finditer(self.template) if match.group(2))

    @cached_property
    def _per_roll(self) -> int:
        return int("9" * self._digits)

    @property
    def capacity(self) -> int:
        """How many numbers a period holds."""
        return self._per_roll * (len(ascii_uppercase) if "{roll}" in self.template else 1)

    def period(self, day: date) -> str:
        """The key of the counter: one counter a series and year (or one for ever, without `{fy}`)."""
        return year_label(day, self.rule.year_start) if "{fy}" in self.template else "all"

    def number(self, count: int, day: date) -> str:
        """The `count`-th number (from 1) of the period in which `day` lies."""
        return self.text(count, self.period(day))

    def text(self, count: int, period: str) -> str:
        """The `count`-th number (from 1) of a period."""
        if not 1 <= count <= self.capacity:
            raise NumberSeriesExhausted(template=self.template, period=period, left=0, wanted=1)
        return self._fill(count, period)

    def require(self, last: int, wanted: int, period: str) -> None:
        """Refuses a block that would not fit after `last`, before anything is made."""
        if last + wanted > self.capacity:
            left = max(0, self.capacity - last)
            raise NumberSeriesExhausted(template=self.template, period=period, left=left, wanted=wanted)

    @property
    def reserve(self) -> "NumberSeries | None":
        """The sub-series for when the series itself cannot be counted: an X takes the place of the first digit, where
        the series never has a letter. None if there is no digit to spare, or the law allows no letter there."""
        digits = self._digits
        if digits == 1:
            return None
        template = _FIELD.sub(lambda field: f"X{{n:0{digits - 1}}}" if field.group(2) else field.group(), self.template)
        try:
            return NumberSeries(template, self.rule, self.gapless)
        except NumberSeriesInvalid:
            return None

    def _fill(self, count: int, period: str) -> str:
        roll, place = divmod(count - 1, self._per_roll)
        values = {"fy": period, "roll": ascii_uppercase[roll]}
        return _FIELD.sub(
            lambda field: f"{place + 1:0{field.group(2)}d}" if field.group(2) else values[field.group(1)], self.template
        )
