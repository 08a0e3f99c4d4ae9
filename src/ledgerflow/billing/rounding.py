"""Where each law rounds: from agreed prices and charges to lines with their tax. Decimal throughout, half up."""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal

from ledgerflow.billing.errors import BillingError
from ledgerflow.billing.money import HUNDRED, ZERO, round_down_to_sum, round_to_step
from ledgerflow.billing.pricing import LinePrice, price_lines
from ledgerflow.billing.supply import Supply
from ledgerflow.billing.tax import AssessedLine, Charge, Levy, PayableBy, Rounder, TaxDue


class LevyUnfit(BillingError):
    """An amount for each unit can be levied only where tax is rounded by component, not under {rounder!r}."""


def assess_lines(
    supply: Supply, charges: Sequence[Charge], rounder: Rounder, prices: Sequence[LinePrice] | None = None
) -> tuple[AssessedLine, ...]:
    """Every line with its tax. A rounder that shares the document's discount by group works out its own prices."""
    if rounder in _BY_GROUP:
        prices = price_lines(supply, alike(charges))
        if any(levy.per_unit for charge in charges for levy in charge.levies):
            raise LevyUnfit(rounder=rounder.value)
    return tuple(_ROUNDERS[rounder](supply, prices or price_lines(supply), charges))


def alike(charges: Sequence[Charge]) -> list[list[int]]:
    """The places of the lines under each charge, in the order of first appearance.

    Charges are alike by code, treatment and levies, whatever rule they come from. A strategy makes few and uses them
    again, so that most comparisons end at identity.
    """
    groups: list[tuple[Charge, list[int]]] = []
    for place, charge in enumerate(charges):
        for known, places in groups:
            if known is charge or _same_group(known, charge):
                places.append(place)
                break
        else:
            groups.append((charge, [place]))
    return [places for _, places in groups]


def _same_group(one: Charge, other: Charge) -> bool:
    return one.code == other.code and one.treatment is other.treatment and one.levies == other.levies


def _included_rate(charge: Charge) -> Decimal:
    """The rate that a tax-inclusive price contains: none where nothing is charged or the buyer owes it."""
    if charge.waived or charge.payable_by is PayableBy.BUYER:
        return ZERO
    return _full_rate(charge)


def _full_rate(charge: Charge) -> Decimal:
    """All that the law lays on the goods: a printed retail price contains it, whoever pays it here, or nobody."""
    return sum((levy.rate for levy in charge.levies), ZERO)


def _total(value: Decimal, dues: Iterable[TaxDue]) -> Decimal:
    for due in dues:
        if due.payable_by is PayableBy.SELLER:
            value += due.amount
    return value


def _assessed(
    charge: Charge, price: LinePrice, taxable_value: Decimal, dues: Sequence[TaxDue], agreed: Decimal
) -> AssessedLine:
    """The line with its tax; `agreed` is what the buyer pays besides the tax that the seller collects."""
    return AssessedLine(
        charge,
        price.gross,
        price.discount,
        price.surcharge,
        price.price,
        taxable_value,
        tuple(dues),
        _total(agreed, dues),
        price.quoted,
    )


def _due(charge: Charge, levy: Levy, amount: Decimal) -> TaxDue:
    return TaxDue(levy.tax, levy.rate, ZERO * amount if charge.waived else amount, charge.payable_by)


def _by_component(unit: Decimal | None = None) -> "_Rounder":
    def assess(supply: Supply, prices: Sequence[LinePrice], charges: Sequence[Charge]) -> list[AssessedLine]:
        money = supply.currency
        rounded: Callable[[Decimal], Decimal]
        rounded = (lambda amount: money.round(round_to_step(amount, unit))) if unit else money.round
        lines = []
        for line, price, charge in zip(supply.lines, prices, charges, strict=True):
            value = agreed = price.price
            if line.retail_price is not None:
                value = money.round(line.quantity * line.retail_price * HUNDRED / (HUNDRED + _full_rate(charge)))
            elif supply.prices_include_tax:
                per_unit = sum((levy.per_unit for levy in charge.levies), ZERO) * line.quantity
                agreed = value = money.round((value - per_unit) * HUNDRED / (HUNDRED + _included_rate(charge)))
            dues = []
            for levy in charge.levies:
                amount = rounded(value * levy.rate / HUNDRED)
                if levy.per_unit:
                    amount += rounded(line.quantity * levy.per_unit)
                dues.append(_due(charge, levy, amount))
            lines.append(_assessed(charge, price, value, dues, agreed))
        return lines

    return assess


def _by_line(supply: Supply, prices: Sequence[LinePrice], charges: Sequence[Charge]) -> list[AssessedLine]:
    lines = []
    for price, charge in zip(prices, charges, strict=True):
        whole = HUNDRED + _included_rate(charge) if supply.prices_include_tax else HUNDRED
        dues = tuple(
            _due(charge, levy, supply.currency.round(price.price * levy.rate / whole)) for levy in charge.levies
        )
        value = price.price - (_total(ZERO, dues) if supply.prices_include_tax else ZERO)
        lines.append(_assessed(charge, price, value, dues, value))
    return lines


def _by_document(supply: Supply, prices: Sequence[LinePrice], charges: Sequence[Charge]) -> list[AssessedLine]:
    values = [price.price for price in prices]
    return _rate_by_rate(supply, prices, values, charges, included=supply.prices_include_tax)


def _by_document_from_net(supply: Supply, prices: Sequence[LinePrice], charges: Sequence[Charge]) -> list[AssessedLine]:
    values = [price.price for price in prices]
    if supply.prices_include_tax:
        values = [
            supply.currency.round(value * HUNDRED / (HUNDRED + _included_rate(charge)))
            for value, charge in zip(values, charges, strict=True)
        ]
    return _rate_by_rate(supply, prices, values, charges, included=False)


def _rate_by_rate(
    supply: Supply, prices: Sequence[LinePrice], values: Sequence[Decimal], charges: Sequence[Charge], *, included: bool
) -> list[AssessedLine]:
    """Rounds once for each group of lines under the same charge, then gives every line its share."""
    unit = supply.currency.unit
    dues: list[tuple[TaxDue, ...]] = [()] * len(values)
    for members in alike(charges):
        places = members[:: -1 if included else 1]  # the earlier line has the larger net, not the larger tax
        charge = charges[places[0]]
        whole = HUNDRED + _included_rate(charge) if included else HUNDRED
        base = sum((values[place] for place in places), ZERO)
        for levy in charge.levies:
            parts = [values[place] * levy.rate for place in places]
            amounts = round_down_to_sum(parts, whole, supply.currency.round(base * levy.rate / whole), unit)
            for place, amount in zip(places, amounts, strict=True):
                dues[place] = (*dues[place], _due(charge, levy, amount))
    lines = []
    for charge, price, value, line_dues in zip(charges, prices, values, dues, strict=True):
        taxable = value - (_total(ZERO, line_dues) if included else ZERO)
        lines.append(_assessed(charge, price, taxable, line_dues, taxable))
    return lines


_Rounder = Callable[[Supply, Sequence[LinePrice], Sequence[Charge]], list[AssessedLine]]
_ROUNDERS: dict[Rounder, _Rounder] = {
    Rounder.COMPONENT: _by_component(),
    Rounder.COMPONENT_WHOLE: _by_component(Decimal(1)),
    Rounder.LINE: _by_line,
    Rounder.DOCUMENT: _by_document,
    Rounder.DOCUMENT_FROM_NET: _by_document_from_net,
}
_BY_GROUP = frozenset({Rounder.LINE, Rounder.DOCUMENT, Rounder.DOCUMENT_FROM_NET})
