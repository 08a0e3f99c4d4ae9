"""What would be: estimates that are reckoned, previews that take nothing, the forms and choices; and the overview."""

import base64
import json
import unicodedata
from collections.abc import Iterator
from decimal import Decimal

import httpx
import pytest
from tests.api.offices import Office, open_office, rows, wanted

from ledgerflow.billing.invoice import Invoice
from ledgerflow.export.register import sign
from ledgerflow.reporting.figures import by_currency, top_products
from ledgerflow.simulation.reading import schema


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with open_office(tmp_path_factory.mktemp("trials")) as opened:
        yield opened


@pytest.fixture(scope="module")
def owner(office: Office) -> Iterator[httpx.Client]:
    with office.client() as client:
        yield client


def test_a_preview_draws_three_invoices_and_changes_no_row(office: Office, owner: httpx.Client) -> None:
    ledger = office.house.ledger("default")
    before, shelf = rows(ledger), office.house.shelf.files("default")
    for drawn, opening in (("png", b"\x89PNG"), ("pdf", b"%PDF-"), ("none", None)):
        answer = owner.post("/api/previews", json={"config": wanted(1000), "drawn": drawn})
        assert answer.status_code == 200, answer.text
        items = answer.json()["items"]
        assert [one["number"] for one in items] == ["PREVIEW-1", "PREVIEW-2", "PREVIEW-3"]
        assert all(one["page"]["number"] == one["number"] == one["document"]["number"] for one in items)
        for one in items:
            assert (one["drawing"] is None) is (opening is None)
            assert opening is None or base64.b64decode(one["drawing"]).startswith(opening)
    owner.post("/api/estimates", json={"config": wanted(1000)})
    assert (rows(ledger), office.house.shelf.files("default")) == (before, shelf)


def test_the_same_configuration_has_the_same_preview(owner: httpx.Client) -> None:
    first, second = (owner.post("/api/previews", json={"config": wanted(50), "drawn": "none"}).json() for _ in "ab")
    assert first == second


def test_what_could_not_be_ordered_is_neither_estimated_nor_previewed(owner: httpx.Client) -> None:
    impossible = wanted(10, first_day="2026-09-30", last_day="2026-04-01")
    for path in ("/api/estimates", "/api/previews", "/api/batches"):
        answer = owner.post(path, json={"config": impossible})
        assert (answer.status_code, bool(answer.json()["findings"])) == (400, True)
        unknown = owner.post(path, json={"config": wanted(10), "formats": ["csv", "papyrus"]})
        assert [(one["code"], one["pointer"]) for one in unknown.json()["findings"]] == [("format.unknown", "/formats")]


def test_an_estimate_of_a_small_batch_is_what_the_batch_comes_to(office: Office, owner: httpx.Client) -> None:
    config = wanted(40, credit_note_rate=0.1)
    told = owner.post("/api/estimates", json={"config": config, "formats": ["json", "csv"]}).json()
    job = office.make(office.order(owner, config))
    issued = list(office.house.ledger("default").invoices(batch=job.batch))
    assert (told["invoices"], told["credit_notes"]) == (40, sum(sign(one) < 0 for one in issued))
    for expected in told["revenue"]:
        own = [one for one in issued if one.supply.currency.code == expected["currency"]]
        assert expected["is_exact"] is True
        assert Decimal(expected["payable"]) == total(own, 1)
        assert Decimal(expected["taken_back"]) == total(own, -1)
    assert told["drawing_ms"].keys() == {"json", "csv"}
    assert told["total_ms"] == told["thinking_ms"] + sum(told["drawing_ms"].values())


def total(invoices: list[Invoice], which: int) -> Decimal:
    return sum((one.tax.totals.payable for one in invoices if sign(one) == which), Decimal(0))


def test_an_estimate_of_a_large_batch_is_near_what_it_comes_to(office: Office, owner: httpx.Client) -> None:
    config = wanted(1200)
    told = owner.post("/api/estimates", json={"config": config, "formats": ["json"]}).json()
    job = office.make(office.order(owner, config, "json"))
    issued = list(office.house.ledger("default").invoices(batch=job.batch))
    assert (told["invoices"], told["sample"]) == (1200, 200)
    for expected in told["revenue"]:
        own = [one for one in issued if one.supply.currency.code == expected["currency"]]
        assert expected["is_exact"] is False
        assert abs(Decimal(expected["payable"]) / total(own, 1) - 1) < Decimal("0.35")


def test_a_revenue_is_estimated_as_it_will_be_met(owner: httpx.Client) -> None:
    asked = {"INR": {"amount": "50000000"}, "BHD": {"amount": "200000", "measure": "payable"}}
    told = owner.post("/api/estimates", json={"config": wanted(None, revenue=asked), "formats": ["json"]}).json()
    by_code = {one["currency"]: one for one in told["revenue"]}
    assert told["invoices"] > 200
    assert by_code["INR"]["before_tax"] == "50000000.00"
    assert by_code["BHD"]["payable"] == "200000.000"


