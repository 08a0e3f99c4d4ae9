"""Every contradiction of a configuration with itself, the catalogue and the laws: all at once, before any work."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache

from ledgerflow.billing.catalogue import Catalogue, Product
from ledgerflow.billing.errors import Finding, InputRefused
from ledgerflow.billing.money import currency
from ledgerflow.billing.tax import TaxStrategy
from ledgerflow.simulation.advice import nearest
from ledgerflow.simulation.baskets import for_sale
from ledgerflow.simulation.branches import currency_of, open_branches
from ledgerflow.simulation.buyers import invoice_counts, portion, segments
from ledgerflow.simulation.config import SimulationConfig
from ledgerflow.simulation.identities import home_of
from ledgerflow.simulation.premises import premises
from ledgerflow.simulation.reach import unreachable
from ledgerflow.simulation.unrated import unrated

_LONGEST_PERIOD = 366 * 20
_LARGEST_INVOICE = Decimal(10) ** 15  # with taxes and in minor units, what a database counts in 64 bits


def refuse_contradictions(
    config: SimulationConfig, catalogue: Sequence[Product], laws: Mapping[str, TaxStrategy]
) -> None:
    """Raises InputRefused with every finding, or returns."""
    findings = contradictions(config, catalogue, laws)
    if findings:
        raise InputRefused(findings)


def contradictions(
    config: SimulationConfig, catalogue: Sequence[Product], laws: Mapping[str, TaxStrategy]
) -> tuple[Finding, ...]:
    """All findings. Amounts are only weighed where everything else is in order, for only then do they mean anything."""
    return _answer(_question(config, Catalogue.of(catalogue), laws))


@dataclass(frozen=True, slots=True)
class _Question:
    """What the answer hangs on. Laws are the same if they are the same objects, which the question keeps alive."""

    said: str
    goods: Catalogue
    asked: tuple[tuple[str, int], ...]
    config: SimulationConfig = field(compare=False)
    laws: Mapping[str, TaxStrategy] = field(compare=False)


def _question(config: SimulationConfig, goods: Catalogue, laws: Mapping[str, TaxStrategy]) -> _Question:
    """The seed is part of it only where amounts are weighed, for prices follow from it."""
    apart = None if _weighs(config) else {"seed"}
    asked = tuple((code, id(law)) for code, law in laws.items())
    return _Question(config.model_dump_json(exclude=apart), goods, asked, config, laws)


def _weighs(config: SimulationConfig) -> bool:
    return bool(config.bounds.amount or config.revenue)


@lru_cache(maxsize=12)  # a door is asked for the same books of one catalogue again and again
def _answer(question: _Question) -> tuple[Finding, ...]:
    config, goods, laws = question.config, question.goods, question.laws
    found = [
        *_period(config),
        *_ranges(config),
        *_numbers(config),
        *_choices(config, goods),
        *_sizes(config, goods),
        *premises(config, laws),
    ]
    if not found:
        found = [*_money(config, laws), *_notes(config, laws), *unrated(config, goods, laws)]
    if not found and _weighs(config):
        branches = open_branches(config, goods, laws)
        counts = invoice_counts(config.count or len(branches) * 100, config.business.establishments)
        found = list(unreachable(config, branches, counts))
    return tuple(found)


def _period(config: SimulationConfig) -> Iterator[Finding]:
    first, last = config.first_day, config.last_day
    if first > last:
        yield Finding(
            code="dates_reversed",
            place="/last_day",
            message=f"The last day, {last}, lies before the first, {first}.",
            advice="Exchange the two days.",
            parameters={"first_day": str(first), "last_day": str(last)},
        )
    elif (last - first).days > _LONGEST_PERIOD:
        yield Finding(
            code="period_too_long",
            place="/last_day",
            message=f"From {first} to {last} is longer than 20 years.",
            advice="Make the books in several runs.",
            parameters={"first_day": str(first), "last_day": str(last)},
        )
    if config.count is None and not config.revenue:
        yield Finding(
            code="size_missing",
            place="/count",
            message="There is neither a number of invoices nor a revenue.",
            advice="Give `count`, or an amount under `revenue`, or both.",
        )


def _numbers(config: SimulationConfig) -> Iterator[Finding]:
    """A number left out on purpose is a gap."""
    if not config.anomalies.missing_number.rate:
        return
    for place, establishment in enumerate(config.business.establishments):
        if establishment.gapless:
            yield Finding(
                code="gapless_with_missing_numbers",
                place=f"/business/establishments/{place}/gapless",
                message="Numbers without a gap are asked for, and missing numbers among the anomalies.",
                advice="Leave out `gapless`, or set /anomalies/missing_number/rate to 0.",
                parameters={"establishment": establishment.key},
            )


def _ranges(config: SimulationConfig) -> Iterator[Finding]:
    bounds = config.bounds
    ranges = {"lines": bounds.lines, "quantity": bounds.quantity}
    pairs = [(name, str(own.minimum), str(own.maximum)) for name, own in ranges.items() if own.minimum > own.maximum]
    for code, limits in bounds.amount.items():
        if limits.maximum is not None and limits.minimum > limits.maximum:
            pairs.append((f"amount/{code}", str(limits.minimum), str(limits.maximum)))
    for name, minimum, maximum in pairs:
        yield Finding(
            code="bounds_reversed",
            place=f"/bounds/{name}/minimum",
            message=f"At least {minimum} and at most {maximum} exclude each other.",
            advice="Exchange the two, or lower the minimum.",
            parameters={"minimum": minimum, "maximum": maximum},
        )


def _choices(config: SimulationConfig, catalogue: Catalogue) -> Iterator[Finding]:
    names = catalogue.names
    seen: dict[str, str] = {}
    for role, words in config.products:
        for place, word in enumerate(words):
            pointer = f"/products/{role}/{place}"
            if word not in names:
                yield Finding(
                    code="product_unknown",
                    place=pointer,
                    message=f"The catalogue has no product {word!r}.",
                    advice=nearest(word, [*names]),
                    parameters={"product": word},
                )
            elif seen.setdefault(word, role) != role:
                yield Finding(
                    code="product_in_two_roles",
                    place=pointer,
                    message=f"{word!r} is listed under {seen[word]} already.",
                    advice="Keep it in one list.",
                    parameters={"product": word, "role": seen[word]},
                )
    distinct = len(for_sale(catalogue, config.products) if config.products.excluded else catalogue)
    if not distinct:
        yield Finding(
            code="nothing_to_sell",
            place="/products/excluded",
            message="No product of the catalogue is left to sell.",
            advice="Exclude fewer products, or give a catalogue that has some.",
        )
    elif config.bounds.lines.minimum > distinct:
        yield Finding(
            code="too_few_products",
            place="/bounds/lines/minimum",
            message=f"An invoice of {config.bounds.lines.minimum} lines needs as many products; there are {distinct}.",
            advice=f"Set it to {distinct} at most, or exclude fewer products.",
            parameters={"minimum": str(config.bounds.lines.minimum), "products": str(distinct)},
        )


def _sizes(config: SimulationConfig, catalogue: Catalogue) -> Iterator[Finding]:
    """The dearest product, in the largest quantity, on as many lines as there may be."""
    dearest = catalogue.dearest
    units = config.bounds.quantity.maximum * min(config.bounds.lines.maximum, len(catalogue))
    for place, establishment in enumerate(config.business.establishments):
        price = max(dearest * establishment.price_factor, establishment.price_step or Decimal(0))
        if price * units > _LARGEST_INVOICE:
            yield Finding(
                code="invoice_too_large",
                place=f"/business/establishments/{place}/price_factor",
                message=f"{units} units at {price:.4g} could come to more than {_LARGEST_INVOICE:.0e}.",
                advice="Lower the factor or the step, or the bounds of lines and quantity.",
                parameters={"units": str(units), "price": str(price)},
            )


def _money(config: SimulationConfig, laws: Mapping[str, TaxStrategy]) -> Iterator[Finding]:
    used: dict[str, list[Decimal]] = {}
    for establishment in config.business.establishments:
        home = home_of(establishment, laws[establishment.strategy], laws)
        used.setdefault(currency_of(establishment, home).code, []).append(establishment.round_to or Decimal(0))
    for path, codes in (("bounds/amount", config.bounds.amount), ("revenue", config.revenue)):
        for code in codes:
            if code not in used:
                yield Finding(
                    code="currency_unused",
                    place=f"/{path}/{code}",
                    message=f"No establishment bills in {code}.",
                    advice=f"Use one of: {', '.join(used)}.",
                    parameters={"currency": code},
                )
    if config.count is None:
        for code in used.keys() - config.revenue.keys():
            yield Finding(
                code="revenue_missing",
                place="/revenue",
                message=f"Without a count, the number of invoices in {code} is open.",
                advice=f"Give `count`, or a revenue in {code} too.",
                parameters={"currency": code},
            )
    for code, target in config.revenue.items():
        steps = used.get(code, [])
        step = min(steps) if target.measure == "payable" and steps and min(steps) else currency(code).unit
        if target.amount % step:
            yield Finding(
                code="revenue_too_fine",
                place=f"/revenue/{code}/amount",
                message=f"{target.amount} {code} is no multiple of {step}, and every invoice is.",
                advice=f"Give a multiple of {step}, or leave out `round_to`.",
                parameters={"currency": code, "amount": str(target.amount), "step": str(step)},
            )


def _notes(config: SimulationConfig, laws: Mapping[str, TaxStrategy]) -> Iterator[Finding]:
    if config.count is None or not config.credit_note_rate:
        return
    establishments = config.business.establishments
    named = 0
    for establishment, count in zip(establishments, invoice_counts(config.count, establishments), strict=True):
        home = home_of(establishment, laws[establishment.strategy], laws)
        named += sum(part.orders for part in segments(establishment, home, "", count) if part.kind.is_named)
    wanted = portion(config.count, config.credit_note_rate)
    if wanted > named:
        yield Finding(
            code="too_few_named_buyers",
            place="/credit_note_rate",
            message=f"{wanted} credit notes need as many invoices to named buyers; there are {named}.",
            advice="Lower the rate, or the share of walk-in customers.",
            parameters={"credit_notes": str(wanted), "named": str(named)},
        )
