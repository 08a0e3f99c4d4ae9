"""Who sells and who buys, where they are and under which tax number; and the jurisdiction that tells them so."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property

from pydantic import TypeAdapter

from ledgerflow.billing.money import Currency, currency


class Registration(StrEnum):
    """How a party stands with the tax authority."""

    REGISTERED = "registered"
    UNREGISTERED = "unregistered"
    COMPOSITION = "composition"  # a small dealer who may not collect tax (CGST Act s.10)
    SEZ = "sez"  # a unit or developer in a Special Economic Zone (IGST Act s.16)
    OVERSEAS = "overseas"


class Holder(StrEnum):
    """The kind of person behind a name; an Indian PAN shows it in its fourth letter."""

    COMPANY = "company"
    FIRM = "firm"
    INDIVIDUAL = "individual"
    GOVERNMENT = "government"


@dataclass(frozen=True, slots=True)
class Place:
    """An address. `country` is ISO 3166-1 alpha-2; `region` the code the tax law uses (the GST state code)."""

    country: str
    region: str = ""
    region_name: str = ""
    region_name_local: str = ""
    city: str = ""
    city_local: str = ""
    street: str = ""
    street_local: str = ""
    postal_code: str = ""


@dataclass(frozen=True, slots=True)
class Party:
    """A seller or a buyer. An empty name is a walk-in customer who left none."""

    name: str
    place: Place
    registration: Registration = Registration.UNREGISTERED
    tax_number: str = ""
    holder: Holder = Holder.INDIVIDUAL
    name_local: str = ""
    phone: str = ""
    email: str = ""
    identifiers: Mapping[str, str] = field(default_factory=dict)  # PAN, CR number, LUT reference, IBAN

    @property
    def is_business(self) -> bool:
        """Registered buyers are billed B2B."""
        return self.registration in (Registration.REGISTERED, Registration.SEZ, Registration.COMPOSITION)


@dataclass(frozen=True, slots=True)
class City:
    """A city and the first and last postal code of its range, as numbers (equal where there is but one)."""

    name: str
    first_postal_code: int = 0
    last_postal_code: int = 0
    name_local: str = ""


@dataclass(frozen=True, slots=True)
class Region:
    """A state, governorate or emirate: its code in tax law, its cities, and its weight among buyers."""

    code: str
    name: str
    cities: tuple[City, ...]
    name_local: str = ""
    weight: int = 1


@dataclass(frozen=True, slots=True)
class CreditLimit:
    """Until when a supply made from `since` on may be credited: the day and month that follow the end of its year.
    `year_begins` is the month in which the tax year does."""

    since: date
    month: int
    day: int
    source: str
    year_begins: int = 1

    def last_day(self, sold: date) -> date:
        """The last day of a credit note for a supply of the day `sold`."""
        next_year = date(sold.year + (sold.month >= self.year_begins), self.year_begins, 1)
        limit = date(next_year.year, self.month, self.day)
        return limit if limit >= next_year else limit.replace(year=limit.year + 1)


@dataclass(frozen=True)
class Jurisdiction:
    """What is particular to one country: its money, its language, its places and the look of its identifiers.

    `phone` is a pattern in which `#` stands for a digit. `language` is the local one printed beside English, if any.
    `credit_limits` say until when a taxable supply may be credited; there are none where the law knows no such day.
    """

    country: str
    name: str
    currency_code: str
    regions: tuple[Region, ...] = ()
    language: str = ""
    name_local: str = ""
    phone: str = ""
    tax_number_label: str = ""
    tax_number_label_local: str = ""
    postal_digits: int = 0
    credit_limits: tuple[CreditLimit, ...] = ()

    @cached_property
    def currency(self) -> Currency:
        return currency(self.currency_code)

    @cached_property
    def region_by_code(self) -> Mapping[str, Region]:
        return {region.code: region for region in self.regions}

    def credit_limit(self, sold: date) -> CreditLimit | None:
        """The limit for a supply of the day `sold`, if the law has one."""
        begun = [limit for limit in self.credit_limits if limit.since <= sold]
        return max(begun, key=lambda limit: limit.since, default=None)

    @classmethod
    def from_mapping(cls, table: Mapping[str, object]) -> "Jurisdiction":
        """Reads the `[jurisdiction]` table of a country's TOML file, its regions and their cities nested in it."""
        return TypeAdapter(cls).validate_python(table)
