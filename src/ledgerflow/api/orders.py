"""What a batch is ordered with, as it is sent: shared by orders, estimates and previews."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from ledgerflow.api.access import Caller
from ledgerflow.api.house import House
from ledgerflow.api.places import told_at
from ledgerflow.api.schemas import Taken
from ledgerflow.api.wishes import WishedConfig, complete
from ledgerflow.billing.catalogue import Product
from ledgerflow.billing.errors import Finding, InputRefused
from ledgerflow.export.format import Format
from ledgerflow.export.tables import TABLES
from ledgerflow.issuing.commission import Commission
from ledgerflow.issuing.commissioning import Bounds, require_possible
from ledgerflow.issuing.governing import bounds_of, rules_for
from ledgerflow.issuing.ports import Ledger

Codes = Annotated[tuple[Annotated[str, Field(min_length=1, max_length=40)], ...], Field(max_length=20)]
USUAL_FORMATS = ("pdf", "json", "csv", "xlsx")


class Making(Taken):
    """What is to be made of the kept catalogue."""

    config: WishedConfig
    formats: Annotated[Codes, Field(description="Codes of formats, as `/api/formats` names them.")] = USUAL_FORMATS


def bounds(house: House, ledger: Ledger) -> Bounds:
    """How many batches of this tenant may be open, and how large one may be."""
    return bounds_of(rules_for(ledger, house.rules.now))


def goods_of(caller: Caller) -> Sequence[Product]:
    """The kept catalogue; raises InputRefused where nothing is in it."""
    goods = caller.ledger.stock.catalogue()
    if not goods:
        advice = "Import one first."
        raise InputRefused([Finding("catalogue.empty", "", "There is no product in the catalogue.", advice)])
    return goods


def formats_of(said: Making, house: House) -> Sequence[Format]:
    """The formats that are asked for, each once; raises InputRefused."""
    with told_at({"--format": "/formats"}):
        return [house.application.format(code) for code in dict.fromkeys(said.formats) if code != TABLES]


def commission_of(said: Making, caller: Caller, house: House, within: Bounds, *, tables: bool = False) -> Commission:
    """The order, if it can be made; raises InputRefused with all that is wrong with it."""
    goods, formats = goods_of(caller), formats_of(said, house)
    tables = tables or TABLES in said.formats
    config = complete(said.config, caller.ledger)
    commission = Commission(config, goods, tuple(format.code for format in formats), tables)
    require_possible(commission, house.application.laws, formats, within)
    return commission
