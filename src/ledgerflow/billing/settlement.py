"""From charges to amounts: the one arithmetic under every tax law. Decimal throughout, half up."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from ledgerflow.billing.money import ZERO, round_to_step
from ledgerflow.billing.party import Place
from ledgerflow.billing.pricing import LinePrice
from ledgerflow.billing.rounding import alike, assess_lines
from ledgerflow.billing.supply import Supply
from ledgerflow.billing.tax import (
    AssessedLine,
    Charge,
    DocumentKind,
    Legend,
    PayableBy,
    Rounder,
    SummaryRow,
    TaxContext,
    TaxDue,
    TaxResult,
    Totals,
)


def settle(
    context: TaxContext,
    charges: Sequence[Charge],
    rounder: Rounder,
    *,
    document: DocumentKind,
    regime: str,
    place_of_supply: Place,
    legends: Iterable[Legend] = (),
    prices: Sequence[LinePrice] | None = None,
) -> TaxResult:
    """Lays the charges on the lines and adds up. `charges` holds one charge a line, in the lines' order.

    `prices` are those of `price_lines(supply)`, from a strategy that had to look at them; a rounder that shares the
    document's discount by group works out its own.
    """
    lines = assess_lines(context.supply, charges, rounder, prices)
    return TaxResult(
        document=document,
        regime=regime,
        place_of_supply=place_of_supply,
        rounder=rounder,
        lines=lines,
        summary=summarise(lines),
        totals=_totals(context.supply, lines),
        legends=tuple(legends),
    )


def summarise(lines: Sequence[AssessedLine]) -> tuple[SummaryRow, ...]:
    """One row a treatment and rate, in the order in which they first appear."""
    rows = []
    for places in alike([line.charge for line in lines]):
        charge = lines[places[0]].charge
        rates = tuple((levy.tax, levy.rate) for levy in charge.levies)
        value, taxes = ZERO, dict[str, Decimal]()
        for place in places:
            value += lines[place].taxable_value
            _add_up(taxes, lines[place].dues)
        rows.append(SummaryRow(charge.code, charge.treatment, rates, value, taxes))
    return tuple(rows)


def _add_up(taxes: dict[str, Decimal], dues: Iterable[TaxDue]) -> None:
    for due in dues:
        taxes[due.tax] = taxes.get(due.tax, ZERO) + due.amount


def _totals(supply: Supply, lines: Sequence[AssessedLine]) -> Totals:
    money = supply.currency
    taxable = exempt = discount = total = price = reverse_charge = money.round(ZERO)
    taxes: dict[str, Decimal] = {}
    for line in lines:
        total += line.total
        price += line.price
        discount += line.discount
        if line.charge.treatment.is_taxable:
            taxable += line.taxable_value
        else:
            exempt += line.taxable_value
        _add_up(taxes, line.dues)
        if line.charge.payable_by is PayableBy.BUYER:
            reverse_charge += sum((due.amount for due in line.dues), ZERO)
    agreed = due = price if supply.prices_include_tax else total
    if supply.round_to:  # what is left to pay is rounded (BT-115 of EN 16931), be part of it paid before
        due = money.round(round_to_step(agreed - supply.prepaid, supply.round_to)) + supply.prepaid
    tax = sum(taxes.values(), ZERO) - reverse_charge
    reported = supply.reported
    return Totals(
        taxable_value=taxable,
        exempt_value=exempt,
        discount=discount,
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
