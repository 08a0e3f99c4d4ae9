"""Which charge GST lays on each line of a supply: by seller, product, rate book, value and recipient.

CGST Act 2017: s.9(1) and (2) (levy, petroleum and liquor outside it), s.9(3) (reverse charge), s.10 (composition), s.11
(exemption), s.22 (registration); IGST Act 2017, s.16 (zero rating).
"""

from datetime import date
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from ledgerflow.billing.catalogue import TaxCategory
from ledgerflow.billing.money import ZERO, plain
from ledgerflow.billing.party import Place, Registration
from ledgerflow.billing.pricing import price_lines, unit_value
from ledgerflow.billing.rates import Rate, RateBook
from ledgerflow.billing.supply import Supply, SupplyLine
from ledgerflow.billing.tax import CESS, Charge, Levy, PayableBy, Treatment

_BEGIN = date(2017, 7, 1)


class _Basis(NamedTuple):
    """The rate of a line and where it comes from."""

    rate: Decimal
    cess: Decimal
    cess_per_unit: Decimal
    rule: str
    since: date
    source: str


class _Manner(NamedTuple):
    """How a rate is levied on this supply."""

    taxes: tuple[str, ...]
    zero_rated: bool
    without_payment: bool
    reverse: bool


class Charging:
    """One supply on its way to its charges; what its lines have in common is worked out once.

    `taxes` are the names of the components, IGST or CGST with SGST or UTGST.
    """

    def __init__(self, supply: Supply, day: date, rates: RateBook, taxes: tuple[str, ...], place: Place) -> None:
        self.prices = price_lines(supply)
        self._supply, self._day, self._rates = supply, day, rates
        zero_rated = supply.buyer.registration is Registration.SEZ or place.region == "96"  # IGST Act s.16
        self._manner = _Manner(taxes, zero_rated, supply.without_payment, supply.reverse_charge)

    def charges(self) -> list[Charge]:
        """One charge a line."""
        if self._supply.seller.registration in _NOT_COLLECTING:
            return [_NOT_COLLECTING[self._supply.seller.registration]] * len(self._supply.lines)
        return [self._charge(place, line) for place, line in enumerate(self._supply.lines)]

    def _charge(self, place: int, line: SupplyLine) -> Charge:
        if line.category is TaxCategory.OUT_OF_SCOPE:
            return _NON_GST
        if line.category is TaxCategory.EXEMPT:
            return _exempt("Exempt by the product's own description", _BEGIN, "CGST Act 2017, s.11")
        manner = self._manner
        if line.category is TaxCategory.REVERSE_CHARGE:
            manner = manner._replace(reverse=True)
        if line.declared_rate is not None:
            rule, source = "Rate declared for the product", "the catalogue"
            basis = _Basis(line.declared_rate, line.cess_rate, line.cess_per_unit, rule, _BEGIN, source)
            return _levied(basis, manner)
        entry = self._rates.find(line.commodity_code, self._day)
        above = entry.limit is not None and self._is_above(place, entry, entry.limit)
        return _levied(_basis(entry, above, line.cess_rate or entry.cess, line.cess_per_unit), manner)

    def _is_above(self, place: int, entry: Rate, limit: Decimal) -> bool:
        """Whether the value of one unit before tax lies in the higher slab.

        Where the price includes tax, the higher slab holds if the value it leaves lies in it, else the lower one.
        """
        included = entry.rate_above + entry.cess if self._supply.prices_include_tax else ZERO
        return unit_value(self.prices[place], self._supply.lines[place], included) > limit


def _basis(entry: Rate, above: bool, cess: Decimal, cess_per_unit: Decimal) -> _Basis:
    rate = entry.rate_above if above else entry.rate
    return _Basis(rate, cess, cess_per_unit, f"HSN {entry.code} {entry.title}", entry.since, entry.source)


@cache
def _levied(basis: _Basis, manner: _Manner) -> Charge:
    if not basis.rate:
        return _exempt(basis.rule, basis.since, basis.source)
    levies = _levies(basis.rate, basis.cess, basis.cess_per_unit, manner.taxes)
    waived = manner.zero_rated and manner.without_payment
    reverse = manner.reverse and not manner.zero_rated
    treatment = Treatment.REVERSE_CHARGE if reverse else Treatment.TAXED
    return Charge(
        treatment=Treatment.ZERO_RATED if manner.zero_rated else treatment,
        levies=levies,
        code=plain(basis.rate),
        rule=basis.rule,
        since=basis.since,
        source=basis.source,
        payable_by=PayableBy.BUYER if reverse else PayableBy.SELLER,
        waived=waived,
        reason="Zero-rated, under letter of undertaking" if waived else "",
    )


@cache
def _levies(rate: Decimal, cess: Decimal, cess_per_unit: Decimal, taxes: tuple[str, ...]) -> tuple[Levy, ...]:
    levies = tuple(Levy(tax, rate / len(taxes)) for tax in taxes)
    return (*levies, Levy(CESS, cess, cess_per_unit)) if cess or cess_per_unit else levies


@cache
def _exempt(rule: str, since: date, source: str) -> Charge:
    return Charge(Treatment.EXEMPT, (), "EXEMPT", rule, since, source, reason="Exempt or nil-rated supply")


_NOT_COLLECTING = {
    Registration.COMPOSITION: Charge(
        Treatment.COMPOSITION,
        (),
        "COMPOSITION",
        "A composition taxable person collects no tax",
        _BEGIN,
        "CGST Act 2017, s.10",
        reason="Composition taxable person, not eligible to collect tax on supplies",
    ),
    Registration.UNREGISTERED: Charge(
        Treatment.UNTAXED,
        (),
        "UNREGISTERED",
        "A supplier below the threshold of registration collects no tax",
        _BEGIN,
        "CGST Act 2017, s.22",
        reason="Supplier not registered under GST",
    ),
}
_NON_GST = Charge(
    Treatment.OUT_OF_SCOPE,
    (),
    "NON-GST",
    "Outside the levy of GST",
    _BEGIN,
    "CGST Act 2017, s.9(1) and (2)",
    reason="Non-GST supply",
)
