"""The rate book: every rate and threshold the law ever set, by first day, with its source. Nothing is overwritten."""

import tomllib
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from ledgerflow.billing.errors import RateUnknown
from ledgerflow.billing.money import ZERO


@dataclass(frozen=True, slots=True)
class Rate:
    """One rate as the law set it. `rate` and `cess` are percent; `source` names the notification or article.

    Where the rate depends on the value of one unit, `rate` holds up to and including `limit`, `rate_above` beyond it.
    """

    code: str
    title: str
    since: date
    source: str
    rate: Decimal
    cess: Decimal = ZERO
    limit: Decimal | None = None
    rate_above: Decimal = ZERO

    def at(self, unit_value: Decimal) -> Decimal:
        """The rate for one unit worth `unit_value` before tax."""
        return self.rate if self.limit is None or unit_value <= self.limit else self.rate_above


@dataclass(frozen=True, slots=True)
class Threshold:
    """A dated amount on which the law turns, such as the value above which a consumer's invoice is reported singly."""

    since: date
    value: Decimal
    source: str


class RateBook:
    """All rates and thresholds of one tax law, looked up by code and day.

    A code (HSN, SAC or a category's name) answers for every longer code that has no entry of its own.
    """

    def __init__(self, rates: Mapping[str, tuple[Rate, ...]], thresholds: Mapping[str, tuple[Threshold, ...]]) -> None:
        self._rates = rates
        self._thresholds = thresholds
        self._found: dict[tuple[str, date], Rate] = {}

    @classmethod
    def from_toml(cls, text: str) -> "RateBook":
        """Reads `[[rates]]` (code, title, history) and `[[thresholds]]` (name, history)."""
        tables = tomllib.loads(text, parse_float=Decimal)
        rates = {entry["code"]: _rates(entry) for entry in tables.get("rates", ())}
        thresholds = {
            entry["name"]: tuple(
                Threshold(step["since"], Decimal(step["value"]), step["source"]) for step in _steps(entry)
            )
            for entry in tables.get("thresholds", ())
        }
        return cls(rates, thresholds)

    def find(self, code: str, day: date) -> Rate:
        """The rate in force on `day`; raises RateUnknown where the book has none."""
        key = (code, day)
        if key not in self._found:
            self._found[key] = self._look_up(code, day)
        return self._found[key]

    def threshold(self, name: str, day: date) -> Threshold:
        """The threshold in force on `day`."""
        history = self._thresholds[name]
        place = bisect_right([step.since for step in history], day)
        if not place:
            raise RateUnknown(code=name, day=day)
        return history[place - 1]

    def __iter__(self) -> Iterator[Rate]:
        return (rate for history in self._rates.values() for rate in history)

    def _look_up(self, code: str, day: date) -> Rate:
        for length in range(len(code), 0, -1):
            history = self._rates.get(code[:length], ())
            place = bisect_right([rate.since for rate in history], day)
            if place:
                return history[place - 1]
        raise RateUnknown(code=code or "a line without a code", day=day)


def _steps(entry: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """A history as it stands in the file, oldest first."""
    return sorted(entry["history"], key=lambda step: step["since"])


def _rates(entry: Mapping[str, Any]) -> tuple[Rate, ...]:
    return tuple(
        Rate(
            code=entry["code"],
            title=entry["title"],
            since=step["since"],
            source=step["source"],
            rate=Decimal(step["rate"]),
            cess=Decimal(step.get("cess", 0)),
            limit=Decimal(step["limit"]) if "limit" in step else None,
            rate_above=Decimal(step.get("rate_above", 0)),
        )
        for step in _steps(entry)
    )
