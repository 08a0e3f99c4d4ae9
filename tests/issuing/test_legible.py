"""What the pages' font cannot draw is refused with its place, before a number is spent on it."""

from decimal import Decimal
from pathlib import Path

from ledgerflow.billing.catalogue import Product
from ledgerflow.intake.catalogue_sheet import read_catalogue
from ledgerflow.issuing.legible import illegible
from ledgerflow.simulation.reading import read_config

EXAMPLES = Path(__file__).parents[2] / "examples"
DEMO = (EXAMPLES / "demo.yaml").read_text("utf-8")


def test_the_examples_can_be_printed() -> None:
    config = read_config(DEMO, "demo.yaml")
    assert illegible(config, read_catalogue((EXAMPLES / "catalogue.xlsx").read_bytes()).products) == []


def test_every_foreign_letter_is_told_with_its_place() -> None:
    config = read_config(DEMO.replace("name: Saffron", "name: केसर", 1), "demo.yaml")
    goods = [
        Product("T-1", "Té, 250 g", Decimal(3), name_local="شاي"),
        Product("F-1", "Fig 🍇", Decimal(9)),
        Product("", "油", Decimal(2)),
    ]
    found = {finding.place: finding.parameters["letters"] for finding in illegible(config, goods)}
    assert found == {"/business/name": "केसर", "product F-1": "🍇", "product 油": "油"}
