"""What is wrong on the paper alone: the rate, the split of the tax, the buyer's number. The sale itself is sound."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from numpy.random import Generator

from ledgerflow.billing.money import ZERO, plain
from ledgerflow.billing.numbering import NumberSeries
from ledgerflow.billing.settlement import settle, summarise
from ledgerflow.billing.supply import Supply
from ledgerflow.billing.tax import (
    CESS,
    AssessedLine,
    Charge,
    Levy,
    TaxContext,
    TaxDue,
    TaxResult,
    TaxStrategy,
    Treatment,
)
from ledgerflow.simulation.anomaly_wishes import Difficulty

_HALVES = ("SGST", "UTGST")


@dataclass(frozen=True, slots=True)
class Paper:
    """An assessed sale that lacks but a number: `day` decides which it gets, and so many are `skipped` before it."""

    law: TaxStrategy
    supply: Supply
    tax: TaxResult
    series: NumberSeries
    day: date
    skipped: int = 0


@dataclass(frozen=True, slots=True)
class Spoilt:
    """A paper with something wrong on it."""

    paper: Paper
    true: str
    shown: str


def wrong_rate(paper: Paper, rates: Sequence[Decimal], difficulty: Difficulty, dice: Generator) -> Spoilt | None:
    """Another rate: reckoned with but not printed; charged on a rate's lines; or charged on the smallest line only.

    `rates` are those that the law charges elsewhere; where there is but one, it is halved.
    """
    lines = paper.tax.lines
    taxed = [place for place, line in enumerate(lines) if _is_taxed(line)]
    if not taxed:
        return None
    chosen = taxed[int(dice.integers(len(taxed)))]
    if difficulty is Difficulty.HARD:
        chosen = min(taxed, key=lambda place: lines[place].taxable_value)
    rate = lines[chosen].charge.rate
    others = sorted((other for other in rates if 0 < other != rate), key=lambda other: abs(other - rate)) or [rate / 2]
    other = others[0] if difficulty is Difficulty.HARD else others[int(dice.integers(len(others)))]
    alike = [place for place in taxed if lines[place].charge.rate == rate]
    places = [chosen] if difficulty is Difficulty.HARD else alike
    charges = [_at(line.charge, other) if place in places else line.charge for place, line in enumerate(lines)]
    wrong = _settled(paper, charges)
    if wrong.totals.taxes == paper.tax.totals.taxes:
        return None
    if difficulty is Difficulty.EASY:
        wrong = _printed_as(wrong, lines)
    words = "line " + ", ".join(str(place + 1) for place in places)
    true = f"{words} at {plain(rate)} %"
    shown = f"{words} at {plain(rate)} % with the tax of {plain(other)} %" if difficulty is Difficulty.EASY else ""
    return Spoilt(replace(paper, tax=wrong), true, shown or f"{words} at {plain(other)} %")


def wrong_tax_split(paper: Paper, difficulty: Difficulty, dice: Generator) -> Spoilt | None:
    """CGST larger than the state's half; or the taxes of another border, with the regime told as it is, or not."""
    names = paper.tax.totals.taxes.keys()
    taxed = [line for line in paper.tax.lines if _is_taxed(line)]
    if not taxed or len(taxed) < sum(1 for line in paper.tax.lines if line.charge.levies):
        return None
    inside = "CGST" in names
    if not inside and "IGST" not in names:
        return None
    if difficulty is Difficulty.EASY:
        return _unequal(paper) if inside else None
    half = next((name for name in names if name in _HALVES), "SGST")
    true, shown = (f"CGST and {half}", "IGST") if inside else ("IGST", "CGST and SGST")
    charges = [_across(line.charge) if inside else _within(line.charge) for line in paper.tax.lines]
    tax = _settled(paper, charges)
    if difficulty is Difficulty.HARD:
        tax = replace(tax, regime="IGST" if inside else "CGST_SGST")
    return Spoilt(replace(paper, tax=tax), true, shown)


def invalid_tax_number(paper: Paper, difficulty: Difficulty, dice: Generator) -> Spoilt | None:
    """A number with figures missing; with a wrong last character; or with neighbours changed about, where it shows."""
    buyer = paper.supply.buyer
    number = buyer.tax_number
    if not number or paper.law.check_registration(number, buyer.place):
        return None
    for candidate in _misspelt(number, difficulty, int(dice.integers(1, 9))):
        if candidate != number and paper.law.check_registration(candidate, buyer.place):
            supply = replace(paper.supply, buyer=replace(buyer, tax_number=candidate))
            return Spoilt(replace(paper, supply=supply), number, candidate)
    return None