def test_without_a_catalogue_there_is_nothing_to_preview(office: Office) -> None:
    with office.client("owner", "bare") as bare:
        answer = bare.post("/api/previews", json={"config": wanted(3)})
        assert answer.json()["findings"][0]["code"] == "catalogue.empty"
    with office.client("viewer") as viewer:
        assert viewer.post("/api/previews", json={"config": wanted(3)}).status_code == 403


def test_the_form_is_the_schema_and_is_not_sent_twice(owner: httpx.Client) -> None:
    answer = owner.get("/api/schema/simulation-config")
    assert wordless(answer.json()) == wordless(json.loads(json.dumps(schema())))
    assert answer.json()["title"] == schema()["title"]
    assert answer.headers["Content-Language"] == "en"
    known = owner.get("/api/schema/simulation-config", headers={"If-None-Match": answer.headers["ETag"]})
    assert known.status_code == 304
    assert owner.get("/api/schema/simulation-config", params={"lang": "xx"}).status_code == 400


@pytest.mark.parametrize(("language", "letter"), [("ar", "ARABIC"), ("hi", "DEVANAGARI")])
def test_a_form_in_another_language_differs_in_its_words_alone(owner: httpx.Client, language: str, letter: str) -> None:
    told = owner.get("/api/schema/simulation-config", params={"lang": language}).json()
    assert letter in unicodedata.name(told["properties"]["seed"]["title"][0])
    assert wordless(told) == wordless(schema())


def wordless(told: object) -> object:
    """A schema without what a person reads."""
    if isinstance(told, dict):
        words = ("description", "x-enum-titles")
        kept = {name: wordless(value) for name, value in told.items() if name not in words}
        return {name: value for name, value in kept.items() if not (name == "title" and isinstance(value, str))}
    return [wordless(one) for one in told] if isinstance(told, list | tuple) else told


def test_laws_and_formats_are_those_installed(office: Office, owner: httpx.Client) -> None:
    laws = {one["code"]: one for one in owner.get("/api/tax-strategies").json()["items"]}
    assert laws.keys() == office.house.application.laws.keys()
    assert laws["gst"]["currency"] == "INR"
    assert {"code": "27", "name": "Maharashtra"}.items() <= next(
        one for one in laws["gst"]["regions"] if one["code"] == "27"
    ).items()
    formats = {one["code"]: one["scope"] for one in owner.get("/api/formats").json()["items"]}
    assert formats == {"pdf": "invoice", "json": "invoice", "csv": "batch", "xlsx": "batch", "parquet": "tables"}
    id = office.order(owner, wanted(2), *formats)
    assert owner.get(f"/api/batches/{id}").status_code == 200, "all that is told can be ordered"


def test_the_overview_adds_up_to_the_books(office: Office, owner: httpx.Client) -> None:
    office.make(office.order(owner, wanted(60, seed=5, credit_note_rate=0.1)))
    issued = list(office.house.ledger("default").invoices())
    told = owner.get("/api/overview").json()
    for one in told["totals"]:
        own = [invoice for invoice in issued if invoice.supply.currency.code == one["currency"]]
        assert Decimal(one["payable"]) == sum(sign(invoice) * invoice.tax.totals.payable for invoice in own)
        assert one["credit_notes"] == sum(sign(invoice) < 0 for invoice in own)
        months = [month for month in told["over_time"] if month["currency"] == one["currency"]]
        assert sum(Decimal(month["payable"]) for month in months) == Decimal(one["payable"])
    assert (told["latest"]["of"], told["latest"]["is_all"]) == (len(issued), len(issued) <= 300)
    days = {"first_day": "2026-04-01", "last_day": "2026-06-30", "step": "day"}
    quarter = owner.get("/api/overview", params=days).json()
    within = [one for one in issued if "2026-04-01" <= str(one.day) <= "2026-06-30"]
    assert {one["name"] for one in quarter["over_time"]} == {str(one.day) for one in within}
    if quarter["latest"]["is_all"]:
        own_books = by_currency(within)
        for one in quarter["latest"]["by_currency"]:
            best = top_products(own_books[one["currency"]])
            assert [(row["name"], Decimal(row["figure"])) for row in one["products"]] == best


@pytest.mark.parametrize(
    "asked",
    [{"step": "day"}, {"step": "day", "first_day": "2020-01-01", "last_day": "2026-01-01"},
     {"first_day": "2026-05-02", "last_day": "2026-05-01"}],
)  # fmt: skip
def test_an_overview_of_days_without_end_is_refused(owner: httpx.Client, asked: dict[str, str]) -> None:
    assert owner.get("/api/overview", params=asked).status_code == 400
