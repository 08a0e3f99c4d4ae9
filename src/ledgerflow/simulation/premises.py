"""What is wrong with an establishment: its law, place, currency, registration, buyers and number series."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import combinations

from ledgerflow.billing.errors import Finding, NumberSeriesInvalid
from ledgerflow.billing.numbering import NumberSeries, file_stem
from ledgerflow.billing.party import Jurisdiction, Place, Registration
from ledgerflow.billing.tax import TaxStrategy
from ledgerflow.simulation.advice import nearest
from ledgerflow.simulation.config import Establishment, SimulationConfig
from ledgerflow.simulation.identities import home_of, region_of
from ledgerflow.simulation.streams import BRANCH_LIMIT

_A_DAY = date(2026, 6, 1)


def premises(config: SimulationConfig, laws: Mapping[str, TaxStrategy]) -> Iterator[Finding]:
    """All findings about all establishments."""
    establishments = config.business.establishments
    if len(establishments) > BRANCH_LIMIT:
        yield Finding(
            code="too_many_establishments",
            place="/business/establishments",
            message=f"There are {len(establishments)} establishments, and at most {BRANCH_LIMIT} are possible.",
            advice="Make the books in several runs.",
            parameters={"count": str(len(establishments)), "maximum": str(BRANCH_LIMIT)},
        )
    for place, establishment in enumerate(establishments):
        pointer = f"/business/establishments/{place}"
        law = laws.get(establishment.strategy)
        if law is None:
            yield _unknown("strategy_unknown", f"{pointer}/strategy", establishment.strategy, sorted(laws))
        else:
            home = home_of(establishment, law, laws)
            yield from _standing(pointer, establishment, law, home)
            yield from _number(pointer, establishment, law, home)
        yield from _mix(pointer, establishment)
    yield from _keys(establishments)
    yield from _series(establishments, laws)


def _unknown(code: str, place: str, word: str, words: Sequence[str]) -> Finding:
    what = code.removesuffix("_unknown")
    return Finding(code, place, f"There is no {what} {word!r}.", nearest(word, words), {what: word})


def _standing(pointer: str, establishment: Establishment, law: TaxStrategy, home: Jurisdiction) -> Iterator[Finding]:
    """Country, currency and regions against the law's."""
    own = law.jurisdiction
    if own.country and establishment.country not in ("", own.country):
        yield Finding(
            code="country_foreign",
            place=f"{pointer}/country",
            message=f"{law.title} is the law of {own.country}, not of {establishment.country}.",
            advice="Leave the country out, or choose that country's strategy.",
            parameters={"strategy": law.code, "country": establishment.country},
        )
    if own.country and establishment.currency not in ("", own.currency_code):
        yield Finding(
            code="currency_foreign",
            place=f"{pointer}/currency",
            message=f"Invoices under {law.title} are in {own.currency_code}, not in {establishment.currency}.",
            advice=f"Leave the currency out, and bring prices into {own.currency_code} by `price_factor`.",
            parameters={"strategy": law.code, "currency": establishment.currency},
        )
    if establishment.registration is Registration.OVERSEAS:
        yield Finding(
            code="seller_overseas",
            place=f"{pointer}/registration",
            message="A seller stands in its own country; only buyers are overseas.",
            advice="Choose registered, unregistered or composition.",
        )
    codes = list(home.region_by_code)
    named = {"region": [establishment.region] if establishment.region else []}
    named["buyers/regions"] = list(establishment.buyers.regions)
    for field, regions in named.items():
        for region in regions:
            if codes and region not in home.region_by_code:
                place = f"{pointer}/{field}" + (f"/{region}" if field != "region" else "")
                yield _region_unknown(place, region, home)


def _region_unknown(place: str, region: str, home: Jurisdiction) -> Finding:
    by_name = {known.name.casefold(): known.code for known in home.regions}
    code = by_name.get(region.casefold())
    advice = f"Write its code, {code!r}." if code else nearest(region, list(home.region_by_code))
    return Finding("region_unknown", place, f"{home.name} has no region {region!r}.", advice, {"region": region})


def _number(pointer: str, establishment: Establishment, law: TaxStrategy, home: Jurisdiction) -> Iterator[Finding]:
    number = establishment.tax_number
    if not number or (establishment.region and not home.region_by_code.get(establishment.region) and home.regions):
        return
    region = region_of(establishment, home)
    fault = law.check_registration(number, Place(home.country, region.code if region else ""))
    if fault:
        yield Finding(
            code="tax_number_wrong",
            place=f"{pointer}/tax_number",
            message=f"{number} is no number of {law.title}: {fault}.",
            advice="Correct the number or the region; left empty, a number is invented.",
            parameters={"tax_number": number, "fault": fault},
        )


def _mix(pointer: str, establishment: Establishment) -> Iterator[Finding]:
    mix = establishment.buyers
    whole = round(mix.business + mix.walk_in + mix.abroad, 9)
    if whole > 1:
        yield Finding(
            code="buyers_over_one",
            place=f"{pointer}/buyers",
            message=f"Businesses, walk-in customers and buyers abroad add up to {whole:g}, more than all invoices.",
            advice="Lower one of the three, so that they add up to 1 at most.",
            parameters={"sum": f"{whole:g}"},
        )
    if establishment.registration is not Registration.COMPOSITION:
        return
    for field in ("abroad", "other_region"):
        if getattr(mix, field) and field in mix.model_fields_set:
            yield Finding(
                code="composition_sells_outside",
                place=f"{pointer}/buyers/{field}",
                message="A composition dealer may not sell outside its own state (CGST Act s.10(2)(c)).",
                advice="Set it to 0, or make the establishment a regular registered one.",
                parameters={"field": field},
            )


def _keys(establishments: Sequence[Establishment]) -> Iterator[Finding]:
    seen: set[str] = set()
    for place, establishment in enumerate(establishments):
        if establishment.key in seen:
            yield Finding(
                code="establishment_twice",
                place=f"/business/establishments/{place}/key",
                message=f"There is another establishment {establishment.key!r}.",
                advice="Give each its own short name.",
                parameters={"key": establishment.key},
            )
        seen.add(establishment.key)


def _series(establishments: Sequence[Establishment], laws: Mapping[str, TaxStrategy]) -> Iterator[Finding]:
    """Each series must make legal numbers, and no two may make the same one, or names of files that some system takes
    for the same."""
    made: list[tuple[int, str, str, str]] = []
    for place, establishment in enumerate(establishments):
        law = laws.get(establishment.strategy)
        for kind, template in establishment.series if law else ():
            pointer = f"/business/establishments/{place}/series/{kind}"
            try:
                series = NumberSeries(template, law.numbering) if law else NumberSeries(template)
            except NumberSeriesInvalid as fault:
                yield Finding(
                    code="series_invalid",
                    place=pointer,
                    message=str(fault),
                    advice="A pattern such as INV/{fy}/{n:06} does.",
                    parameters={"template": template},
                )
                continue
            made.append((place, pointer, template, series.number(1, _A_DAY)))
    for first, second in combinations(made, 2):
        same_series = first[0] == second[0] and first[2] == second[2]
        if file_stem(first[3]).casefold() == file_stem(second[3]).casefold() and not same_series:
            yield Finding(
                code="series_shared",
                place=second[1],
                message=f"{second[2]!r} and the series at {first[1]} would make the same number or file, {second[3]}.",
                advice="Give each establishment its own letters, such as A{fy}/{n:06} and B{fy}/{n:06}.",
                parameters={"template": second[2], "other": first[1]},
            )
