"""Every worked GST example, to the last paisa, and each of its rates looked up in the book."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ledgerflow.billing.errors import InputRefused
from ledgerflow.issuing.golden_gst import assess_gst
from ledgerflow.taxes.gst import strategy
from ledgerflow.taxes.gst.gstin import check

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "gst_golden.json").read_text("utf-8"))

# Rates that the book, which goes by HSN and day, cannot give; with the reason.
NOT_IN_THE_BOOK = {
    ("G29", "8703"): "the book's 8703 is the small car; an SUV pays 40 %, told apart by length and engine, not by code",
    ("G34", "2106"): "a composition dealer charges no tax, whatever the product's rate",
}


@pytest.mark.requirement("FR-2.2")
@pytest.mark.parametrize("example", GOLDEN["examples"], ids=lambda example: example["id"])
def test_example(example: dict[str, Any]) -> None:
    unanswered = {key: value for key, value in example.items() if key not in ("regime", "document", "gstr1_section")}
    del unanswered["expected"]
    assert assess_gst(unanswered, {"gst": strategy}) == example


def test_what_is_null_is_not_there() -> None:
    example = GOLDEN["examples"][0]
    nulls = {"ship_to_state": None, "note": None, "fx_rate": None}
    assert assess_gst({**example, **nulls}, {"gst": strategy})["expected"] == example["expected"]


@pytest.mark.parametrize("price", ["1e30", "0.00000000001", "NaN", True, 1.5], ids=str)
def test_an_amount_that_cannot_be_reckoned_exactly_is_refused_with_its_place(price: object) -> None:
    example = GOLDEN["examples"][0]
    lines = [{**example["lines"][0], "unit_price": price}]
    with pytest.raises(InputRefused) as refused:
        assess_gst({**example, "lines": lines}, {"gst": strategy}, "/examples/7")
    assert [finding.place for finding in refused.value.findings] == ["/examples/7/lines/0/unit_price"]


@pytest.mark.parametrize("example", GOLDEN["examples"], ids=lambda example: example["id"])
def test_rate_is_in_the_book(example: dict[str, Any]) -> None:
    for line in example["lines"]:
        entry = strategy.rates.find(line["hsn"], date.fromisoformat(example["date"]))
        agrees = entry.at(Decimal(line["unit_price"])) == Decimal(line["gst_rate"]) and entry.cess == Decimal(
            line.get("cess_rate", 0)
        )
        assert agrees != ((example["id"], line["hsn"]) in NOT_IN_THE_BOOK)
        assert entry.source
        assert entry.since <= date.fromisoformat(example["date"])


@pytest.mark.parametrize("vector", GOLDEN["vectors"]["gstin_valid"], ids=lambda vector: vector["gstin"])
def test_valid_gstin(vector: dict[str, str]) -> None:
    assert check(vector["gstin"]) == ""


@pytest.mark.parametrize("vector", GOLDEN["vectors"]["gstin_invalid"], ids=lambda vector: vector["why"])
def test_invalid_gstin(vector: dict[str, str]) -> None:
    assert check(vector["gstin"])
