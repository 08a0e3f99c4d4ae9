"""From charges to amounts: the one arithmetic under every tax law. Decimal throughout, half up."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ledgerflow.billing.errors import BillingError
from ledgerflow.billing.money import HUNDRED, ZERO, round_down_to_sum, round_to_step
from ledgerflow.billing.party import Place
from ledgerflow.billing.pricing import LinePrice, members_of, price_lines
from ledgerflow.billing.supply import Supply
from ledgerflow.billing.tax import (
    AssessedLine,
    Charge,
    DocumentKind,
    Legend,
    Levy,
    PayableBy,
    Rounder,
    SummaryRow,
    TaxContext,
    TaxDue,
    TaxResult,
    Totals,
)


class LevyUnfit(BillingError):
    """An amount for each unit can be levied only where tax is rounded by component, not under {rounder!r}."""


@dataclass(frozen=True, slots=True)
class _Share:
    """A rounder's answer for one line."""

    taxable_value: Decimal
    dues: tuple[TaxDue, ...]
    total: Decimal


def settle(
    context: TaxContext,
    charges: Sequence[Charge],
    rounder: Rounder,
    *,
    document: DocumentKind,
    regime: str,
    place_of_supply: Place,
    legends: Iterable[Legend] = (),
) -> TaxResult:
    """Lays the charges on the lines and adds up. `charges` holds one charge a line, in the lines' order."""
    supply = context.supply
    if rounder in _BY_GROUP and any(levy.per_unit for charge in charges for levy in charge.levies):
        raise LevyUnfit(rounder=rounder.value)
    groups = [_group(charge) for charge in charges] if rounder in _BY_GROUP else None
    prices = price_lines(supply, groups)
    shares = _ROUNDERS[rounder](supply, prices, charges)
    lines = tuple(
        AssessedLine(
            charge,
            price.gross,
            price.discount,
            price.surcharge,
            price.price,
            share.taxable_value,
            share.dues,
            share.total,
            price.quoted,
        )
        for charge, price, share in zip(charges, prices, shares, strict=True)
    )
    return TaxResult(
        document=document,
        regime=regime,
        place_of_supply=place_of_supply,
        rounder=rounder,
        lines=lines,
        summary=summarise(lines),
        totals=_totals(supply, lines),
        legends=tuple(legends),
    )


def summarise(lines: Iterable[AssessedLine]) -> tuple[SummaryRow, ...]:
    """One row a treatment and rate, in the order in which they first appear."""
    together: dict[object, list[AssessedLine]] = {}
    for line in lines:
        together.setdefault(_group(line.charge), []).append(line)
    return tuple(
        SummaryRow(
            code=members[0].charge.code,
            treatment=members[0].charge.treatment,
            rates=tuple((levy.tax, levy.rate) for levy in members[0].charge.levies),
            taxable_value=sum((line.taxable_value for line in members), ZERO),
            taxes=_add_up(due for line in members for due in line.dues),
        )
        for members in together.values()
    )


def _group(charge: Charge) -> object:
    return charge.code, charge.treatment, charge.levies


def _included_rate(charge: Charge) -> Decimal:
    """The rate that a tax-inclusive price contains: none where nothing is charged or the buyer owes it."""
    if charge.waived or charge.payable_by is PayableBy.BUYER:
        return ZERO
    return sum((levy.rate for levy in charge.levies), ZERO)


def _total(value: Decimal, dues: tuple[TaxDue, ...]) -> Decimal:
    return value + sum((due.amount for due in dues if due.payable_by is PayableBy.SELLER), ZERO)


def _due(charge: Charge, levy: Levy, amount: Decimal) -> TaxDue:
    return TaxDue(levy.tax, levy.rate, ZERO * amount if charge.waived else amount, charge.payable_by)


def _by_component(unit: Decimal | None = None) -> "_Rounder":
    def share(supply: Supply, prices: Sequence[LinePrice], charges: Sequence[Charge]) -> list[_Share]:
        money = supply.currency
        rounded: Callable[[Decimal], Decimal]
        rounded = (lambda amount: money.round(round_to_step(amount, unit))) if unit else money.round
        shares = []
        for line, price, charge in zip(supply.lines, prices, charges, strict=True):
            value = agreed = price.price
            if line.retail_price is not None:
                value = money.round(line.quantity * line.retail_price * HUNDRED / (HUNDRED + _included_rate(charge)))
            elif supply.prices_include_tax:
                per_unit = sum((levy.per_unit for levy in charge.levies), ZERO) * line.quantity
                agreed = value = money.round((value - per_unit) * HUNDRED / (HUNDRED + _included_rate(charge)))
            dues = tuple(
                _due(charge, levy, rounded(value * levy.rate / HUNDRED) + rounded(line.quantity * levy.per_unit))
                for levy in charge.levies
            )
            shares.append(_Share(value, dues, _total(agreed, dues)))
        return shares

    return share


