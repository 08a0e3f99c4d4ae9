"""Rates: how often something happens, unevenly over many; a mixture on a grid, learnt from counts above nought."""

from typing import Annotated, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator
from scipy.special import gammainc, gammaincinv

from ledgerflow.habits.dice import Floats, Ints

_GRID = 48
_ROUNDS = 400
_SELDOM = 0.05
_NOTHING = 1e-6


class Rates(BaseModel):
    """Shares of a population on a grid of rates, even on a logarithmic scale from `lowest` to `highest`; `seen` is the
    share that is met at least once in the period learnt from."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
    lowest: Annotated[float, Field(ge=1e-3)]
    highest: Annotated[float, Field(le=1e9)]
    shares: Annotated[tuple[Annotated[float, Field(ge=0, le=1)], ...], Field(min_length=2, max_length=200)]
    seen: Annotated[float, Field(ge=1e-3, le=1)]

    @model_validator(mode="after")
    def _some(self) -> Self:
        if self.lowest >= self.highest or not sum(self.shares):
            raise ValueError("rates rise from the lowest to the highest, and some have a share")
        return self

    @property
    def grid(self) -> Floats:
        """The rates, in events per period learnt from."""
        return np.geomspace(self.lowest, self.highest, len(self.shares))

    @property
    def mean(self) -> float:
        """The mean rate."""
        return float((self.grid * self.shares).sum() / sum(self.shares))

    def at(self, chance: Floats) -> Floats:
        """The rates at chances from 0 to 1."""
        steps = np.concatenate(([0.0], np.cumsum(self.shares)))
        steps /= steps[-1]
        cell = np.clip(np.searchsorted(steps, chance, side="right") - 1, 0, len(self.shares) - 1)
        part = (chance - steps[cell]) / np.maximum(steps[cell + 1] - steps[cell], 1e-12)
        ratio = (self.highest / self.lowest) ** (1 / max(len(self.shares) - 1, 1))
        rates: Floats = self.grid[cell] * ratio ** (part - 0.5)
        return rates


def rates_of(counts: Floats | Ints, regular: float = 1.0) -> Rates:
    """The rates behind counts of at least one, each of a gamma renewal process of shape `regular` (1: Poisson).

    Non-parametric maximum likelihood by EM on a grid (Laird, JASA 1978), for counts cut off at nought.
    """
    values, often = np.unique(np.asarray(counts, np.float64), return_counts=True)
    low = max(_SELDOM, float(gammaincinv(regular, _SELDOM)) / regular)
    top = max(float(_robust_top(values, often)) * 1.1, 3.0)
    grid = np.geomspace(low, top, _GRID)
    reach = gammainc(np.maximum(values * regular, 1e-9)[:, None], grid * regular)
    beyond = gammainc(((values + 1) * regular)[:, None], grid * regular)
    met = gammainc(regular, grid * regular)
    likelihood = np.maximum(reach - beyond, 1e-300) / np.maximum(met, 1e-9)
    shares = np.full(_GRID, 1 / _GRID)
    for _ in range(_ROUNDS):
        parts = likelihood * shares
        parts /= parts.sum(axis=1, keepdims=True)
        shares = (often[:, None] * parts).sum(axis=0) / often.sum()
    whole = shares / np.maximum(met, 1e-9)
    return Rates(
        lowest=float(f"{low:.6g}"),
        highest=float(f"{top:.4g}"),
        shares=tuple(float(f"{share:.3g}") if share > _NOTHING else 0.0 for share in whole / whole.sum()),
        seen=float(f"{1 / whole.sum():.4g}"),
    )


def _robust_top(values: Floats, often: Ints, threshold: int = 3) -> float:
    """The greatest count, but no more than what few exceed would lead one to expect."""
    ordered = np.repeat(values, often.astype(int))[-50:]
    if len(ordered) < 2 * threshold:
        return float(ordered[-1])
    upper, base = ordered[-threshold], ordered[-2 * threshold]
    return float(min(ordered[-1], upper * (upper / max(base, 1.0)) ** np.log2(threshold)))
