"""GSTStrategy: which GST an Indian supply bears, and what the paper is called.

IGST Act 2017: s.5 and s.7(5) (inter-state supplies, SEZ), s.10 and s.12 (place of supply), s.16 (zero rating). CGST Act
2017: s.9(3) (reverse charge), s.10 (composition), s.22 (registration).
"""

import tomllib
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

from numpy.random import Generator

from ledgerflow.billing.catalogue import TaxCategory
from ledgerflow.billing.money import ZERO
from ledgerflow.billing.numbering import NumberingRule, YearStart
from ledgerflow.billing.party import Jurisdiction, Party, Place, Registration
from ledgerflow.billing.rates import Rate, RateBook
from ledgerflow.billing.settlement import price_lines, settle, unit_value
from ledgerflow.billing.supply import Supply, SupplyLine
from ledgerflow.billing.tax import (
    CESS,
    Charge,
    Levy,
    PayableBy,
    Rounder,
    TaxContext,
    TaxResult,
    Treatment,
)
from ledgerflow.taxes.gst import gstin
from ledgerflow.taxes.gst.paper import document_kind, gstr1_section, legends

ABROAD = Place(country="", region="96", region_name="Other Countries")


class GSTStrategy:
    """Indian GST: CGST with SGST or UTGST inside a state, IGST across borders, cess, and the many ways to bear none."""

    code = "gst"
    title = "India: Goods and Services Tax"
    numbering = NumberingRule(pattern=r"[A-Za-z1-9][A-Za-z0-9/-]{0,15}", year_start=YearStart.APRIL)

    @cached_property
    def rates(self) -> RateBook:
        """Every rate by HSN or SAC, and the thresholds."""
        return RateBook.from_toml(files(__package__).joinpath("rates.toml").read_text("utf-8"))

    @cached_property
    def jurisdiction(self) -> Jurisdiction:
        return Jurisdiction.from_mapping(self._states["jurisdiction"])

    @cached_property
    def _states(self) -> dict[str, Any]:
        return tomllib.loads(files(__package__).joinpath("states.toml").read_text("utf-8"))

    def assess(self, context: TaxContext) -> TaxResult:
        """Place of supply, then the charges line by line, then the name of the paper and its section of GSTR-1."""
        supply = context.supply
        place = self.place_of_supply(supply)
        taxes = self._taxes(supply, place)
        charges = [
            self._charge(context, line, value, taxes, place)
            for line, value in zip(supply.lines, _values(supply), strict=True)
        ]
        if all(not charge.treatment.is_taxable for charge in charges):
            taxes = ()
        result = settle(
            context,
            charges,
            context.rounder or Rounder.COMPONENT,
            document=document_kind(supply, charges, place.region),
            regime="_".join(taxes) or "NONE",
            place_of_supply=place,
            legends=legends(supply, charges),
        )
        limit = self.rates.threshold("b2cl", context.day).value
        return replace(result, answers={"gstr1_section": gstr1_section(supply, result, limit)})

    def place_of_supply(self, supply: Supply) -> Place:
        """Where the supply is taxed: bill-to for goods and registered buyers, where performed for services on the spot.

        A buyer who leaves no address is supplied where the seller is (IGST Act s.10(1)(ca), s.12(2)(b)(ii)).
        """
        seller, buyer = supply.seller.place, supply.buyer.place
        on_the_spot = tuple(self._states["performed_on_the_spot"])
        if all(line.commodity_code.startswith(on_the_spot) for line in supply.lines):
            return seller
        if buyer.country not in ("", "IN"):
            return replace(ABROAD, country=buyer.country)
        return buyer if buyer.region else seller

    def invent_registration(self, dice: Generator, party: Party) -> str:
        """A GSTIN for the party's state, kind and name, from a PAN series that is not in use; none abroad."""
        if party.place.country != "IN":
            return ""
        return gstin.invent(dice, party.place.region, party.holder, party.name)

    def check_registration(self, number: str, place: Place) -> str:
        """What is wrong with a GSTIN for an address, or nothing."""
        fault = gstin.check(number)
        if not fault and place.region and number[:2] != place.region:
            return f"it belongs to the state {number[:2]}, the address to {place.region}"
        return fault

    def _taxes(self, supply: Supply, place: Place) -> tuple[str, ...]:
        if supply.buyer.registration is Registration.SEZ or supply.seller.place.region != place.region:
            return ("IGST",)
        return ("CGST", "UTGST") if place.region in self._states["union_territories"] else ("CGST", "SGST")

    def _charge(
        self, context: TaxContext, line: SupplyLine, value: "_Value", taxes: tuple[str, ...], place: Place
    ) -> Charge:
        supply = context.supply
        if supply.seller.registration in _NOT_COLLECTING:
            return _NOT_COLLECTING[supply.seller.registration]
        if line.category is TaxCategory.OUT_OF_SCOPE:
            return _NON_GST
        if line.category is TaxCategory.EXEMPT:
            return _exempt("Exempt by the product's own description", date(2017, 7, 1), "CGST Act 2017, s.11")
        if line.declared_rate is not None:
            rate, cess = line.declared_rate, line.cess_rate
            rule, since, source = "Rate declared for the product", date(2017, 7, 1), "the catalogue"
        else:
            entry = self.rates.find(line.commodity_code, context.day)
            rate, cess = _slab(entry, value), line.cess_rate or entry.cess
            rule, since, source = f"HSN {entry.code} {entry.title}", entry.since, entry.source
        if not rate:
            return _exempt(rule, since, source)
        reverse = supply.reverse_charge or line.category is TaxCategory.REVERSE_CHARGE
        zero_rated = supply.buyer.registration is Registration.SEZ or place.region == "96"
        return _taxed(
            rate, cess, line.cess_per_unit, taxes, rule, since, source, zero_rated, supply.without_payment, reverse
        )


