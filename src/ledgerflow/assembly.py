"""The one place that knows every part: tax laws and formats by their entry points, the ledger by its address."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import entry_points
from typing import cast

from ledgerflow.billing.errors import StrategyUnknown
from ledgerflow.billing.tax import TaxStrategy
from ledgerflow.export.format import Format


@dataclass(frozen=True)
class Application:
    """The assembled program."""

    @cached_property
    def laws(self) -> Mapping[str, TaxStrategy]:
        """Every installed tax strategy by its code, strangers' like ours."""
        return {point.name: cast(TaxStrategy, point.load()) for point in _points("ledgerflow.tax_strategies")}

    @cached_property
    def formats(self) -> Mapping[str, Format]:
        """Every installed format by its code."""
        return {point.name: cast(Format, point.load()) for point in _points("ledgerflow.formats")}
