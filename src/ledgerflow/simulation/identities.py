"""Whole records: a name, a kind, a place with its postal code, a telephone and a tax number that agree.

Tax numbers come from the law, out of ranges of nobody's; e-mail addresses only from the domains kept for examples
(RFC 2606); foreign telephones only from ranges kept for fiction.
"""

import re
import tomllib
from bisect import bisect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from itertools import accumulate

from numpy.random import Generator

from ledgerflow.billing.party import City, Holder, Jurisdiction, Party, Place, Region, Registration
from ledgerflow.billing.tax import TaxStrategy
from ledgerflow.simulation.config import Establishment, SimulationConfig
from ledgerflow.simulation.names import FIRM_HOLDERS, Flavour, flavour_of
from ledgerflow.simulation.streams import Stream, dice_for, some

_LEGAL_FORMS = (0.45, 0.75)  # of business buyers 45 % are companies, 30 % firms, the rest sole proprietors [estimate]
_ADDRESS = 4  # chances that an address takes
_NOWHERE = City("")
_NO_REGION = Region("", "", ())


def home_of(establishment: Establishment, law: TaxStrategy, laws: Mapping[str, TaxStrategy]) -> Jurisdiction:
    """The country an establishment stands in. A law of no country borrows the places of one that knows its country."""
    own = law.jurisdiction
    if own.country or not establishment.country:
        return own
    for code in sorted(laws):
        if laws[code].jurisdiction.country == establishment.country:
            return laws[code].jurisdiction
    return replace(own, country=establishment.country, name=establishment.country)


def seller_of(
    config: SimulationConfig, establishment: Establishment, law: TaxStrategy, home: Jurisdiction | None = None
) -> Party:
    """The seller as it stands on its documents; what the configuration leaves empty is invented, with its own dice."""
    home = home or law.jurisdiction
    dice = dice_for(config.seed, Stream.ESTABLISHMENT, config.business.establishments.index(establishment))
    place = _seat(dice, establishment, home)
    phone = telephone(dice.random(), home.phone)
    name = establishment.name or config.business.name
    seller = Party(
        name=name,
        place=place,
        registration=establishment.registration,
        holder=Holder.COMPANY,
        name_local=establishment.name_local or config.business.name_local,
        phone=phone,
        email=f"accounts@{_slug(name)}.example",
        identifiers={"LUT": establishment.letter_of_undertaking} if establishment.letter_of_undertaking else {},
    )
    if establishment.registration is Registration.UNREGISTERED:
        return seller
    return replace(seller, tax_number=establishment.tax_number or law.invent_registration(dice, seller))


def region_of(establishment: Establishment, home: Jurisdiction) -> Region | None:
    """The region a configuration means: by its code, else by its city, else by the first characters of its number."""
    if establishment.region:
        return home.region_by_code.get(establishment.region)
    for region in home.regions:
        if establishment.city and _city(region, establishment.city):
            return region
    number = establishment.tax_number
    return next((region for region in home.regions if number and number.startswith(region.code)), None)


def person(dice: Generator, home: Jurisdiction, region: Region | None, pick: int, near: Place) -> Party:
    """A private person; `pick` counts the customers, so that no two share a name."""
    *where, line = dice.random(_ADDRESS + 1).tolist()
    place, flavour = _address(where, home, region, near)
    name = flavour.person(pick)
    email = f"{_slug(name.text)}@example.com"
    return Party(name.text, place, name_local=name.local, phone=telephone(line, home.phone), email=email)


def firm(
    dice: Generator,
    home: Jurisdiction,
    region: Region | None,
    pick: int,
    near: Place,
    law: TaxStrategy,
    registration: Registration,
) -> Party:
    """A business with its tax number; under a law without numbers it is a business all the same, unregistered."""
    *where, form, line = dice.random(_ADDRESS + 2).tolist()
    place, flavour = _address(where, home, region, near)
    holder = FIRM_HOLDERS[bisect(_LEGAL_FORMS, form)]
    name = flavour.firm(holder, pick)
    buyer = Party(
        name=name.text,
        place=place,
        registration=registration,
        holder=holder,
        name_local=name.local,
        phone=telephone(line, home.phone),
        email=f"accounts@{_slug(name.text)}.example",
    )
    number = law.invent_registration(dice, buyer)
    return replace(buyer, tax_number=number, registration=registration if number else Registration.UNREGISTERED)


