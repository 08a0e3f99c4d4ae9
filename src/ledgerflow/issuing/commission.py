"""A commission: all that a batch was ordered with, kept whole, so that any worker can take it up at any time."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import TypeAdapter

from ledgerflow.billing.catalogue import Product
from ledgerflow.simulation.config import SimulationConfig

_CATALOGUE = TypeAdapter(tuple[Product, ...])


@dataclass(frozen=True, slots=True)
class Commission:
    """`formats` are codes; `tables` asks for Parquet beside the archive."""

    config: SimulationConfig
    catalogue: Sequence[Product]
    formats: tuple[str, ...]
    tables: bool = False

    def to_json(self) -> str:
        """Equal commissions are equal texts."""
        content = {
            "config": self.config.model_dump(mode="json"),
            "catalogue": goods_as_json(self.catalogue),
            "formats": list(self.formats),
            "tables": self.tables,
        }
        return json.dumps(content, ensure_ascii=False, separators=(",", ":"))

    @staticmethod
    def business_in(text: str) -> str:
        """The name of the business, without reading the rest, which may be long."""
        config, _ = json.JSONDecoder().raw_decode(text, text.index(":") + 1)
        return str(config["business"]["name"])

    @classmethod
    def from_json(cls, text: str) -> "Commission":
        content = json.loads(text)
        config = SimulationConfig.model_validate(content["config"])
        goods = _CATALOGUE.validate_python(content["catalogue"])
        return cls(config, goods, tuple(content["formats"]), content["tables"])


def goods_as_json(goods: Sequence[Product]) -> object:
    """Products as JSON has them; of equal ones the same."""
    return _CATALOGUE.dump_python(tuple(goods), mode="json")
