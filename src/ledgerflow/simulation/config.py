"""SimulationConfig: everything a person may say about the books to be made. Its JSON Schema is the form."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from ledgerflow.billing.party import Registration
from ledgerflow.billing.tax import Rounder
from ledgerflow.simulation.anomaly_wishes import Anomalies
from ledgerflow.simulation.payment_habits import PaymentHabits
from ledgerflow.simulation.typed import Share
from ledgerflow.simulation.typed import Typed as _Typed

Positive = Annotated[Decimal, Field(gt=0, lt=Decimal("1e18"), allow_inf_nan=False)]
Step = Annotated[Decimal, Field(gt=0, le=1_000_000)]
MOST_INVOICES = 10_000_000
Measure = Literal["taxable", "payable"]


class RealismProfile(StrEnum):
    """How much of real life the engine imitates."""

    BASIC = "basic"
    REALISTIC = "realistic"
    ADVANCED = "advanced"


class BusinessStyle(StrEnum):
    """The trade, which sets the shape of baskets, quantities, hours and buyers."""

    RETAIL_SHOP = "retail_shop"
    WHOLESALE = "wholesale"
    DISTRIBUTOR = "distributor"
    MANUFACTURER = "manufacturer"
    SERVICE_PROVIDER = "service_provider"
    ONLINE_STORE = "online_store"


class Series(_Typed):
    """The number series of an establishment, one for each kind of document. `{fy}` is the year, `{n:06}` the count."""

    invoice: str = Field("INV/{fy}/{n:06}", title="Invoices")
    bill_of_supply: str = Field("BOS/{fy}/{n:06}", title="Bills of supply")
    credit_note: str = Field("CRN/{fy}/{n:06}", title="Credit notes")
    debit_note: str = Field("DBN/{fy}/{n:06}", title="Debit notes")


class BuyerMix(_Typed):
    """Who buys, as shares of the invoices: businesses, walk-in customers and buyers abroad; the rest is private persons
    who give their names."""

    business: Share = Field(0.4, title="Registered businesses", description="As a share of the invoices.")
    walk_in: Share = Field(
        0.0, title="Walk-in customers", description="Share of the invoices to buyers who leave no name."
    )
    other_region: Share = Field(
        0.3,
        title="Outside the seller's region",
        description="Of the named buyers in the country, the share outside the seller's region; none for a composition "
        "dealer, who may not sell there.",
    )
    abroad: Share = Field(0.0, title="Buyers abroad", description="As a share of the invoices.")
    sez: Share = Field(
        0.0, title="In a Special Economic Zone", description="Of the businesses, the share that are units of a zone."
    )
    regions: dict[str, Positive] = Field(
        default_factory=dict,
        title="Weights of the other regions",
        description="By their code. Left empty, as many people live there.",
    )


class Establishment(_Typed):
    """One place of business under one tax regime: currency, number series and language follow from it."""

    key: str = Field(title="Short name", pattern=r"^[a-z][a-z0-9-]{0,30}$")
    strategy: str = Field(title="Tax strategy", description="As `ledgerflow tax list` names it: gst, vat-bh, none.")
    share: Annotated[float, Field(gt=0, allow_inf_nan=False)] = Field(
        1.0, title="Share of the invoices, against the other establishments"
    )
    name: str = Field("", title="Trade name, where it differs from the business")
    name_local: str = Field("", title="Trade name in the local script")
    country: str = Field("", title="Country, where the strategy does not say it", pattern=r"^([A-Z]{2})?$")
    region: str = Field(
        "", title="State or governorate", description="By its code. Left empty, that of the city or tax number, or any."
    )
    city: str = Field("", title="City")
    street: str = Field("", title="Street and building")
    street_local: str = Field("", title="Street and building in the local script")
    postal_code: str = Field("", title="Postal code")
    registration: Registration = Field(Registration.REGISTERED, title="Registration")
    tax_number: str = Field("", title="Tax number", description="Left empty, one is invented from a range of nobody's.")
    currency: str = Field("", title="Currency", description="Left empty, the country's.", pattern=r"^([A-Z]{3})?$")
    price_factor: Positive = Field(
        Decimal(1),
        title="Price factor",
        description="Catalogue prices are multiplied by it, e.g. into another currency.",
    )
    price_step: Step | None = Field(None, title="Price step", description="Prices are rounded to multiples of it.")
    prices_include_tax: bool = Field(False, title="Prices include tax")
    round_to: Step | None = Field(None, title="Round the amount due to", description="1 for whole rupees.")
    rounder: Rounder | None = Field(None, title="Where tax is rounded", description="Left empty, as the law has it.")
    language: str = Field("", title="Language", description="`en`, or `ar` for Arabic with English beside it.")
    digits: Literal["latin", "arabic-indic"] = Field("latin", title="Digits on the local side")
    accent: str = Field("#0A6B4B", title="Accent colour", pattern=r"^#[0-9A-Fa-f]{6}$")
    letter_of_undertaking: str = Field(
        "", title="LUT reference", description="Exports and SEZ supplies go without payment."
    )
    reverse_charge: Share = Field(
        0.0,
        title="Share of business invoices under reverse charge",
        description="For sellers of what the law notifies for it: in India under s.9(3) of the CGST Act, such as "
        "haulage, legal services or raw cotton. Other sellers leave it 0.",
    )
    buyers: BuyerMix = Field(default_factory=BuyerMix, title="Buyers")
    series: Series = Field(default_factory=Series, title="Number series")
    gapless: bool = Field(
        False,
        title="Numbers without a gap",
        description="For laws that allow no void number: batches of one series then wait for one another.",
    )


class Business(_Typed):
    """The business whose books are made."""

    name: str = Field("Specimen Trading Company", title="Name", min_length=1, max_length=120)
    name_local: str = Field("", title="Name in the local script", max_length=120)
    style: BusinessStyle = Field(
        BusinessStyle.RETAIL_SHOP,
        title="Style",
        description="Sets the sizes of baskets, packs, discounts, hours and terms.",
    )
    establishments: tuple[Establishment, ...] = Field(title="Establishments, one a regime", min_length=1)


class RevenueTarget(_Typed):
    """An exact revenue of all invoices in one currency, to the last minor unit; credit notes do not count."""

    amount: Positive = Field(title="Amount")
    measure: Measure = Field(
        "taxable", title="Measured", description="taxable: the invoices before tax; payable: what buyers owe."
    )


class IntegerBounds(_Typed):
    """A least and a greatest whole number, both allowed."""

    minimum: int = Field(1, ge=1, le=1_000_000, title="At least")
    maximum: int = Field(title="At most", ge=1, le=1_000_000)


class AmountBounds(_Typed):
    """A least and a greatest amount payable of one invoice, both allowed."""

    minimum: Decimal = Field(Decimal(0), ge=0, lt=Decimal("1e18"), title="At least")
    maximum: Positive | None = Field(None, title="At most", description="Left empty, any amount.")


class Bounds(_Typed):
    """Limits that every invoice obeys exactly. A credit note, being part of an invoice, obeys the upper ones."""

    lines: IntegerBounds = Field(
        IntegerBounds(minimum=1, maximum=60), title="Lines of an invoice", description="Each line is another product."
    )
    quantity: IntegerBounds = Field(
        IntegerBounds(minimum=1, maximum=1000), title="Quantity of a line", description="Always a whole number."
    )
    amount: dict[str, AmountBounds] = Field(
        default_factory=dict, title="Amount payable, by currency", description="Of one invoice, tax included."
    )


class ProductChoice(_Typed):
    """Products, by SKU or name, that sell above or below the rest, or not at all."""

    most_sold: tuple[str, ...] = Field((), title="Most sold", description="Each sells better than all the rest.")
    least_sold: tuple[str, ...] = Field((), title="Least sold", description="Each sells worse than all the rest.")
    excluded: tuple[str, ...] = Field((), title="Never sold")


class SimulationConfig(_Typed):
    """The books to be made: by which business, when, how many, how large, how real."""

    business: Business = Field(title="Business")
    seed: int = Field(
        1, ge=0, lt=2**63, title="Seed", description="The same configuration and seed make the same books."
    )
    count: int | None = Field(
        100,
        ge=1,
        le=MOST_INVOICES,
        title="Invoices",
        description="Credit notes come on top. Left empty, as many as the revenue takes.",
    )
    revenue: dict[str, RevenueTarget] = Field(
        default_factory=dict,
        title="Exact revenue, by currency",
        description="Met to the last minor unit by choosing among invoices; no price and no line is bent for it.",
    )
    first_day: date = Field(date(2026, 4, 1), title="First day", ge=date(1950, 1, 1))
    last_day: date = Field(date(2026, 9, 30), title="Last day", le=date(2150, 12, 31))
    realism_profile: RealismProfile = Field(
        RealismProfile.REALISTIC,
        title="Realism",
        description="basic: even days and hours, no discounts. realistic: seasons, festivals, loyal customers, "
        "discounts, packs by price. advanced: large and small customers besides, and fewer units where there are more "
        "lines.",
    )
    repeat_rate: Share = Field(
        0.5, title="Repeat rate", description="Share of the named invoices that go to a customer who bought before."
    )
    seasonality: Share = Field(
        0.5, title="Seasonality", description="0: every month alike; 1: the country's full seasons and festivals."
    )
    credit_note_rate: Share = Field(
        0.0, title="Credit notes", description="As a share of the invoices, on top of them."
    )
    bounds: Bounds = Field(default_factory=Bounds, title="Bounds")
    products: ProductChoice = Field(default_factory=ProductChoice, title="Products")
    payments: PaymentHabits = Field(default_factory=PaymentHabits, title="Payments")
    anomalies: Anomalies = Field(default_factory=Anomalies, title="Labelled anomalies")
