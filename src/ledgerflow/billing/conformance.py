"""The laws of billing that every tax strategy obeys, ours like a stranger's; `check_strategy` tries them all.

It sells samples of its own making (several days, buyers, categories, prices with and without tax, discounts, notes) and
reports each broken law once, with the first sale that shows it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from itertools import product

from numpy.random import Generator, Philox

from ledgerflow.billing.catalogue import TaxCategory
from ledgerflow.billing.errors import BillingError, NumberSeriesInvalid, StrategyBroken
from ledgerflow.billing.money import ZERO
from ledgerflow.billing.numbering import NumberSeries
from ledgerflow.billing.party import Holder, Party, Place, Registration
from ledgerflow.billing.settlement import settle
from ledgerflow.billing.supply import Correction, NoteKind, Supply, SupplyLine
from ledgerflow.billing.tax import DocumentKind, TaxContext, TaxResult, TaxStrategy, Treatment

_DAYS = (datetime(2024, 2, 29, 23, 59), datetime(2026, 4, 1, 0, 0))
_TEMPLATES = ("INV/{fy}/{n:06}", "CRN/{fy}/{n:06}", "A-{n:05}")


@dataclass(frozen=True, slots=True)
class _Sale:
    """A sample, its assessment, and what was asked."""

    supply: Supply
    result: TaxResult


def check_strategy(strategy: TaxStrategy, more_lines: Sequence[SupplyLine] = ()) -> None:
    """Raises StrategyBroken with every law that the strategy breaks. `more_lines` are sold besides the samples: give
    lines whose rate only your own book knows."""
    broken: dict[str, str] = {}
    for law, instance in _complaints(strategy, more_lines):
        broken.setdefault(law, instance)
    if broken:
        laws = "\n".join(f"- {law}: {instance}" for law, instance in broken.items())
        raise StrategyBroken(code=strategy.code, count=len(broken), laws=laws)


def _complaints(strategy: TaxStrategy, more_lines: Sequence[SupplyLine]) -> Iterator[tuple[str, str]]:
    yield from _of_the_country(strategy)
    yield from _of_numbers(strategy)
    yield from _of_registrations(strategy)
    for supply in _supplies(strategy, more_lines):
        context, before = TaxContext(supply), repr(supply)
        try:
            sale = _Sale(supply, strategy.assess(context))
            again, note = strategy.assess(context), strategy.assess(TaxContext(_refund(supply)))
        except BillingError as refusal:
            yield "an ordinary sale is assessed", f"{_name(supply)}: {refusal}"
            continue
        if again != sale.result or repr(supply) != before:
            yield "a strategy is pure", f"{_name(supply)} changes from one assessment to the next"
        if len(sale.result.lines) != len(supply.lines):
            yield "every line is assessed", f"{_name(supply)}: only {len(sale.result.lines)} are"
            continue
        for law, check in _LAWS.items():
            yield from ((law, f"{_name(supply)}: {complaint}") for complaint in check(sale))
        yield from (
            ("a refund mirrors its sale", f"{_name(supply)}: {complaint}") for complaint in _mirror(sale.result, note)
        )


def _lines(sale: _Sale) -> Iterator[str]:
    for line, assessed in zip(sale.supply.lines, sale.result.lines, strict=True):
        if assessed.gross != sale.supply.currency.round(line.quantity * line.unit_price):
            yield f"{line.description} was sold for {line.quantity * line.unit_price}, assessed as {assessed.gross}"


def _settlement(sale: _Sale) -> Iterator[str]:
    result = sale.result
    expected = settle(
        TaxContext(sale.supply),
        [line.charge for line in result.lines],
        result.rounder,
        document=result.document,
        regime=result.regime,
        place_of_supply=result.place_of_supply,
    )
    if result.lines != expected.lines:
        wrong = next(place for place in range(len(result.lines)) if result.lines[place] != expected.lines[place])
        yield f"line {wrong + 1} is {result.lines[wrong].dues}, its charge makes {expected.lines[wrong].dues}"
    if result.summary != expected.summary or result.totals != expected.totals:
        yield "summary or totals are not what the charges make"


def _adding_up(sale: _Sale) -> Iterator[str]:
    totals, lines = sale.result.totals, sale.result.lines
    taxes: dict[str, Decimal] = {}
    for due in (due for line in lines for due in line.dues):
        taxes[due.tax] = taxes.get(due.tax, ZERO) + due.amount
    if taxes != dict(totals.taxes):
        yield f"the lines bear {taxes}, the document {dict(totals.taxes)}"
    asked = sum((line.total for line in lines), ZERO)
    made = totals.taxable_value + totals.exempt_value + totals.tax
    if not asked == made == totals.total:
        yield f"the lines cost {asked}, value and tax make {made}, the document says {totals.total}"


def _agreed_price(sale: _Sale) -> Iterator[str]:
    totals = sale.result.totals
    agreed = sum((line.price for line in sale.result.lines), ZERO)
    if sale.supply.prices_include_tax and totals.total + totals.round_off != agreed:
        yield f"{agreed} was agreed, {totals.total} and {totals.round_off} are asked"


def _reasons(sale: _Sale) -> Iterator[str]:
    for charge in (line.charge for line in sale.result.lines):
        untaxed = charge.treatment is not Treatment.TAXED or charge.waived or not charge.rate
        if untaxed and not (charge.reason or sale.result.legends):
            yield f"no tax ({charge.treatment}), and no word about it"
        if not charge.source:
            yield f"the charge {charge.code} names no source"


def _minor_units(sale: _Sale) -> Iterator[str]:
    money = sale.supply.currency
    for line in sale.result.lines:
        amounts = (line.gross, line.discount, line.taxable_value, line.total, *(due.amount for due in line.dues))
        yield from (f"{a} is no whole number of minor units" for a in amounts if money.round(a) != a)


_LAWS: dict[str, Callable[[_Sale], Iterator[str]]] = {
    "no line is changed": _lines,
    "dues follow from the charges": _settlement,
    "taxes add up": _adding_up,
    "a price with tax adds back": _agreed_price,
    "no tax needs a reason, every charge a source": _reasons,
    "amounts are whole minor units": _minor_units,
}


def _mirror(sale: TaxResult, note: TaxResult) -> Iterator[str]:
    if note.document is not DocumentKind.CREDIT_NOTE:
        yield f"a refund is called {note.document}"
    if note.lines != sale.lines or note.totals != sale.totals:
        yield f"sold for {sale.totals.grand_total}, refunded {note.totals.grand_total}"


def _of_the_country(strategy: TaxStrategy) -> Iterator[tuple[str, str]]:
    law = "a country's facts agree"
    country = strategy.jurisdiction
    if len(country.currency_code) != 3:
        yield law, f"{country.currency_code!r} is no currency"
    if len(country.region_by_code) != len(country.regions):
        yield law, "two regions have one code"
    for region in country.regions:
        if not region.cities:
            yield law, f"{region.name} has no city"
        for city in region.cities:
            if city.first_postal_code > city.last_postal_code:
                yield law, f"the postal codes of {city.name} run backwards"
        if country.language and not region.name_local:
            yield law, f"{region.name} has no name in {country.language!r}"


def _of_numbers(strategy: TaxStrategy) -> Iterator[tuple[str, str]]:
    law = "the numbering rule allows ordinary series"
    for template in _TEMPLATES:
        try:
            series = NumberSeries(template, strategy.numbering)
        except NumberSeriesInvalid as refusal:
            yield law, str(refusal)
            continue
        for count, day in ((1, date(2026, 3, 31)), (series.capacity, date(2026, 4, 1))):
            if not strategy.numbering.allows(series.number(count, day)):
                yield law, f"{series.number(count, day)} is refused"


def _of_registrations(strategy: TaxStrategy) -> Iterator[tuple[str, str]]:
    law = "tax numbers come from the dice alone, for the country alone"
    invent = strategy.invent_registration
    for place, holder in product(_places(strategy), Holder):
        party = Party("Specimen Traders", place, Registration.REGISTERED, holder=holder)
        first, again, *others = (invent(Generator(Philox(key)), party) for key in (1, 1, 2, 3, 4))
        if first != again:
            yield law, f"the same dice gave {first} and {again}"
        if first and {first} == set(others):
            yield law, f"{first} comes whatever the dice say"
        if first and (fault := strategy.check_registration(first, place)):
            yield "a strategy accepts the tax numbers it makes", f"{first} in {place.region_name}: {fault}"
    if strategy.jurisdiction.country and invent(Generator(Philox(1)), Party("Abroad", _abroad(strategy))):
        yield law, f"a place abroad has a number of {strategy.jurisdiction.name}"


def _places(strategy: TaxStrategy) -> list[Place]:
    country = strategy.jurisdiction.country or "XX"
    regions = strategy.jurisdiction.regions
    places = [Place(country, r.code, r.name, r.name_local, r.cities[0].name if r.cities else "") for r in regions]
    return places or [Place(country)]


def _abroad(strategy: TaxStrategy) -> Place:
    return Place("US" if strategy.jurisdiction.country != "US" else "CA")


def _supplies(strategy: TaxStrategy, more_lines: Sequence[SupplyLine]) -> Iterator[Supply]:
    places = _places(strategy)
    dice = Generator(Philox(7))

    def registered(name: str, place: Place) -> Party:
        party = Party(name, place, Registration.REGISTERED, holder=Holder.COMPANY)
        return replace(party, tax_number=strategy.invent_registration(dice, party))

    seller = registered("Seller", places[0])
    buyers = (
        Party("Consumer", places[0]),
        registered("Business nearby", places[0]),
        registered("Business elsewhere", places[-1]),
        Party("Buyer abroad", _abroad(strategy), Registration.OVERSEAS),
    )
    money = strategy.jurisdiction.currency
    for day, buyer, included, basket in product(_DAYS, buyers, (False, True), _baskets(more_lines)):
        discount = money.round(Decimal("3.335")) if len(basket) > 1 else ZERO
        yield Supply(seller, buyer, day, money, basket, prices_include_tax=included, discount=discount)


def _baskets(more_lines: Sequence[SupplyLine]) -> Iterator[tuple[SupplyLine, ...]]:
    """Each category alone, all together, and prices on which rounding shows."""
    rate = Decimal(5)
    each = [
        SupplyLine(f"{category} goods", Decimal(3), Decimal("12.345"), category=category, declared_rate=rate)
        for category in TaxCategory
    ]
    yield from ((line,) for line in each)
    yield tuple(each)
    yield tuple(
        SupplyLine(f"Sweet {price}", Decimal(1), Decimal(price), discount_percent=Decimal(10), declared_rate=rate)
        for price in ("0.045", "1.09", "9.99", "1091.50")
    )
    if more_lines:
        yield tuple(more_lines)


def _refund(supply: Supply) -> Supply:
    return replace(supply, correction=Correction(NoteKind.CREDIT, "returned", 0, "A-1", str(supply.tax_point.date())))


def _name(supply: Supply) -> str:
    prices = "with tax" if supply.prices_include_tax else "before tax"
    lines = " and ".join(line.description for line in supply.lines)
    return f"{lines} to {supply.buyer.name} on {supply.tax_point.date()}, prices {prices}"
