"""A commission: all that a batch was ordered with, kept so that any worker can take it up at any time. The catalogue is
kept once, by its digest, however many batches are ordered of it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from ledgerflow.billing.catalogue import Catalogue, Product
from ledgerflow.issuing.ports import Ledger
from ledgerflow.simulation.config import SimulationConfig

_SHELVED = "catalogue"


@dataclass(frozen=True, slots=True)
class Commission:
    """`formats` are codes; `tables` asks for Parquet beside the archive."""

    config: SimulationConfig
    catalogue: Sequence[Product]
    formats: tuple[str, ...]
    tables: bool = False

    def to_json(self) -> str:
        """Equal commissions are equal texts."""
        return self._json(json.loads(Catalogue.of(self.catalogue).text))

    def referring(self) -> str:
        """The same with the catalogue named by its digest: what stands in an order, for a catalogue may be large."""
        return self._json(Catalogue.of(self.catalogue).digest)

    def _json(self, catalogue: object) -> str:
        content = {
            "config": self.config.model_dump(mode="json"),
            "catalogue": catalogue,
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
        goods = Catalogue.from_json(content["catalogue"])
        return cls(config, goods, tuple(content["formats"]), content["tables"])


def commissioned(ledger: Ledger, id: str) -> Commission:
    """What a job was ordered with, its catalogue fetched from where it is kept; older orders have it within them.
    Raises BatchUnknown."""
    content = json.loads(ledger.jobs.commission(id))
    if isinstance(content["catalogue"], str):
        document = ledger.documents.find(shelved(content["catalogue"]))
        assert document is not None  # it was entered with the order, and nothing takes it away
        content["catalogue"] = json.loads(document.text)
    return Commission.from_json(json.dumps(content))


def shelved(digest: str) -> str:
    """The document that is a catalogue as it was when something was ordered of it; it never changes."""
    return f"{_SHELVED} {digest}"
