"""The conformance suite passes every installed strategy and catches one broken in each law."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from importlib.metadata import entry_points
from itertools import count

import pytest
from numpy.random import Generator

from ledgerflow.billing.conformance import check_strategy
from ledgerflow.billing.errors import RateUnknown, StrategyBroken
from ledgerflow.billing.numbering import NumberingRule
from ledgerflow.billing.party import City, Jurisdiction, Party, Place, Region
from ledgerflow.billing.supply import SupplyLine
from ledgerflow.billing.tax import DocumentKind, TaxContext, TaxResult, TaxStrategy
from ledgerflow.taxes.vat.strategy import VATStrategy

UNIT = Decimal("0.001")
INSTALLED = {point.name: point for point in entry_points(group="ledgerflow.tax_strategies")}


@pytest.mark.requirement("FR-2.1")
def test_the_laws_that_ship_are_installed() -> None:
    assert INSTALLED.keys() >= {"gst", "none", "vat", "vat-ae", "vat-bh", "vat-om", "vat-sa"}


@pytest.mark.requirement("FR-2.5")
@pytest.mark.parametrize("code", sorted(INSTALLED))
def test_every_installed_strategy_obeys_the_laws_under_its_own_name(code: str) -> None:
    strategy: TaxStrategy = INSTALLED[code].load()
    assert strategy.code == code
    check_strategy(strategy)


class Bent(VATStrategy):
    """Bahrain's law, its answer bent after the fact."""

    def __init__(self, bend: Callable[[TaxContext, TaxResult], TaxResult]) -> None:
        super().__init__("bahrain.toml")
        self._bend = bend

    def assess(self, context: TaxContext) -> TaxResult:
        return self._bend(context, super().assess(context))


def with_first_line(result: TaxResult, **changes: object) -> TaxResult:
    first = replace(result.lines[0], **changes)  # type: ignore[arg-type]  # any field may be bent
    return replace(result, lines=(first, *result.lines[1:]))


def silent(context: TaxContext, result: TaxResult) -> TaxResult:
    lines = tuple(replace(line, charge=replace(line.charge, reason="")) for line in result.lines)
    return replace(result, lines=lines, legends=())


def sourceless(context: TaxContext, result: TaxResult) -> TaxResult:
    return with_first_line(result, charge=replace(result.lines[0].charge, source=""))


def refuse(context: TaxContext, result: TaxResult) -> TaxResult:
    raise RateUnknown(code="everything", day=context.day)


def fickle() -> Callable[[TaxContext, TaxResult], TaxResult]:
    turns = count()
    return lambda context, result: replace(result, answers={"turn": str(next(turns))})


def keep_the_tax(context: TaxContext, result: TaxResult) -> TaxResult:
    """A refund without its tax."""
    if context.supply.correction is None:
        return result
    return replace(result, totals=replace(result.totals, taxes={}))


def scribble(context: TaxContext, result: TaxResult) -> TaxResult:
    """Writes into the supply that it was lent."""
    assert isinstance(context.supply.seller.identifiers, dict)
    context.supply.seller.identifiers["seen"] = "yes"
    return result


BENDS = {
    "an ordinary sale is assessed: ": refuse,
    "a strategy is pure: ": fickle(),
    "a strategy is pure:": scribble,
    "every line is assessed: ": lambda _, result: replace(result, lines=result.lines[:-1]),
    "no line is changed: ": lambda _, result: with_first_line(result, gross=result.lines[0].gross + UNIT),
    "dues follow from the charges: ": lambda _, result: with_first_line(result, dues=()),
    "dues follow from the charges:": lambda _, result: replace(result, summary=()),
    "taxes add up: ": lambda _, result: replace(result, totals=replace(result.totals, taxes={"VAT": UNIT})),
    "taxes add up:": lambda _, result: replace(result, totals=replace(result.totals, total=result.totals.total + UNIT)),
    "a price with tax adds back: ": lambda _, result: replace(result, totals=replace(result.totals, round_off=UNIT)),
    "no tax needs a reason, every charge a source: ": silent,
    "no tax needs a reason, every charge a source:": sourceless,
    "amounts are whole minor units: ": lambda _, result: with_first_line(result, taxable_value=Decimal("0.0004")),
    "a refund mirrors its sale: ": keep_the_tax,
    "a refund mirrors its sale:": lambda _, result: replace(result, document=DocumentKind.TAX_INVOICE),
}


