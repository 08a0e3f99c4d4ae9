"""Choices: what may be asked for: the form of a configuration, the tax laws and the formats that are installed."""

import json
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response

from ledgerflow import words
from ledgerflow.api.access import HouseHere, Reader
from ledgerflow.api.conditions import NOT_MODIFIED, is_known, tag_of
from ledgerflow.api.schemas import GUARDED, Given, refusals
from ledgerflow.billing.tax import TaxStrategy
from ledgerflow.export.tables import TABLES
from ledgerflow.simulation.reading import schema

router = APIRouter(prefix="/api", tags=["choices"])

Language = Literal["en", "ar", "hi"]


class PlaceModel(Given):
    """A state, governorate or emirate, by the code that tax law uses."""

    code: str
    name: str
    name_local: str
    cities: list[str]


class StrategyModel(Given):
    """A tax law that is installed, and what can be said under it."""

    code: str
    title: str
    country: str
    country_name: str
    currency: str
    languages: list[str]
    tax_number_label: str
    regions: list[PlaceModel]


class Strategies(Given):
    """All of them, by code."""

    items: list[StrategyModel]


class FormatModel(Given):
    """A format: `invoice` makes a file of each, `batch` files over all, `tables` lie beside the archive."""

    code: str
    title: str
    scope: Literal["invoice", "batch", "tables"]


class Formats(Given):
    """All of them, by code."""

    items: list[FormatModel]


@router.get(
    "/schema/simulation-config",
    response_model=dict[str, Any],
    responses={**refusals(*GUARDED), **NOT_MODIFIED},
)
def simulation_config(
    _caller: Reader,
    house: HouseHere,
    request: Request,
    lang: Annotated[Language, Query(description="The language of titles and descriptions.")] = "en",
) -> Response:
    """The JSON Schema of a configuration: the form, and the check that a browser can make by itself. Defaults are
    what the installation offers; an order that leaves a field out is as ever."""
    offered = house.rules.now.values.simulation.model_dump(mode="json")
    content = json.dumps(words.translated(schema(offered), lang), ensure_ascii=False)
    headers = {"ETag": tag_of(content), "Cache-Control": "private, no-cache", "Content-Language": lang}
    if is_known(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return Response(content, media_type="application/json", headers=headers)


@router.get("/tax-strategies", responses=refusals(*GUARDED))
def tax_strategies(_caller: Reader, house: HouseHere) -> Strategies:
    """The tax laws that are installed."""
    return Strategies(items=[_strategy(code, law) for code, law in sorted(house.application.laws.items())])


@router.get("/formats", responses=refusals(*GUARDED))
def formats(_caller: Reader, house: HouseHere) -> Formats:
    """The formats that are installed, and the tables."""
    known = [
        FormatModel(code=code, title=format.title, scope=format.scope)
        for code, format in sorted(house.application.formats.items())
    ]
    return Formats(items=[*known, FormatModel(code=TABLES, title="Parquet", scope="tables")])


def _strategy(code: str, law: TaxStrategy) -> StrategyModel:
    land = law.jurisdiction
    return StrategyModel(
        code=code,
        title=law.title,
        country=land.country,
        country_name=land.name,
        currency=land.currency_code,
        languages=[*dict.fromkeys(("en", *([land.language] if land.language else [])))],
        tax_number_label=land.tax_number_label,
        regions=[
            PlaceModel(
                code=one.code, name=one.name, name_local=one.name_local, cities=[city.name for city in one.cities]
            )
            for one in land.regions
        ],
    )