def _misspelt(number: str, difficulty: Difficulty, turn: int) -> list[str]:
    if difficulty is Difficulty.EASY:
        return [number[:-2]]
    last = number[-1]
    other = str((int(last) + turn) % 10) if last.isdigit() else chr(65 + (ord(last) - 65 + turn) % 26)
    lost = number[:7] + number[8:]  # where no check character tells: one figure lost in the middle
    if difficulty is Difficulty.MEDIUM:
        return [number[:-1] + other, lost]
    places = [(place + turn) % (len(number) - 2) for place in range(len(number) - 2)]
    swapped = [number[:at] + number[at + 1] + number[at] + number[at + 2 :] for at in places if at > 1]
    return [*swapped, number[:7] + number[6] + number[7:], lost]


def _is_taxed(line: AssessedLine) -> bool:
    return line.charge.treatment is Treatment.TAXED and not line.charge.waived and line.charge.rate > 0


def _at(charge: Charge, rate: Decimal) -> Charge:
    """The charge at another rate, shared among its taxes as before; a cess stays."""
    levies = tuple(
        levy if levy.tax == CESS else replace(levy, rate=levy.rate * rate / charge.rate) for levy in charge.levies
    )
    return replace(charge, levies=levies, code=plain(rate) if charge.code == plain(charge.rate) else charge.code)


def _across(charge: Charge) -> Charge:
    kept = tuple(levy for levy in charge.levies if levy.tax == CESS)
    return replace(charge, levies=(Levy("IGST", charge.rate), *kept)) if charge.levies else charge


def _within(charge: Charge) -> Charge:
    kept = tuple(levy for levy in charge.levies if levy.tax == CESS)
    halves = tuple(Levy(tax, charge.rate / 2) for tax in ("CGST", "SGST"))
    return replace(charge, levies=(*halves, *kept)) if charge.levies else charge


def _settled(paper: Paper, charges: Sequence[Charge]) -> TaxResult:
    """The paper with other charges, right in itself."""
    tax = paper.tax
    wrong = settle(
        TaxContext(paper.supply, tax.rounder),
        charges,
        tax.rounder,
        document=tax.document,
        regime=tax.regime,
        place_of_supply=tax.place_of_supply,
    )
    return replace(tax, lines=wrong.lines, summary=wrong.summary, totals=wrong.totals)


def _printed_as(wrong: TaxResult, true: Sequence[AssessedLine]) -> TaxResult:
    """The amounts of one result under the rates of another."""
    lines = tuple(
        replace(
            line,
            charge=sound.charge,
            dues=tuple(replace(due, rate=levy.rate) for due, levy in zip(line.dues, sound.charge.levies, strict=True)),
        )
        for line, sound in zip(wrong.lines, true, strict=True)
    )
    return replace(wrong, lines=lines, summary=summarise(lines))


def _unequal(paper: Paper) -> Spoilt | None:
    """A tenth of the state's half, at least one minor unit, stands under CGST; no sum changes but the two."""
    money, moved = paper.supply.currency, ZERO
    lines = []
    for line in paper.tax.lines:
        half = next((due for due in line.dues if due.tax in _HALVES), None)
        shift = min(half.amount, max(money.unit, money.round(half.amount / 10))) if half else ZERO
        moved += shift
        lines.append(replace(line, dues=tuple(_shifted(due, shift) for due in line.dues)))
    taxes = dict(paper.tax.totals.taxes)
    name = next((name for name in taxes if name in _HALVES), "")
    if not moved or not name:
        return None
    true = f"CGST {taxes['CGST']}, {name} {taxes[name]}"
    taxes["CGST"] += moved
    taxes[name] -= moved
    totals = replace(paper.tax.totals, taxes=taxes)
    tax = replace(paper.tax, lines=tuple(lines), summary=summarise(lines), totals=totals)
    return Spoilt(replace(paper, tax=tax), true, f"CGST {taxes['CGST']}, {name} {taxes[name]}")


def _shifted(due: TaxDue, shift: Decimal) -> TaxDue:
    if due.tax == "CGST":
        return replace(due, amount=due.amount + shift)
    return replace(due, amount=due.amount - shift) if due.tax in _HALVES else due
