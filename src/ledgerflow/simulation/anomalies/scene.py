"""The scene of an anomaly: the sales around it, who else buys, which days are open, and an approval limit."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property

from numpy.random import Generator

from ledgerflow.billing.money import ZERO
from ledgerflow.billing.party import Party
from ledgerflow.billing.supply import Supply
from ledgerflow.billing.tax import TaxContext, TaxResult, TaxStrategy
from ledgerflow.simulation.config import Establishment, SimulationConfig
from ledgerflow.simulation.simulate import Sale


@dataclass(frozen=True, slots=True)
class Odd:
    """A sale that takes the place of another, or is added to it; labelled unless nothing is shown that is not true."""

    supply: Supply
    true: str = ""
    shown: str = ""


@dataclass(frozen=True)
class Scene:
    """The clean books that something is done to."""

    config: SimulationConfig
    sales: Sequence[Sale]
    laws: Mapping[str, TaxStrategy]

    @cached_property
    def establishments(self) -> Mapping[str, Establishment]:
        return {place.key: place for place in self.config.business.establishments}

    def assess(self, sale: Sale, supply: Supply) -> TaxResult:
        """The tax of a changed sale of the same establishment."""
        establishment = self.establishments[sale.establishment]
        return self.laws[establishment.strategy].assess(TaxContext(supply, establishment.rounder))

    def later(self, sale: Sale, days: int, dice: Generator) -> datetime | None:
        """About the same time, so many days later or on the next day open after that; none after the last day."""
        minutes = int(dice.integers(3, 50))
        if not days:
            end_of_day = datetime.combine(sale.supply.tax_point.date(), datetime.max.time()).replace(microsecond=0)
            return min(sale.supply.tax_point + timedelta(minutes=minutes), end_of_day)
        open_days = self._open_days[sale.establishment]
        place = bisect_left(open_days, sale.supply.tax_point.date() + timedelta(days=days))
        if place == len(open_days):
            return None
        return datetime.combine(open_days[place], sale.supply.tax_point.time())

    def businesses(self, establishment: str) -> Sequence[Party]:
        """The registered buyers in the country, in the order of their first invoice."""
        return self._businesses.get(establishment, ())

    def limit(self, code: str) -> Decimal:
        """What a clerk may approve alone: a round figure that most invoices in the currency stay under."""
        return self._limits[code]

    @cached_property
    def _open_days(self) -> Mapping[str, list[date]]:
        days: dict[str, set[date]] = {}
        for sale in self.sales:
            days.setdefault(sale.establishment, set()).add(sale.supply.tax_point.date())
        return {key: sorted(found) for key, found in days.items()}

    @cached_property
    def _businesses(self) -> Mapping[str, Sequence[Party]]:
        found: dict[str, dict[str, Party]] = {}
        for sale in self.sales:
            buyer = sale.supply.buyer
            if buyer.is_business and buyer.place.country == sale.supply.seller.place.country:
                found.setdefault(sale.establishment, {}).setdefault(buyer.name, buyer)
        return {key: tuple(buyers.values()) for key, buyers in found.items()}

    @cached_property
    def _limits(self) -> Mapping[str, Decimal]:
        values: dict[str, list[Decimal]] = {}
        for sale in self.sales:
            if not sale.supply.correction:
                values.setdefault(sale.supply.currency.code, []).append(value_of(sale.supply))
        return {code: _round_down(sorted(found)[len(found) * 2 // 3]) for code, found in values.items()}


def value_of(supply: Supply) -> Decimal:
    """Quantities times prices."""
    return sum((line.quantity * line.unit_price for line in supply.lines), ZERO)


def _round_down(amount: Decimal) -> Decimal:
    """The greatest of 1, 2, 5, 10 … that is no greater; 1 at least."""
    if amount < 1:
        return Decimal(1)
    power = Decimal(1).scaleb(amount.adjusted())
    return next(step * power for step in (5, 2, 1) if step * power <= amount)
