"""Products and days for which a law knows no rate: found by asking the law itself, before any work."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time

from ledgerflow.billing.catalogue import Product
from ledgerflow.billing.errors import Finding, RateUnknown
from ledgerflow.billing.supply import Supply, SupplyLine
from ledgerflow.billing.tax import TaxContext, TaxStrategy
from ledgerflow.simulation.baskets import price_list
from ledgerflow.simulation.branches import currency_of
from ledgerflow.simulation.config import SimulationConfig
from ledgerflow.simulation.identities import home_of, seller_of, walk_in

_NAMED = 3  # products that a finding names


def unrated(
    config: SimulationConfig, catalogue: Sequence[Product], laws: Mapping[str, TaxStrategy]
) -> Iterator[Finding]:
    """For each establishment, the codes without a rate on the first or the last day, or the day before any law."""
    for index, establishment in enumerate(config.business.establishments):
        law = laws[establishment.strategy]
        home = home_of(establishment, law, laws)
        money = currency_of(establishment, home)
        lines = price_list(catalogue, establishment, money, config.products)
        seller = seller_of(config, establishment, law, home)
        sample = Supply(
            seller, walk_in(seller.place), datetime.combine(config.first_day, time(12)), money, tuple(lines)
        )
        for name, day in (("first_day", config.first_day), ("last_day", config.last_day)):
            found = list(_without_rate(law, sample, day))
            if found:
                whole = len(found) == len(lines)
                yield _too_early(name, day, law) if whole else _unknown(index, law, found, day)
                break


def _without_rate(law: TaxStrategy, sample: Supply, day: date) -> Iterator[SupplyLine]:
    """One line of each kind is asked for, all together; and every line by itself only if something is amiss."""
    at = datetime.combine(day, time(12))
    kinds = {_kind(line): line for line in sample.lines}
    if not _is_rated(law, replace(sample, tax_point=at, lines=tuple(kinds.values()))):
        yield from (line for line in sample.lines if not _is_rated(law, replace(sample, tax_point=at, lines=(line,))))


def _kind(line: SupplyLine) -> tuple[object, ...]:
    """What decides whether a law knows a rate: not what a thing is called, nor what it costs."""
    return line.commodity_code, line.category, line.declared_rate, line.unit, line.cess_rate, line.cess_per_unit


def _is_rated(law: TaxStrategy, supply: Supply) -> bool:
    try:
        law.assess(TaxContext(supply))
    except RateUnknown:
        return False
    return True


def _too_early(name: str, day: date, law: TaxStrategy) -> Finding:
    return Finding(
        code="law_not_in_force",
        place=f"/{name}",
        message=f"{law.title} knows no rate on {day}.",
        advice="Choose a day on which the tax was in force.",
        parameters={"day": str(day), "strategy": law.code},
    )


def _unknown(index: int, law: TaxStrategy, lines: Sequence[SupplyLine], day: date) -> Finding:
    names = ", ".join(f"{line.description} ({line.commodity_code or 'no code'})" for line in lines[:_NAMED])
    more = f" and {len(lines) - _NAMED} more" if len(lines) > _NAMED else ""
    return Finding(
        code="rate_unknown",
        place=f"/business/establishments/{index}/strategy",
        message=f"{law.title} knows no rate on {day} for {names}{more}.",
        advice="Give these products a tax rate or another code in the catalogue, or exclude them.",
        parameters={"strategy": law.code, "day": str(day), "products": str(len(lines))},
    )