@pytest.mark.parametrize("law", BENDS, ids=lambda law: law.strip(": ") + str(law.count(" ") % 2))
def test_a_bent_answer_is_caught(law: str) -> None:
    with pytest.raises(StrategyBroken, match=f"- {law.strip()}"):
        check_strategy(Bent(BENDS[law]))


class Renumbered(VATStrategy):
    """Bahrain's law with another rule of numbers."""

    def __init__(self, pattern: str) -> None:
        super().__init__("bahrain.toml")
        self.numbering = NumberingRule(pattern)


@pytest.mark.parametrize("pattern", ["[0-9]+", r"(INV|CRN)/\d{4}/0\d{5}|A-\d{5}"])
def test_a_rule_that_refuses_ordinary_numbers_is_caught(pattern: str) -> None:
    with pytest.raises(StrategyBroken, match="the numbering rule allows ordinary series"):
        check_strategy(Renumbered(pattern))


class Registrar(VATStrategy):
    """Bahrain's law with another way to invent numbers."""

    def __init__(self, invent: Callable[[Generator, Party], str]) -> None:
        super().__init__("bahrain.toml")
        self._invent = invent

    def invent_registration(self, dice: Generator, party: Party) -> str:
        return self._invent(dice, party)


COUNTER = count(200000000000000)


@pytest.mark.parametrize(
    ("invent", "complaint"),
    [
        (lambda dice, party: str(next(COUNTER)), "the same dice gave"),
        (lambda dice, party: "200000000000001", "whatever the dice say"),
        (lambda dice, party: f"2{dice.integers(10**13):014}", "a place abroad has a number of Bahrain"),
        (lambda dice, party: f"BH{dice.integers(10**8)}", "it is not 15 digits"),
    ],
)
def test_tax_numbers_out_of_thin_air_are_caught(invent: Callable[[Generator, Party], str], complaint: str) -> None:
    with pytest.raises(StrategyBroken, match=complaint):
        check_strategy(Registrar(invent))


class Elsewhere(VATStrategy):
    """Bahrain's law in another geography."""

    def __init__(self, country: Jurisdiction) -> None:
        super().__init__("bahrain.toml")
        self._country = country

    @property
    def jurisdiction(self) -> Jurisdiction:
        return self._country


CITY = City("Town", 100, 199, "بلدة")


@pytest.mark.parametrize(
    ("currency", "regions", "complaint"),
    [
        ("BD", (), "'BD' is no currency"),
        ("BHD", (Region("1", "A", (CITY,), "أ"), Region("1", "B", (CITY,), "ب")), "two regions have one code"),
        ("BHD", (Region("1", "A", (), "أ"),), "A has no city"),
        ("BHD", (Region("1", "A", (City("Town", 199, 100),), "أ"),), "the postal codes of Town run backwards"),
        ("BHD", (Region("1", "A", (CITY,)),), "A has no name in 'ar'"),
    ],
)
def test_a_country_at_odds_with_itself_is_caught(currency: str, regions: tuple[Region, ...], complaint: str) -> None:
    with pytest.raises(StrategyBroken, match=complaint):
        check_strategy(Elsewhere(Jurisdiction("BH", "Bahrain", currency, regions, "ar")))


def test_a_stranger_sells_lines_of_their_own_besides() -> None:
    unknown = SupplyLine("Nothing in the book", Decimal(1), Decimal(1))
    with pytest.raises(StrategyBroken, match="No rate is known for standard"):
        check_strategy(VATStrategy("en16931.toml"), [unknown])
    check_strategy(VATStrategy("bahrain.toml"), [unknown])


def test_each_broken_law_is_told_once_with_the_first_sale_that_shows_it() -> None:
    with pytest.raises(StrategyBroken) as caught:
        check_strategy(Bent(silent))
    assert str(caught.value).count("no tax needs a reason") == 1
    assert "zero goods to Consumer on 2024-02-29, prices before tax: no tax (zero_rated)" in str(caught.value)


def test_a_place_for_every_region_is_tried() -> None:
    tried: set[Place] = set()

    class Witness(VATStrategy):
        def check_registration(self, number: str, place: Place) -> str:
            tried.add(place)
            return ""

    check_strategy(Witness("bahrain.toml"))
    assert {place.region for place in tried} == {"13", "14", "15", "17"}
