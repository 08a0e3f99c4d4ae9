"""A small country of two provinces with a tenth as its tax, a shop with forty products, and configurations of it."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from importlib.metadata import entry_points

from numpy.random import Generator

from ledgerflow.billing.catalogue import Product
from ledgerflow.billing.errors import Finding, InputRefused
from ledgerflow.billing.numbering import NumberingRule
from ledgerflow.billing.party import City, Jurisdiction, Party, Place, Region, Registration
from ledgerflow.billing.settlement import settle
from ledgerflow.billing.supply import Supply
from ledgerflow.billing.tax import Charge, DocumentKind, Levy, Rounder, TaxContext, TaxResult, TaxStrategy, Treatment
from ledgerflow.simulation.config import SimulationConfig
from ledgerflow.simulation.contradictions import contradictions
from ledgerflow.simulation.simulate import Sale, simulate

TENTH = Charge(Treatment.TAXED, (Levy("VAT", Decimal(10)),), "S", "Standard rate", date(2000, 1, 1), "Act 1 of 2000")
ABROAD = Charge(Treatment.ZERO_RATED, (Levy("VAT", Decimal(0)),), "Z", "Export", date(2000, 1, 1), "Act 1 of 2000")


class TownLaw:
    """A tenth on everything that stays in the country."""

    code = "town"
    title = "Town VAT"
    numbering = NumberingRule(pattern=r"[A-Z][A-Z0-9/-]{0,15}")
    jurisdiction = Jurisdiction(
        country="XT",
        name="Townland",
        currency_code="XTD",
        phone="+999 5## ####",
        postal_digits=5,
        regions=(
            Region("N1", "North", (City("Upton", 1000, 1999), City("Norbury", 2000, 2000)), weight=3),
            Region("S1", "South", (City("Downham", 3000, 3999),), weight=1),
            Region("W1", "West", (City("Weston", 4000, 4999),), weight=1),
        ),
    )

    def assess(self, context: TaxContext) -> TaxResult:
        supply = context.supply
        charge = ABROAD if supply.buyer.registration is Registration.OVERSEAS else TENTH
        return settle(
            context,
            [charge] * len(supply.lines),
            context.rounder or Rounder.LINE,
            document=DocumentKind.CREDIT_NOTE if supply.correction else DocumentKind.TAX_INVOICE,
            regime="VAT",
            place_of_supply=supply.buyer.place,
        )

    def invent_registration(self, dice: Generator, party: Party) -> str:
        return f"{party.place.region}{dice.integers(0, 10**8):08d}"

    def check_registration(self, number: str, place: Place) -> str:
        if len(number) != 10:
            return "it needs ten characters"
        return "" if number.startswith(place.region) else f"it is not of {place.region}"


TOWN = TownLaw()
LAWS: Mapping[str, TaxStrategy] = {
    "town": TOWN,
    "none": next(iter(entry_points(group="ledgerflow.tax_strategies", name="none"))).load(),
}
SERIES = {"invoice": "T{n:06}", "bill_of_supply": "U{n:06}", "credit_note": "V{n:06}", "debit_note": "W{n:06}"}
CATALOGUE = tuple(
    Product(f"P{place:02}", f"Article {place}", Decimal(place * place + 3) + Decimal(place % 4) / 4, unit="PCS")
    for place in range(1, 41)
)


def shop(**fields: object) -> dict[str, object]:
    """An establishment in the north of Townland."""
    return {"key": "shop", "strategy": "town", "region": "N1"} | fields


def books(*establishments: dict[str, object], style: str = "retail_shop", **fields: object) -> SimulationConfig:
    """A configuration of a business with these establishments, or with one shop."""
    business = {"name": "Town Trading", "style": style, "establishments": establishments or (shop(),)}
    return SimulationConfig.model_validate({"business": business, "count": 60} | fields)


def sell(config: SimulationConfig) -> list[Sale]:
    """Its sales, of the catalogue of forty."""
    return simulate(config, CATALOGUE, LAWS)


def invoices(sales: list[Sale]) -> list[Supply]:
    """The supplies that are no credit notes."""
    return [sale.supply for sale in sales if not sale.supply.correction]


def law_of(config: SimulationConfig, key: str) -> TaxStrategy:
    """The law that an establishment is under."""
    return LAWS[next(own.strategy for own in config.business.establishments if own.key == key)]


def payable(supply: Supply, law: TaxStrategy = TOWN) -> Decimal:
    """What the buyer owes."""
    return law.assess(TaxContext(supply)).totals.payable


def taxable(supply: Supply, law: TaxStrategy = TOWN) -> Decimal:
    """The invoice before tax."""
    totals = law.assess(TaxContext(supply)).totals
    return totals.taxable_value + totals.exempt_value


def findings(config: SimulationConfig, catalogue: tuple[Product, ...] = CATALOGUE) -> dict[str, Finding]:
    """What contradicts in it, by place."""
    return {finding.place: finding for finding in contradictions(config, catalogue, LAWS)}


def refusal(config: SimulationConfig) -> tuple[Finding, ...]:
    """With which findings it is refused when it is run."""
    try:
        sell(config)
    except InputRefused as refused:
        return refused.findings
    return ()