def _by_line(supply: Supply, prices: Sequence[LinePrice], charges: Sequence[Charge]) -> list[_Share]:
    shares = []
    for price, charge in zip(prices, charges, strict=True):
        whole = HUNDRED + _included_rate(charge) if supply.prices_include_tax else HUNDRED
        dues = tuple(
            _due(charge, levy, supply.currency.round(price.price * levy.rate / whole)) for levy in charge.levies
        )
        value = price.price - (_total(ZERO, dues) if supply.prices_include_tax else ZERO)
        shares.append(_Share(value, dues, _total(value, dues)))
    return shares


def _by_document(supply: Supply, prices: Sequence[LinePrice], charges: Sequence[Charge]) -> list[_Share]:
    return _rate_by_rate(supply, [price.price for price in prices], charges, included=supply.prices_include_tax)


def _by_document_from_net(supply: Supply, prices: Sequence[LinePrice], charges: Sequence[Charge]) -> list[_Share]:
    values = [price.price for price in prices]
    if supply.prices_include_tax:
        values = [
            supply.currency.round(value * HUNDRED / (HUNDRED + _included_rate(charge)))
            for value, charge in zip(values, charges, strict=True)
        ]
    return _rate_by_rate(supply, values, charges, included=False)


def _rate_by_rate(
    supply: Supply, values: Sequence[Decimal], charges: Sequence[Charge], *, included: bool
) -> list[_Share]:
    """Rounds once for each group of lines under the same charge, then gives every line its share."""
    unit = supply.currency.unit
    dues: list[tuple[TaxDue, ...]] = [()] * len(values)
    for members in members_of(map(_group, charges)):
        places = members[:: -1 if included else 1]  # the earlier line has the larger net, not the larger tax
        charge = charges[places[0]]
        whole = HUNDRED + _included_rate(charge) if included else HUNDRED
        base = sum((values[place] for place in places), ZERO)
        for levy in charge.levies:
            parts = [values[place] * levy.rate for place in places]
            amounts = round_down_to_sum(parts, whole, supply.currency.round(base * levy.rate / whole), unit)
            for place, amount in zip(places, amounts, strict=True):
                dues[place] = (*dues[place], _due(charge, levy, amount))
    shares = []
    for value, line_dues in zip(values, dues, strict=True):
        taxable = value - (_total(ZERO, line_dues) if included else ZERO)
        shares.append(_Share(taxable, line_dues, _total(taxable, line_dues)))
    return shares


_Rounder = Callable[[Supply, Sequence[LinePrice], Sequence[Charge]], list[_Share]]
_ROUNDERS: dict[Rounder, _Rounder] = {
    Rounder.COMPONENT: _by_component(),
    Rounder.COMPONENT_WHOLE: _by_component(Decimal(1)),
    Rounder.LINE: _by_line,
    Rounder.DOCUMENT: _by_document,
    Rounder.DOCUMENT_FROM_NET: _by_document_from_net,
}
_BY_GROUP = frozenset({Rounder.LINE, Rounder.DOCUMENT, Rounder.DOCUMENT_FROM_NET})


def _add_up(dues: Iterable[TaxDue]) -> dict[str, Decimal]:
    taxes: dict[str, Decimal] = {}
    for due in dues:
        taxes[due.tax] = taxes.get(due.tax, ZERO) + due.amount
    return taxes


def _totals(supply: Supply, lines: Sequence[AssessedLine]) -> Totals:
    money = supply.currency
    nothing = money.round(ZERO)
    dues = [due for line in lines for due in line.dues]
    taxes = _add_up(dues)
    reverse_charge = sum((due.amount for due in dues if due.payable_by is PayableBy.BUYER), nothing)
    total = sum((line.total for line in lines), nothing)
    agreed = sum((line.price for line in lines), nothing) if supply.prices_include_tax else total
    due = agreed
    if supply.round_to:  # what is left to pay is rounded (BT-115 of EN 16931), be part of it paid before
        due = money.round(round_to_step(agreed - supply.prepaid, supply.round_to)) + supply.prepaid
    tax = sum(taxes.values(), nothing) - reverse_charge
    reported = supply.reported
    return Totals(
        taxable_value=sum((line.taxable_value for line in lines if line.charge.treatment.is_taxable), nothing),
        exempt_value=sum((line.taxable_value for line in lines if not line.charge.treatment.is_taxable), nothing),
        discount=sum((line.discount for line in lines), nothing),
        taxes=taxes,
        reverse_charge=reverse_charge,
        total=total,
        round_off=due - total,
        grand_total=due,
        prepaid=supply.prepaid,
        payable=due - supply.prepaid,
        quoted=sum((line.quoted for line in lines if line.quoted is not None), ZERO) if supply.quoted else None,
        reported_tax=reported.currency.round(tax * reported.rate) if reported else None,
        reported_total=reported.currency.round(due * reported.rate) if reported else None,
    )
