"""tax list, explain and assess."""

import json
from pathlib import Path

import pytest
from tests.cli.conftest import Run

GOLDEN = Path(__file__).parents[1] / "golden"


@pytest.mark.requirement("FR-2.1")
def test_the_three_strategies_ship_under_their_names(run: Run) -> None:
    codes = {law["code"] for law in json.loads(run("tax", "list", "--json").out)}
    assert {"gst", "none", "vat", "vat-ae", "vat-bh", "vat-om", "vat-sa"} <= codes
    assert "Bahrain" in run("tax", "list").out


@pytest.mark.requirement("FR-2.2", "FR-2.3")
@pytest.mark.parametrize("kind", ["gst", "vat"])
def test_worked_examples_hold(kind: str, run: Run) -> None:
    outcome = run("tax", "assess", GOLDEN / f"{kind}_golden.json", "--kind", kind, "--check")
    assert (outcome.status, outcome.err) == (0, "")
    answer = run("tax", "assess", GOLDEN / f"{kind}_golden.json", "--kind", kind).out
    golden = json.loads((GOLDEN / f"{kind}_golden.json").read_text("utf-8"))
    expected = [example["expected"] for example in golden["examples"]]
    assert [example["expected"] for example in json.loads(answer)["examples"]] == expected


@pytest.mark.parametrize("kind", ["gst", "vat"])
def test_a_wrong_expectation_is_told(kind: str, run: Run, tmp_path: Path) -> None:
    golden = json.loads((GOLDEN / f"{kind}_golden.json").read_text("utf-8"))
    example = golden["examples"][0]
    foot = example["expected"]["totals"] if kind == "gst" else example["expected"]
    foot["grand_total" if kind == "gst" else "gross"] = "1.00"
    example["regime"] = "IGST"
    (tmp_path / "wrong.json").write_text(json.dumps({"examples": [example]}))
    outcome = run("tax", "assess", tmp_path / "wrong.json", "--kind", kind, "--check")
    assert outcome.status == 1
    assert example["id"] in outcome.err
    assert "1.00" in outcome.err


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ("{", "/"),
        ("{}", "/examples"),
        ('{"examples": [{"id": "X", "lines": [{"qty": "many"}]}]}', "/examples/0/lines/0/qty"),
    ],
    ids=["no JSON", "no examples", "no number"],
)
@pytest.mark.parametrize("kind", ["gst", "vat"])
def test_examples_that_cannot_be_read(kind: str, content: str, place: str, run: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text(content)
    outcome = run("tax", "assess", tmp_path / "bad.json", "--kind", kind)
    assert outcome.status == 2
    assert place in outcome.err


def test_explain_names_rule_rate_day_and_notification(demo: Path, run: Run) -> None:
    listed = json.loads(run("invoices", "--database", demo / "ledger.db", "--json").out)
    number = next(invoice["number"] for invoice in listed if invoice["document"] == "Tax invoice")
    facts = json.loads(run("tax", "explain", number, "1", "--database", demo / "ledger.db", "--json").out)
    assert facts["rule"].startswith(("HSN", "Rate declared", "Exempt"))
    assert facts["in force from"] >= "2017-07-01"
    assert "Notification" in facts["by"] or "catalogue" in facts["by"] or "Act" in facts["by"]
    assert "rule" in run("tax", "explain", number, "1", "--database", demo / "ledger.db").out


def test_explaining_what_is_not_there(demo: Path, run: Run) -> None:
    assert "no invoice X-1" in run("tax", "explain", "X-1", "--database", demo / "ledger.db").err
    assert "no invoice ?" in run("tax", "explain", "\udcff", "--database", demo / "ledger.db").err
    outcome = run("tax", "explain", "SCT/26-27/000001", "99", "--database", demo / "ledger.db")
    assert outcome.status == 2
    assert "line(s)" in outcome.err
