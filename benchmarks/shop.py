"""What the benchmarks sell: the demonstration, as large as it is wanted."""

from collections.abc import Sequence
from pathlib import Path

from ledgerflow.billing.catalogue import Product
from ledgerflow.intake.catalogue_sheet import read_catalogue
from ledgerflow.simulation.config import SimulationConfig
from ledgerflow.simulation.reading import read_config

_EXAMPLES = Path(__file__).parents[1] / "examples"


def demonstration(count: int, lines: int) -> SimulationConfig:
    """The demonstration with so many invoices, all of so many lines."""
    config = read_config((_EXAMPLES / "demo.yaml").read_text("utf-8"), "demo.yaml").model_dump()
    config["count"] = count
    config["bounds"]["lines"] = {"minimum": lines, "maximum": lines}
    return SimulationConfig.model_validate(config)


def goods() -> Sequence[Product]:
    """The sample catalogue."""
    return read_catalogue((_EXAMPLES / "catalogue.xlsx").read_bytes()).products
