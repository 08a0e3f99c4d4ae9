"""GSTStrategy: which GST an Indian supply bears, and what the paper is called.

IGST Act 2017: s.5 and s.7(5) (inter-state supplies, SEZ), s.10 and s.12 (place of supply), s.16 (zero rating). CGST Act
2017: s.9(3) (reverse charge), s.10 (composition), s.22 (registration).
"""

import tomllib
from dataclasses import replace
from functools import cached_property
from importlib.resources import files
from typing import Any

from numpy.random import Generator

from ledgerflow.billing.numbering import NumberingRule, YearStart
from ledgerflow.billing.party import Jurisdiction, Party, Place, Registration
from ledgerflow.billing.rates import RateBook
from ledgerflow.billing.settlement import settle
from ledgerflow.billing.supply import Supply
from ledgerflow.billing.tax import Rounder, TaxContext, TaxResult
from ledgerflow.taxes.gst import gstin
from ledgerflow.taxes.gst.charging import Charging
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
        charging = Charging(supply, context.day, self.rates, taxes, place)
        charges = charging.charges()
        taxed = any(charge.treatment.is_taxable for charge in charges)
        result = settle(
            context,
            charges,
            context.rounder or Rounder.COMPONENT,
            document=document_kind(supply, charges, place.region),
            regime="_".join(taxes) if taxed else "NONE",
            place_of_supply=place,
            legends=legends(supply, charges),
            prices=charging.prices,
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