def foreigner(dice: Generator, home: Jurisdiction, pick: int) -> Party:
    """A company in another country, without a number of the seller's law."""
    countries = [country for country in _abroad() if country.code != home.country]
    country = countries[pick % len(countries)]
    form, street, city, number, line = dice.random(5).tolist()
    own = flavour_of("", "en").firm(Holder.INDIVIDUAL, pick // len(countries)).text
    name = some(form, country.forms).format(name=own)
    town, postal_code = some(city, country.cities)
    return Party(
        name=name,
        place=Place(
            country=country.code,
            city=town,
            street=some(street, country.streets).format(number=1 + int(number * 240)),
            postal_code=postal_code,
        ),
        registration=Registration.OVERSEAS,
        holder=Holder.COMPANY,
        phone=telephone(line, country.phone),
        email=f"accounts@{_slug(name)}.example",
    )


def walk_in(near: Place) -> Party:
    """A customer who left no name, served where the seller stands."""
    return Party("", replace(near, street="", street_local="", postal_code=""))


def telephone(chance: float, pattern: str) -> str:
    """A number by a pattern in which `#` stands for a digit."""
    count = pattern.count("#")
    digits = iter(f"{int(chance * 10**count):0{count}d}")
    return "".join([next(digits) if sign == "#" else sign for sign in pattern])


def _seat(dice: Generator, establishment: Establishment, home: Jurisdiction) -> Place:
    anywhere, code, *where = dice.random(2 + _ADDRESS).tolist()
    region = region_of(establishment, home) or some_region(anywhere, home.regions)
    place, _ = _address(where, home, region, Place(home.country, city=establishment.city))
    if establishment.city:
        city = (_city(region, establishment.city) if region else None) or _NOWHERE
        postal_code = _postal_code(code, city, home.postal_digits) or place.postal_code
        place = replace(place, city=establishment.city, city_local=city.name_local, postal_code=postal_code)
    if establishment.street:
        place = replace(place, street=establishment.street, street_local=establishment.street_local)
    return replace(place, postal_code=establishment.postal_code or place.postal_code)


def some_region(chance: float, regions: Sequence[Region], weights: Mapping[str, float] | None = None) -> Region | None:
    """A region by its weight; none where the country has none."""
    if not regions:
        return None
    steps = list(accumulate(weights.get(region.code, 0.0) if weights else region.weight for region in regions))
    return regions[bisect(steps, chance * steps[-1])]


def _address(chances: Sequence[float], home: Jurisdiction, region: Region | None, near: Place) -> tuple[Place, Flavour]:
    """A street in a city of the region, the earlier cities more often; where the law knows no cities, the seller's."""
    region = region or _NO_REGION
    lean, code, spot, number = chances
    city = some(lean**2, region.cities) if region.cities else City(near.city, 0, 0, near.city_local)
    flavour = flavour_of(home.country, home.language, region.code)
    street = some(spot, flavour.streets).numbered(1 + int(number * 240))
    place = Place(
        home.country,
        region.code,
        region.name,
        region.name_local,
        city.name,
        city.name_local,
        street.text,
        street.local,
        _postal_code(code, city, home.postal_digits),
    )
    return place, flavour


def _postal_code(chance: float, city: City, digits: int) -> str:
    if not city.first_postal_code:
        return ""
    count = city.last_postal_code - city.first_postal_code + 1
    return f"{city.first_postal_code + int(chance * count):0{digits}d}"


def _city(region: Region, name: str) -> City | None:
    return next((city for city in region.cities if city.name.casefold() == name.casefold()), None)


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.casefold())[:48].strip("-") or "specimen"


@dataclass(frozen=True, slots=True)
class _Abroad:
    code: str
    phone: str
    forms: tuple[str, ...]
    streets: tuple[str, ...]
    cities: tuple[tuple[str, str], ...]


@cache
def _abroad() -> tuple[_Abroad, ...]:
    text = files("ledgerflow.simulation").joinpath("abroad.toml").read_text("utf-8")
    return tuple(
        _Abroad(
            code=table["country"],
            phone=table["phone"],
            forms=tuple(table["forms"]),
            streets=tuple(table["streets"]),
            cities=tuple((city, code) for city, code in table["cities"]),
        )
        for table in tomllib.loads(text)["countries"]
    )
