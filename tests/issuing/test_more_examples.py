"""Further worked examples, reckoned with exact fractions outside this program, and the forms they may be written in."""

import json
from pathlib import Path

import pytest

from ledgerflow.assembly import Application
from ledgerflow.billing.errors import InputRefused
from ledgerflow.issuing.golden import Kind, assess_examples

GOLDEN = Path(__file__).parents[1] / "golden"
LAWS = Application().laws


@pytest.mark.parametrize("kind", ["gst", "vat"])
def test_every_further_example_holds(kind: Kind) -> None:
    content = (GOLDEN / f"more_{kind}.json").read_bytes()
    computed, differences = assess_examples(content, kind, LAWS)
    assert differences == []
    assert len(computed["examples"]) >= 40


GST = json.loads((GOLDEN / "gst_golden.json").read_text("utf-8"))["examples"][0]
VAT = json.loads((GOLDEN / "vat_golden.json").read_text("utf-8"))["examples"][0]
OPTIONAL = ("document_type", "decimals", "document_discount", "document_charge", "prepaid", "cash_step")


def checked(document: object, kind: Kind) -> list[str]:
    return assess_examples(json.dumps(document).encode(), kind, LAWS)[1]


def places(document: object, kind: Kind) -> list[str]:
    with pytest.raises(InputRefused) as refused:
        checked(document, kind)
    return [finding.place for finding in refused.value.findings]


def test_an_example_may_be_written_in_several_ways() -> None:
    nothing = dict.fromkeys(("note", "fx_rate", "currency", "ship_to_state", "price_mode", "invoice_discount"))
    line = {**GST["lines"][0], "qty": 10, "unit_price": 100.00, "discount_pct": None, "treatment": None, "rack": 7}
    expected = {"totals": {"grand_total": 1180, "igst": 0.0, "cess": None}, "lines": None}
    example = {**GST, **nothing, "supplier_state": 27, "lines": [line], "expected": expected}
    del example["id"]
    for document in ({"examples": [example]}, [example], example):
        assert checked(document, "gst") == []
    short = {key: value for key, value in VAT.items() if key not in OPTIONAL}
    for document in ({"examples": [short]}, [short], short):
        assert checked(document, "vat") == []
    conversion = json.loads((GOLDEN / "vat_golden.json").read_text("utf-8"))["foreign_currency"]
    assert checked({"foreign_currency": conversion}, "vat") == []


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("supplier_state", "96"),
        ("supplier_state", "00"),
        ("supplier_state", ["27"]),
        ("place_of_supply", {"code": "27"}),
        ("place_of_supply", "Karnataka"),
        ("place_of_supply", "99"),
        ("ship_to_state", "39"),
        ("date", "2017-06-30"),
        ("fx_rate", "0"),
        ("invoice_discount", "-1.00"),
    ],
)
def test_what_the_law_cannot_mean_is_refused(key: str, value: object) -> None:
    assert places([GST, {**GST, key: value}], "gst") == [f"/examples/1/{key}"]


def test_a_foreign_price_needs_its_rate() -> None:
    assert places([{**GST, "currency": "USD"}], "gst") == ["/examples/0/fx_rate"]


def test_a_file_that_is_nested_too_deeply_is_refused() -> None:
    with pytest.raises(InputRefused, match="nested too deeply"):
        assess_examples(b"[" * 200_000, "gst", LAWS)


@pytest.mark.parametrize("document", [5, {}, {"examples": {}}, {"examples": [VAT], "foreign_currency": 5}])
def test_a_file_without_a_list_is_refused(document: object) -> None:
    assert len(places(document, "vat")) == 1


@pytest.mark.parametrize("kind", ["gst", "vat"])
def test_a_discount_above_the_value_of_the_goods_is_refused(kind: Kind) -> None:
    """Taxed on the rest, the buyer would be owed tax."""
    example, whole = (GST, "invoice_discount") if kind == "gst" else (VAT, "document_discount")
    line = {**example["lines"][0], "qty": "2", "unit_price": "50.00", "discount_amount": "100.01"}
    over = {**example, "lines": [line], whole: "0"}
    assert places([over], kind) == ["/examples/0/lines/0/discount_amount"]
    assert places([{**over, "lines": [{**line, "discount_amount": "0"}], whole: "100.01"}], kind) == [
        f"/examples/0/{whole}"
    ]
    given_away = {**over, "lines": [{**line, "discount_amount": "100.00"}]}
    assert assess_examples(json.dumps([given_away]).encode(), kind, LAWS)[0]["examples"]


@pytest.mark.parametrize("kind", ["gst", "vat"])
def test_amounts_too_large_to_be_exact_are_refused(kind: Kind) -> None:
    example = GST if kind == "gst" else VAT
    line = {**example["lines"][0], "qty": "999999999999999", "unit_price": "999999999999999"}
    assert places([example, {**example, "lines": [line]}], kind) == ["/examples/1"]


def test_a_price_below_zero_is_no_sale() -> None:
    line = {**GST["lines"][0], "unit_price": "-1.00"}
    assert places([{**GST, "lines": [line]}], "gst") == ["/examples/0/lines/0/unit_price"]
