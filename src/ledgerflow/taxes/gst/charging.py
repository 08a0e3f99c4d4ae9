"""Which charge GST lays on each line of a supply: by seller, product, rate book, value and recipient.

CGST Act 2017: s.9(1) and (2) (levy, petroleum and liquor outside it), s.9(3) (reverse charge), s.10 (composition), s.11
(exemption), s.22 (registration); IGST Act 2017, s.16 (zero rating).
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache, cached_property
from typing import NamedTuple

from ledgerflow.billing.catalogue import TaxCategory
from ledgerflow.billing.money import ZERO
from ledgerflow.billing.party import Place, Registration
from ledgerflow.billing.pricing import LinePrice, price_lines, unit_value
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


@dataclass(frozen=True)
class Charging:
    """One supply on its way to its charges; what its lines have in common is worked out once.

    `taxes` are the names of the components, IGST or CGST with SGST or UTGST.
    """

    supply: Supply
    day: date
    rates: RateBook
    taxes: tuple[str, ...]
    zero_rated: bool

    def charges(self) -> list[Charge]:
        """One charge a line."""
        if self.supply.seller.registration in _NOT_COLLECTING:
            return [_NOT_COLLECTING[self.supply.seller.registration]] * len(self.supply.lines)
        return [self._charge(place, line) for place, line in enumerate(self.supply.lines)]

    def _charge(self, place: int, line: SupplyLine) -> Charge:
        if line.category is TaxCategory.OUT_OF_SCOPE:
            return _NON_GST
        if line.category is TaxCategory.EXEMPT:
            return _exempt("Exempt by the product's own description", _BEGIN, "CGST Act 2017, s.11")
        basis = self._basis(place, line)
        if not basis.rate:
            return _exempt(basis.rule, basis.since, basis.source)
        reverse = self.supply.reverse_charge or line.category is TaxCategory.REVERSE_CHARGE
        return _levied(basis, _Manner(self.taxes, self.zero_rated, self.supply.without_payment, reverse))

    def _basis(self, place: int, line: SupplyLine) -> _Basis:
        if line.declared_rate is not None:
            rule, source = "Rate declared for the product", "the catalogue"
            return _Basis(line.declared_rate, line.cess_rate, line.cess_per_unit, rule, _BEGIN, source)
        entry = self.rates.find(line.commodity_code, self.day)
        rule = f"HSN {entry.code} {entry.title}"
        cess = line.cess_rate or entry.cess
        return _Basis(self._slab(place, entry), cess, line.cess_per_unit, rule, entry.since, entry.source)

    def _slab(self, place: int, entry: Rate) -> Decimal:
        """The rate for the value of one unit before tax.

        Where the price includes tax, the higher slab holds if the value it leaves lies in it, else the lower one.
        """
        if entry.limit is None:
            return entry.rate
        included = entry.rate_above + entry.cess if self.supply.prices_include_tax else ZERO
        return entry.at(unit_value(self._prices[place], self.supply.lines[place], included))

    @cached_property
    def _prices(self) -> list[LinePrice]:
        return price_lines(self.supply)


def is_zero_rated(supply: Supply, place_of_supply: Place) -> bool:
    """Supplies to a Special Economic Zone and out of the country (IGST Act s.16)."""
    return supply.buyer.registration is Registration.SEZ or place_of_supply.region == "96"


@cache
def _levied(basis: _Basis, manner: _Manner) -> Charge:
    levies = tuple(Levy(tax, basis.rate / len(manner.taxes)) for tax in manner.taxes)
    if basis.cess or basis.cess_per_unit:
        levies += (Levy(CESS, basis.cess, basis.cess_per_unit),)
    waived = manner.zero_rated and manner.without_payment
    reverse = manner.reverse and not manner.zero_rated
    treatment = Treatment.REVERSE_CHARGE if reverse else Treatment.TAXED
    return Charge(
        treatment=Treatment.ZERO_RATED if manner.zero_rated else treatment,
        levies=levies,
        code=f"{basis.rate.normalize():f}",
        rule=basis.rule,
        since=basis.since,
        source=basis.source,
        payable_by=PayableBy.BUYER if reverse else PayableBy.SELLER,
        waived=waived,
        reason="Zero-rated, under letter of undertaking" if waived else "",
    )


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
