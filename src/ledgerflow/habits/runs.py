"""Runs: a distribution as single values and stretches of values, each with its share; what a profile is made of."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from ledgerflow.habits.dice import Floats, score_of

_TINY = 1e-9
_LARGEST = 1e15
_ROUNDED = 2.0  # per cent by which written shares may miss the whole


@dataclass(frozen=True, eq=False)
class Runs:
    """Values from `low` to `high` with their share, in rising order; where both are equal it is one value.

    As text: `1:28.1 2:15 13~23:9.7`, the shares in any unit. Stretches are even on a logarithmic scale.
    """

    low: Floats
    high: Floats
    share: Floats

    @classmethod
    def of(cls, runs: Sequence[tuple[float, float, float]]) -> "Runs":
        """Runs from triples of low, high and share, in rising order."""
        low, high, share = (np.array(column, np.float64) for column in zip(*runs, strict=True))
        return cls(low, high, share)

    @classmethod
    def parse(cls, text: str) -> "Runs":
        """Runs from their text; ValueError where it is none."""
        triples = []
        for word in text.split():
            values, _, share = word.rpartition(":")
            low, _, high = values.partition("~")
            triples.append((float(low), float(high or low), float(share)))
        lows = [low for low, _, _ in triples]
        sound = all(0 <= low <= high < _LARGEST and 0 <= share < _LARGEST for low, high, share in triples)
        if not sound or lows != sorted(lows) or not sum(share for _, _, share in triples):
            raise ValueError("runs are written as 1:28.1 2:15 13~23:9.7, in rising order")
        return cls.of(triples)

    def __str__(self) -> str:
        total = float(self.share.sum())
        unit = 1.0 if abs(total - 100) < _ROUNDED else total / 100
        words = zip(self.low.tolist(), self.high.tolist(), (self.share / unit).tolist(), strict=True)
        return " ".join(f"{_span(low, high)}:{_part(share)}" for low, high, share in words)

    def __len__(self) -> int:
        return len(self.low)

    @cached_property
    def steps(self) -> Floats:
        """Where in 0 … 1 each run begins, and 1."""
        ends = np.concatenate(([0.0], np.cumsum(self.share)))
        steps: Floats = ends / ends[-1]
        return steps

    @cached_property
    def mean(self) -> float:
        """The mean value."""
        return float(self.at((np.arange(2000) + 0.5) / 2000).mean())

    def at(self, chance: Floats) -> Floats:
        """The values at chances from 0 to 1."""
        run = np.clip(np.searchsorted(self.steps, chance, side="right") - 1, 0, len(self) - 1)
        width = np.maximum(self.steps[run + 1] - self.steps[run], 1e-15)
        low, high = self.low[run], self.high[run]
        part = (chance - self.steps[run]) / width
        logarithmic = (low > 0) & (high > low)
        ratio = np.maximum(high, _TINY) / np.maximum(low, _TINY)
        values = np.where(logarithmic, low * ratio**part, low + (high - low) * part)
        return np.clip(values, low, high)

    def places(self, values: Floats, chance: Floats | float, step: float = 0.0) -> Floats:
        """Where in 0 … 1 values stand, the inverse of `at`; by `chance` within what a single value, or one `step`,
        takes up."""
        run = np.clip(np.searchsorted(self.low, values, side="right") - 1, 0, len(self) - 1)
        low, high = self.low[run], self.high[run]
        stretch = high > low
        base = np.log(np.maximum(low, _TINY))
        scale = np.where(stretch, np.log(np.maximum(high, _TINY)) - base, 1.0)
        begin = np.where(stretch, (np.log(np.maximum(values - step / 2, _TINY)) - base) / scale, 0.0)
        end = np.where(stretch, (np.log(np.maximum(values + step / 2, _TINY)) - base) / scale, 1.0)
        begin, end = np.clip(begin, 0, 1), np.clip(end, 0, 1)
        spots: Floats = self.steps[run] + (begin + (end - begin) * chance) * (self.steps[run + 1] - self.steps[run])
        return spots

    def scores(self, values: Floats, chance: Floats | float, step: float = 0.0) -> Floats:
        """The standard normal scores of values."""
        return score_of(self.places(values, chance, step))

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        read: Callable[[str], Runs] = cls.parse
        return core_schema.no_info_plain_validator_function(
            lambda value: value if isinstance(value, Runs) else read(str(value)),
            serialization=core_schema.plain_serializer_function_ser_schema(str),
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string", "pattern": r"^\S+:\S+( \S+:\S+)*$"}


def _part(share: float) -> str:
    return f"{share:.1f}" if share >= 0.995 else f"{share:.2g}"


def _span(low: float, high: float) -> str:
    return f"{low:.10g}" if low == high else f"{low:.10g}~{high:.10g}"
