"""Invoices over HTTP: found in pages, shown, drawn, explained and credited."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from io import BytesIO
from threading import Event

import httpx
import pypdf
import pytest
from tests.api.offices import Office, open_office, wanted

from ledgerflow.api.studio import Studio, StudioBusy
from ledgerflow.billing.invoice import Invoice, to_json
from ledgerflow.rendering.layout import layout


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with open_office(tmp_path_factory.mktemp("invoices")) as opened:
        yield opened


@pytest.fixture(scope="module")
def owner(office: Office) -> Iterator[httpx.Client]:
    with office.client() as client:
        office.make(office.order(client, wanted(24), "json"))
        yield client


@pytest.fixture(scope="module")
def issued(office: Office, owner: httpx.Client) -> list[Invoice]:
    return list(office.house.ledger("default").invoices(batch=1))


def found(owner: httpx.Client, **asked: str) -> list[dict[str, object]]:
    """All that a search finds, page by page."""
    items: list[dict[str, object]] = []
    cursor = ""
    while True:
        answer = owner.get("/api/invoices", params={**asked, "limit": "5", "cursor": cursor})
        assert answer.status_code == 200, answer.text
        items += answer.json()["items"]
        cursor = answer.json()["next"]
        if not cursor:
            return items


def test_pages_of_a_search_hold_every_invoice_once(owner: httpx.Client, issued: list[Invoice]) -> None:
    expected = sorted(issued, key=lambda one: (one.day, one.number), reverse=True)
    items = found(owner)
    assert [one["number"] for one in items] == [one.number for one in expected]
    assert [one["id"] for one in items] == [f"1-{one.position}" for one in expected]
    assert [Decimal(str(one["payable"])) for one in items] == [one.tax.totals.payable for one in expected]


def test_conditions_narrow_a_search_down(owner: httpx.Client, issued: list[Invoice]) -> None:
    buyer = next(one.supply.buyer.name for one in issued if one.supply.buyer.name)
    assert {one["buyer"] for one in found(owner, buyer=buyer[:5].upper())} >= {buyer}
    rupees = found(owner, currency="inr", least="1000", most="20000")
    assert rupees
    assert all(one["currency"] == "INR" and 1000 <= Decimal(str(one["payable"])) <= 20000 for one in rupees)
    assert found(owner, number="SCT/", first_day="2026-04-01", last_day="2026-09-30")
    assert found(owner, number="nobody's") == found(owner, currency="ZZZ") == []


@pytest.mark.parametrize(
    ("asked", "pointers"),
    [
        ({"least": "5"}, ["query:/currency"]),
        ({"most": "5", "first_day": "2026-05-02", "last_day": "2026-05-01"}, ["query:/currency", "query:/first_day"]),
        ({"first_day": "yesterday", "limit": "0"}, ["query:/first_day", "query:/limit"]),
        ({"least": "NaN", "currency": "INR"}, ["query:/least"]),
        ({"buyer": "\x00"}, [""]),  # before anybody looks what it is for
    ],
)
def test_all_that_is_wrong_with_a_search_is_told_at_once(
    owner: httpx.Client, asked: dict[str, str], pointers: list[str]
) -> None:
    answer = owner.get("/api/invoices", params=asked)
    assert (answer.status_code, [one["pointer"] for one in answer.json()["findings"]]) == (400, pointers)


def test_an_invoice_is_shown_as_it_was_issued(owner: httpx.Client, issued: list[Invoice]) -> None:
    answer = owner.get("/api/invoices/1-3")
    assert answer.json()["document"] == json.loads(to_json(issued[3]))
    assert answer.json()["number"] == issued[3].number
    same = owner.get("/api/invoices/1-3", headers={"If-None-Match": answer.headers["ETag"]})
    assert (same.status_code, same.content) == (304, b"")
    for id in ("1-999", "77-0", "999999999999-999999999"):
        assert owner.get(f"/api/invoices/{id}").status_code == 404


def test_what_is_printed_is_told_before_it_is_drawn(owner: httpx.Client, issued: list[Invoice]) -> None:
    page = owner.get("/api/invoices/1-3/page").json()
    assert (page["number"], page["due"]["value"]) == (issued[3].number, layout(issued[3]).due.value)
    assert page["specimen"]["first"], "the page says that it is simulated"


def test_a_pdf_is_the_same_bytes_each_time_and_not_drawn_for_who_has_it(
    owner: httpx.Client, issued: list[Invoice]
) -> None:
    first, second = (owner.get("/api/invoices/1-3/pdf") for _ in range(2))
    assert (first.headers["Content-Type"], first.content) == ("application/pdf", second.content)
    reader = pypdf.PdfReader(BytesIO(first.content), strict=True)
    assert reader.metadata is not None
    assert issued[3].number in str(reader.metadata.title)
    known = owner.get("/api/invoices/1-3/pdf", headers={"If-None-Match": first.headers["ETag"]})
    assert known.status_code == 304
    picture = owner.get("/api/invoices/1-3/picture", params={"ppi": 40})
    assert picture.content.startswith(b"\x89PNG")
    assert owner.get("/api/invoices/1-3/picture", params={"ppi": 5000}).status_code == 400


def test_pages_are_drawn_by_as_many_compilers_as_there_are_hands(owner: httpx.Client) -> None:
    with ThreadPoolExecutor(8) as crowd:
        answers = list(crowd.map(lambda place: owner.get(f"/api/invoices/1-{place}/pdf"), range(24)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 24


def test_who_finds_the_studio_full_is_told_so_at_once() -> None:
    studio, begun, held = Studio(hands=1, waiting=0), Event(), Event()

    def draw() -> bool:
        begun.set()
        return held.wait(10)

    with ThreadPoolExecutor(1) as another:
        drawing = another.submit(studio.do, draw)
        begun.wait()
        with pytest.raises(StudioBusy):
            studio.do(lambda: None)
        held.set()
        assert drawing.result()
    assert studio.do(lambda: "drawn") == "drawn"


def test_each_line_says_why_it_bears_its_tax(owner: httpx.Client, issued: list[Invoice]) -> None:
    told = owner.get("/api/invoices/1-3/tax").json()
    assert told["invoice"] == issued[3].number
    for line, sold, assessed in zip(told["lines"], issued[3].supply.lines, issued[3].tax.lines, strict=True):
        assert line["description"] == sold.description
        assert (line["rule"], line["by"]) == (assessed.charge.rule, assessed.charge.source)


def test_an_invoice_is_credited_once_and_stays_as_it_was(
    office: Office, owner: httpx.Client, issued: list[Invoice]
) -> None:
    place = next(one.position for one in issued if one.strategy == "gst")
    path = f"/api/invoices/1-{place}"
    before = owner.get(path).json()
    answer = owner.post(f"{path}/credit-note", json={"reason": "Goods returned", "day": "2026-10-05"})
    note = answer.json()
    assert (answer.status_code, note["kind"], note["corrects"]) == (201, "credit_note", before["number"])
    assert (note["payable"], note["day"]) == (before["payable"], "2026-10-05")
    assert owner.get(answer.headers["Location"]).json() == note
    after = owner.get(path).json()
    assert after == {**before, "notes": [note["number"]]}
    again = owner.post(f"{path}/credit-note", json={"reason": "Goods returned"})
    assert (again.status_code, note["number"] in again.json()["detail"]) == (409, True)
    entry = [one for one in office.house.ledger("default").audit_trail() if one.deed == "cancel_invoice"][-1]
    assert entry.actor.startswith("key ")
    found = owner.get("/api/invoices", params={"number": note["number"]}).json()["items"]
    assert [one["id"] for one in found] == [note["id"]]


def test_a_reason_that_is_none_is_told_where_it_stands(office: Office, owner: httpx.Client) -> None:
    for reason in ("", "two\nlines", "x" * 201):
        answer = owner.post("/api/invoices/1-0/credit-note", json={"reason": reason})
        assert (answer.status_code, answer.json()["findings"][0]["pointer"]) == (400, "/reason")
    with office.client("auditor") as auditor:
        assert auditor.post("/api/invoices/1-0/credit-note", json={"reason": "no"}).status_code == 403


def test_anothers_invoice_looks_like_one_that_never_was(office: Office, owner: httpx.Client) -> None:
    with office.client("owner", "bina") as bina:
        for path in ("", "/page", "/pdf", "/picture", "/tax"):
            theirs, never = (bina.get(f"/api/invoices/{id}{path}") for id in ("1-0", "77-7"))
            assert theirs.status_code == never.status_code == 404
            assert theirs.json() | {"trace_id": ""} == never.json() | {"trace_id": ""}
        credit = bina.post("/api/invoices/1-0/credit-note", json={"reason": "not hers"})
        assert credit.status_code == 404
        assert bina.get("/api/invoices").json() == {"items": [], "next": None}