class _Value:
    """The discounted value of one unit, worked out only where a rate depends on it."""

    def __init__(self, supply: Supply, place: int) -> None:
        self._supply, self._place = supply, place

    def net_of(self, included_rate: Decimal) -> Decimal:
        price = price_lines(self._supply)[self._place]
        return unit_value(price, self._supply.lines[self._place], included_rate)

    @property
    def prices_include_tax(self) -> bool:
        return self._supply.prices_include_tax


def _values(supply: Supply) -> Sequence[_Value]:
    return [_Value(supply, place) for place in range(len(supply.lines))]


def _slab(entry: Rate, value: _Value) -> Decimal:
    """The rate for the value of one unit before tax.

    Where the price includes tax, the higher slab holds if the value it leaves lies in it, else the lower one.
    """
    if entry.limit is None:
        return entry.rate
    included = entry.rate_above + entry.cess if value.prices_include_tax else ZERO
    return entry.at(value.net_of(included))


@cache
def _taxed(
    rate: Decimal,
    cess: Decimal,
    cess_per_unit: Decimal,
    taxes: tuple[str, ...],
    rule: str,
    since: date,
    source: str,
    zero_rated: bool,
    without_payment: bool,
    reverse: bool,
) -> Charge:
    levies = tuple(Levy(tax, rate / len(taxes)) for tax in taxes)
    if cess or cess_per_unit:
        levies += (Levy(CESS, cess, cess_per_unit),)
    waived = zero_rated and without_payment
    treatment = Treatment.ZERO_RATED if zero_rated else Treatment.REVERSE_CHARGE if reverse else Treatment.TAXED
    reason = "Zero-rated, under letter of undertaking" if waived else ""
    payable_by = PayableBy.BUYER if reverse and not zero_rated else PayableBy.SELLER
    return Charge(treatment, levies, f"{rate.normalize():f}", rule, since, source, payable_by, waived, reason)


@cache
def _exempt(rule: str, since: date, source: str) -> Charge:
    return Charge(Treatment.EXEMPT, (), "EXEMPT", rule, since, source, reason="Exempt or nil-rated supply")


_NOT_COLLECTING = {
    Registration.COMPOSITION: Charge(
        Treatment.COMPOSITION,
        (),
        "COMPOSITION",
        "A composition taxable person collects no tax",
        date(2017, 7, 1),
        "CGST Act 2017, s.10",
        reason="Composition taxable person, not eligible to collect tax on supplies",
    ),
    Registration.UNREGISTERED: Charge(
        Treatment.UNTAXED,
        (),
        "UNREGISTERED",
        "A supplier below the threshold of registration collects no tax",
        date(2017, 7, 1),
        "CGST Act 2017, s.22",
        reason="Supplier not registered under GST",
    ),
}
_NON_GST = Charge(
    Treatment.OUT_OF_SCOPE,
    (),
    "NON-GST",
    "Outside the levy of GST",
    date(2017, 7, 1),
    "CGST Act 2017, s.9(1) and (2)",
    reason="Non-GST supply",
)
