"""Products: the catalogue that is sold of, one by one."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Header, Path, Query, Response
from pydantic import Field

from ledgerflow.api.access import Reader, Writer
from ledgerflow.api.house import now
from ledgerflow.api.schemas import GUARDED, Given, Page, Taken, refusals
from ledgerflow.billing.catalogue import TaxCategory
from ledgerflow.intake.article import product_of
from ledgerflow.intake.cells import MAX_CESS, MAX_NAME, MAX_PRICE, MAX_SKU
from ledgerflow.issuing.goods import add_product, change_product, remove_product
from ledgerflow.issuing.stocking import Stocked, version

router = APIRouter(prefix="/api/products", tags=["products"])

Id = Annotated[str, Path(pattern=r"^[0-9A-Za-z_-]{1,64}$")]
IfMatch = Annotated[
    str, Header(alias="If-Match", max_length=100, description="The ETag that you saw: 412 if it is another by now.")
]
Cursor = Annotated[str, Query(pattern=r"^[0-9]{0,9}$", description="From `next` of the page before.")]


class Article(Taken):
    """A product as it is to be. Name and price suffice; without an SKU it is given the next."""

    name: Annotated[str, Field(min_length=1, max_length=MAX_NAME)]
    price: Annotated[Decimal, Field(gt=0, lt=MAX_PRICE, max_digits=13, decimal_places=3)]
    sku: Annotated[str, Field(max_length=MAX_SKU)] = ""
    unit: Annotated[str, Field(max_length=40, description="A UQC code, or what people write for it.")] = ""
    commodity_code: Annotated[str, Field(max_length=12, description="HSN or SAC.")] = ""
    tax_category: TaxCategory = TaxCategory.STANDARD
    name_local: Annotated[str, Field(max_length=MAX_NAME)] = ""
    group: Annotated[str, Field(max_length=MAX_NAME)] = ""
    tax_rate: Annotated[Decimal | None, Field(ge=0, le=40, description="GST in per cent, over the code's own.")] = None
    cess_rate: Annotated[Decimal, Field(ge=0, le=MAX_CESS)] = Decimal(0)


class ProductModel(Given):
    """A product of the catalogue."""

    id: str
    place: int
    sku: str
    name: str
    price: Decimal
    unit: str
    commodity_code: str
    tax_category: TaxCategory
    name_local: str
    group: str
    tax_rate: Decimal | None
    cess_rate: Decimal
    updated_at: datetime


@router.get("", responses=refusals(*GUARDED))
def browse(
    caller: Reader,
    search: Annotated[
        str, Query(max_length=100, pattern=r"^[^\x00]*$", description="Letters of the name or the SKU.")
    ] = "",
    cursor: Cursor = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Page[ProductModel]:
    """The products in the order of the catalogue."""
    found = caller.ledger.stock.page(int(cursor or 0), limit + 1, search.strip())
    following = str(found[limit - 1].place) if len(found) > limit else None
    return Page(items=[shown(one) for one in found[:limit]], next=following)


@router.post("", status_code=201, responses=refusals(*GUARDED, 409))
def add(said: Article, caller: Writer, response: Response) -> ProductModel:
    """Puts a product at the end of the catalogue."""
    product = product_of(_words(said))
    stocked = add_product(caller.ledger, product, at=now(), actor=caller.actor)
    response.headers["Location"] = f"/api/products/{stocked.id}"
    return _told(stocked, response)


@router.get("/{id}", responses={**refusals(*GUARDED, 404), 304: {"description": "It is the one that you saw."}})
def show(
    id: Id,
    caller: Reader,
    response: Response,
    seen: Annotated[str, Header(alias="If-None-Match", max_length=100)] = "",
) -> ProductModel | None:
    """A product."""
    stocked = caller.ledger.stock.find(id)
    told = _told(stocked, response)
    if seen and seen == response.headers["ETag"]:
        response.status_code = 304
        return None
    return told


@router.put("/{id}", responses=refusals(*GUARDED, 404, 409, 412))
def change(id: Id, said: Article, caller: Writer, response: Response, seen: IfMatch = "") -> ProductModel:
    """Writes a product anew; without an SKU it keeps the one it has."""
    product = product_of(_words(said))
    stocked = change_product(caller.ledger, id, product, at=now(), actor=caller.actor, seen=bare(seen))
    return _told(stocked, response)


@router.delete("/{id}", status_code=204, responses=refusals(*GUARDED, 404, 412))
def remove(id: Id, caller: Writer, seen: IfMatch = "") -> None:
    """Takes a product out of the catalogue; invoices that sold it stay as they are."""
    remove_product(caller.ledger, id, at=now(), actor=caller.actor, seen=bare(seen))


def shown(stocked: Stocked) -> ProductModel:
    """A product as it is told."""
    own = {name: getattr(stocked, name) for name in ("id", "place", "updated_at")}
    kept = {name: getattr(stocked.product, name) for name in ProductModel.model_fields if name not in own}
    return ProductModel(**own, **kept)


def bare(tag: str) -> str:
    """What stands in an ETag; `*`, like none, is content with any."""
    return "" if tag.strip() == "*" else tag.strip().removeprefix("W/").strip('"')


def _told(stocked: Stocked, response: Response) -> ProductModel:
    response.headers["ETag"] = f'"{version(stocked.product)}"'
    return shown(stocked)


def _words(said: Article) -> dict[str, str | Decimal]:
    return {
        field: value.value if isinstance(value, TaxCategory) else value
        for field in Article.model_fields
        if (value := getattr(said, field)) is not None
    }
