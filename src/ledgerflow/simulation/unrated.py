"""Products and days for which a law knows no rate: found by asking the law itself, before any work."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from functools import lru_cache

from ledgerflow.billing.catalogue import Catalogue, Product
from ledgerflow.billing.errors import Finding, RateUnknown
from ledgerflow.billing.supply import Supply, SupplyLine
from ledgerflow.billing.tax import TaxContext, TaxStrategy
from ledgerflow.simulation.baskets import price_list
from ledgerflow.simulation.branches import currency_of
from ledgerflow.simulation.config import SimulationConfig
from ledgerflow.simulation.identities import home_of, seller_of, walk_in

_NAMED = 3  # products that a finding names


@dataclass(frozen=True, slots=True)
class _Question:
    """What the answer of one law hangs on; the seed is no part of it. Laws are the same if they are the same objects,
    which the question keeps alive."""

    index: int
    business: str
    days: tuple[date, date]
    products: str
    catalogue: Catalogue
    asked: tuple[int, ...]
    config: SimulationConfig = field(compare=False)
    laws: Mapping[str, TaxStrategy] = field(compare=False)


def unrated(
    config: SimulationConfig, catalogue: Sequence[Product], laws: Mapping[str, TaxStrategy]
) -> Iterator[Finding]:
    """For each establishment, the codes without a rate on the first or the last day, or the day before any law."""
    business, products = config.business.model_dump_json(), config.products.model_dump_json()
    days, asked, goods = (config.first_day, config.last_day), tuple(map(id, laws.values())), Catalogue.of(catalogue)
    for index in range(len(config.business.establishments)):
        yield from _answer(_Question(index, business, days, products, goods, asked, config, laws))


@lru_cache(maxsize=12)  # a door is asked the same of one catalogue again and again, and to ask a law takes long
def _answer(question: _Question) -> tuple[Finding, ...]:
    config, laws = question.config, question.laws
    establishment = config.business.establishments[question.index]
    law = laws[establishment.strategy]
    home = home_of(establishment, law, laws)
    money = currency_of(establishment, home)
    lines = price_list(question.catalogue, establishment, money, config.products)
    seller = seller_of(config, establishment, law, home)
    sample = Supply(seller, walk_in(seller.place), datetime.combine(config.first_day, time(12)), money, tuple(lines))
    for name, day in (("first_day", config.first_day), ("last_day", config.last_day)):
        found = list(_without_rate(law, sample, day))
        if found:
            whole = len(found) == len(lines)
            return (_too_early(name, day, law) if whole else _unknown(question.index, law, found, day),)
    return ()


def _without_rate(law: TaxStrategy, sample: Supply, day: date) -> Iterator[SupplyLine]:
    """All lines are asked for together, and one by one only if something is amiss."""
    at = datetime.combine(day, time(12))
    if not _is_rated(law, replace(sample, tax_point=at)):
        yield from (line for line in sample.lines if not _is_rated(law, replace(sample, tax_point=at, lines=(line,))))


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
