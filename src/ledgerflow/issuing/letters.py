"""Names that a format cannot show, told before any work: configuration, catalogue and the places of a country."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from ledgerflow.billing.catalogue import Catalogue, Product
from ledgerflow.billing.errors import Finding
from ledgerflow.billing.party import City, Region
from ledgerflow.billing.tax import TaxStrategy
from ledgerflow.export.format import Format
from ledgerflow.simulation.baskets import for_sale
from ledgerflow.simulation.config import Establishment, SimulationConfig
from ledgerflow.simulation.identities import home_of

_PRINTED = ("name", "city", "street", "postal_code", "tax_number", "letter_of_undertaking")
_PRINTED_BESIDE = ("name_local", "street_local")
_NAMED = 3  # products that a finding names
_SHOWN = 10  # letters that a finding shows


@dataclass(frozen=True, slots=True)
class _Text:
    """Something that will be printed, and the place where it was said."""

    place: str
    words: str


def unprintable_names(
    config: SimulationConfig, catalogue: Sequence[Product], laws: Mapping[str, TaxStrategy], formats: Sequence[Format]
) -> tuple[Finding, ...]:
    """A finding for each place and format that lacks letters of it; local names count where a page has a local side."""
    goods = Catalogue.of(catalogue)
    besides = _letters(_Business(config.business.model_dump_json(), tuple(map(id, laws.values())), config, laws))
    all_of_them = "".join(sorted(goods.letters | besides))
    if not any(format.lacking(all_of_them) for format in formats):
        return ()  # nearly always: no product need be looked at by itself
    texts = list(_texts(config, catalogue, laws))
    letters = "".join(sorted(set().union(*(text.words for text in texts))))
    return tuple(finding for format in formats if format.lacking(letters) for finding in _findings(format, texts))


@dataclass(frozen=True, slots=True)
class _Business:
    """A business, and the laws under which it sells: the same if they are the same objects, which it keeps alive."""

    said: str
    asked: tuple[int, ...]
    config: SimulationConfig = field(compare=False)
    laws: Mapping[str, TaxStrategy] = field(compare=False)


@lru_cache(maxsize=12)  # a door is asked for the same business again and again, and its buyers live in many places
def _letters(business: _Business) -> frozenset[str]:
    """The letters of all that is printed, save products."""
    return frozenset().union(*(text.words for text in _texts(business.config, (), business.laws)))


def _texts(config: SimulationConfig, catalogue: Sequence[Product], laws: Mapping[str, TaxStrategy]) -> Iterator[_Text]:
    business = config.business
    local = [_has_local_side(establishment, laws) for establishment in business.establishments]
    yield _Text("/business/name", business.name)
    if any(local):
        yield _Text("/business/name_local", business.name_local)
    for number, (establishment, beside) in enumerate(zip(business.establishments, local, strict=True)):
        pointer = f"/business/establishments/{number}"
        for name in (*_PRINTED, *(_PRINTED_BESIDE if beside else ())):
            yield _Text(f"{pointer}/{name}", getattr(establishment, name))
        yield from _country(f"{pointer}/strategy", establishment, laws, beside=beside)
    for product in for_sale(catalogue, config.products):
        yield _Text("catalogue", f"{product.name} {product.name_local if any(local) else ''}".rstrip())
        yield _Text("catalogue", f"{product.sku} {product.unit} {product.commodity_code}")


def _has_local_side(establishment: Establishment, laws: Mapping[str, TaxStrategy]) -> bool:
    law = laws.get(establishment.strategy)
    return (establishment.language or (law.jurisdiction.language if law else "")) not in ("", "en")


def _country(
    place: str, establishment: Establishment, laws: Mapping[str, TaxStrategy], *, beside: bool
) -> Iterator[_Text]:
    """The regions and cities in which buyers may live."""
    law = laws.get(establishment.strategy)
    for region in home_of(establishment, law, laws).regions if law else ():
        spots: tuple[Region | City, ...] = (region, *region.cities)
        for spot in spots:
            yield _Text(place, f"{spot.name} {spot.name_local if beside else ''}".rstrip())


def _findings(format: Format, texts: Iterable[_Text]) -> Iterator[Finding]:
    by_place: dict[str, list[str]] = {}
    for text in texts:
        if format.lacking(text.words):
            by_place.setdefault(text.place, []).append(text.words)
    for place, words in by_place.items():
        lacking = format.lacking("".join(words))
        named = ", ".join(repr(word) for word in words[:_NAMED])
        more = f" and {len(words) - _NAMED} more" if len(words) > _NAMED else ""
        shown = " ".join(lacking[:_SHOWN]) + (" …" if len(lacking) > _SHOWN else "")
        yield Finding(
            code="letters_unprintable",
            place=place,
            message=f"{format.title} has no letters {shown} for {named}{more}.",
            advice=f"Write it in letters that it has (Latin, Arabic), or choose --format without {format.code}.",
            parameters={"format": format.code, "letters": lacking},
        )
