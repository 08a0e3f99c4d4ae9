"""A sheet on its road into the catalogue over HTTP; and hostile ones, of which nothing stays but an audit entry."""

import hashlib
import sqlite3
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

import httpx
import pytest
from tests.api.counter import Served, serving
from tests.intake.hostile import CORPUS
from tests.intake.test_bad_workbooks import workbook, xls

from ledgerflow.intake.inspection import MAX_BYTES

HEADER = ["SKU", "Product Name", "Base Price", "Unit"]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("catalogue")) as server:
        yield server


@pytest.fixture(autouse=True)
def bare(served: Served) -> None:
    """Each test begins with an empty catalogue."""
    while items := served.client.get("/api/products").json()["items"]:
        for one in items:
            served.client.delete(f"/api/products/{one['id']}").raise_for_status()


def upload(served: Served, content: bytes, name: str = "sheet.xlsx") -> Mapping[str, Any]:
    answer = served.client.post("/api/catalogue/uploads", files={"file": (name, content)})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def commit(served: Served, id: str, *, replace: bool = False, seen: str = "") -> httpx.Response:
    headers = {"If-Match": seen} if seen else {}
    return served.client.post(f"/api/catalogue/uploads/{id}/commit", json={"replace": replace}, headers=headers)


def catalogue(served: Served) -> dict[str, str]:
    items = served.client.get("/api/products", params={"limit": 200}).json()["items"]
    return {one["name"]: one["price"] for one in items}


@pytest.mark.requirement("FR-5.4")
def test_a_sheet_is_uploaded_looked_at_and_taken_in(served: Served) -> None:
    sheet = workbook([HEADER, ["R1", "Rice", 649.5, "BAG"], ["T1", "Tea", 120, "PAC"]])
    made = upload(served, sheet, "ราคา.xlsx")
    assert (made["name"], made["ready"], made["products"]) == ("ราคา.xlsx", True, 2)
    assert made["sha256"] == hashlib.sha256(sheet).hexdigest()
    first = made["columns"][1]
    assert (first["field"], first["confidence"], first["samples"]) == ("name", 100, ["Rice", "Tea"])
    preview = served.client.get(f"/api/catalogue/uploads/{made['id']}/preview")
    assert preview.json()["counts"] == {"new": 2, "changed": 0, "removed": 0, "unchanged": 0}
    assert catalogue(served) == {}
    done = commit(served, made["id"], seen=preview.headers["ETag"])
    assert (done.status_code, done.json()["new"]) == (200, 2)
    assert catalogue(served) == {"Rice": "649.50", "Tea": "120.00"}
    assert commit(served, made["id"]).status_code == 409
    assert served.client.get(f"/api/catalogue/uploads/{made['id']}").json()["status"] == "taken"
    assert not [path for path in served.shelved() if made["id"] in path]
    last = served.ledger.last_entry()
    assert last is not None
    assert (last.deed, made["sha256"] in last.details) == ("import_catalogue", True)


def test_the_second_sheet_changes_what_it_names_and_says_so_before(served: Served) -> None:
    commit(served, upload(served, workbook([HEADER, ["R1", "Rice", 649.5, "BAG"], ["T1", "Tea", 120, "PAC"]]))["id"])
    second = upload(served, b"Product Name,Base Price\ntea,130\nCoffee,90\n", "second.csv")
    path = f"/api/catalogue/uploads/{second['id']}/preview"
    effects = served.client.get(path).json()["items"]
    assert effects[0]["differences"] == {
        "name": {"before": "Tea", "after": "tea"},
        "price": {"before": "120.00", "after": "130.00"},
    }
    assert [(one["kind"], one["sku"]) for one in effects] == [("changed", "T1"), ("new", "P0003")]
    assert [one["kind"] for one in served.client.get(path, params={"replace": True}).json()["items"]] == [
        "changed",
        "removed",
        "new",
    ]
    assert commit(served, second["id"]).status_code == 200
    assert catalogue(served) == {"Rice": "649.50", "tea": "130.00", "Coffee": "90.00"}
    (tea,) = served.client.get("/api/products", params={"search": "TEA"}).json()["items"]
    assert (tea["sku"], tea["unit"]) == ("T1", "PAC")  # of which the second sheet did not speak


def test_replacing_removes_what_the_sheet_does_not_name(served: Served) -> None:
    commit(served, upload(served, workbook([HEADER, ["R1", "Rice", 1, "BAG"], ["T1", "Tea", 2, "PAC"]]))["id"])
    third = upload(served, workbook([HEADER, ["C1", "Coffee", 3, "PAC"], ["R1", "Rice", 1, "BAG"]]))
    assert commit(served, third["id"], replace=True).json() == {"new": 1, "changed": 0, "removed": 1, "unchanged": 1}
    assert list(catalogue(served)) == ["Coffee", "Rice"]


@pytest.mark.requirement("FR-5.5")
def test_a_catalogue_that_changed_since_the_preview_is_not_written_over(served: Served) -> None:
    made = upload(served, b"Product Name,Base Price\nTea,130\n", "tea.csv")
    seen = served.client.get(f"/api/catalogue/uploads/{made['id']}/preview").headers["ETag"]
    served.client.post("/api/products", json={"name": "Tea", "price": "1"}).raise_for_status()
    assert commit(served, made["id"], seen=seen).status_code == 412
    assert catalogue(served) == {"Tea": "1.00"}


def test_what_the_program_is_not_sure_of_its_user_corrects(served: Served) -> None:
    made = upload(served, b"Tea leaves,5,9\nCoffee beans,7,8\n", "bare.csv")
    assert not made["ready"]
    assert [finding["code"] for finding in made["findings"]] == ["mapping.unsure"]
    refused = commit(served, made["id"])
    assert (refused.status_code, refused.json()["findings"][0]["code"]) == (400, "mapping.unsure")
    path = f"/api/catalogue/uploads/{made['id']}/mapping"
    wrong = {"sheet": "CSV", "header_row": 0, "columns": {"name": 1, "price": 9}}
    answer = served.client.put(path, json=wrong)
    assert (answer.status_code, answer.json()["findings"][0]["pointer"]) == (400, "/columns/price")
    chosen = served.client.put(path, json={"sheet": "CSV", "header_row": 0, "columns": {"name": 1, "price": 3}})
    assert chosen.json()["ready"]
    commit(served, made["id"])
    assert catalogue(served) == {"Tea leaves": "9.00", "Coffee beans": "8.00"}


@pytest.mark.parametrize(
    "header",
    [*("उत्पाद का नाम,क़ीमत", "اسم المنتج,السعر", "PRODUCT NAME,base_price", "वस्तु,मूल्य"), "Prodct Name,Base Prices"],
)
def test_columns_are_known_in_three_languages_and_any_letter_case(served: Served, header: str) -> None:
    made = upload(served, f"{header}\nTea,5\n".encode(), "sheet.csv")
    assert [column["field"] for column in made["columns"]] == ["name", "price"]
    assert made["ready"]


@pytest.mark.requirement("FR-5.5")
def test_each_bad_row_is_told_and_none_is_taken_in(served: Served) -> None:
    made = upload(served, b"Product Name,Base Price\nTea,dear\n,5\nRice,-1\nSalt,4\n", "bad.csv")
    assert {finding["parameters"]["row"] for finding in made["findings"]} == {"2", "3", "4"}
    assert (made["wrong"], made["ready"]) == (3, False)
    refused = commit(served, made["id"])
    assert len(refused.json()["findings"]) == 3
    assert catalogue(served) == {}


def test_the_older_format_and_a_raw_body_do_as_well(served: Served) -> None:
    content = xls([["Product Name", "Base Price"], ["Rice", 649.5]])
    answer = served.client.post(
        "/api/catalogue/uploads",
        params={"name": "../old.xls"},
        content=content,
        headers={"Content-Type": "application/octet-stream"},
    )
    assert (answer.status_code, answer.json()["name"]) == (201, "old.xls")
    assert served.client.delete(f"/api/catalogue/uploads/{answer.json()['id']}").status_code == 204
    assert served.client.get(f"/api/catalogue/uploads/{answer.json()['id']}").status_code == 404
    assert not [path for path in served.shelved() if answer.json()["id"] in path]


def test_the_template_is_a_catalogue(served: Served) -> None:
    answer = served.client.get("/api/catalogue/template")
    made = upload(served, answer.content)
    assert (made["ready"], made["products"], made["findings"]) == (True, 3, [])


def test_what_is_larger_than_the_limit_or_no_form_is_refused(served: Served) -> None:
    def in_blocks() -> Iterator[bytes]:
        for _ in range(MAX_BYTES // 65_536 + 2):
            yield bytes(65_536)

    path = "/api/catalogue/uploads"
    assert served.client.post(path, files={"file": ("a.xlsx", bytes(MAX_BYTES + 1))}).status_code == 413
    streamed = {"Content-Type": "application/octet-stream"}
    assert served.client.post(path, content=in_blocks(), headers=streamed).status_code == 413
    assert served.client.post(path, content=b"{}", headers={"Content-Type": "application/json"}).status_code == 415
    assert served.client.post(path, files={"other": ("a.xlsx", b"x")}).status_code == 400
    form = {"Content-Type": "multipart/form-data"}
    assert served.client.post(path, content=b"x", headers=form).status_code == 400


@pytest.mark.parametrize("beyond", [1, 1_000_000])
@pytest.mark.parametrize("is_form", [False, True])
def test_what_is_cut_off_stands_in_the_trail_with_the_hash_of_what_came(
    served: Served, beyond: int, is_form: bool
) -> None:
    content = bytes(MAX_BYTES + beyond)
    path = "/api/catalogue/uploads"
    if is_form:
        answer = served.client.post(path, files={"file": ("large.xlsx", content)})
    else:
        raw = {"Content-Type": "application/octet-stream"}
        answer = served.client.post(f"{path}?name=large.xlsx", content=content, headers=raw)
    assert (answer.status_code, answer.headers["Connection"]) == (413, "close")
    entry = served.client.get("/api/admin/audit?deed=refuse_upload").json()["items"][0]
    details = entry["details"]
    assert details["reason"] == "workbook.too_large"
    assert MAX_BYTES < details["received"] <= MAX_BYTES + beyond + 64 * 1024
    if not is_form:
        assert details["received_sha256"] == sha256(content[: details["received"]]).hexdigest()


def test_an_owner_narrows_how_large_a_sheet_may_be(served: Served) -> None:
    settings = "/api/config/overrides"
    tag = served.client.get(settings).headers["ETag"]
    narrow = {"limits": {"upload_bytes": 1000}}
    narrowed = served.client.put(settings, json=narrow, headers={"If-Match": tag})
    assert narrowed.status_code == 200, narrowed.text
    sheet = b"Product Name,Base Price\n" + b"".join(b"Tea %d,5\n" % one for one in range(200))
    refused = served.client.post("/api/catalogue/uploads", files={"file": ("tea.csv", sheet)})
    wide = served.client.put(settings, json={}, headers={"If-Match": narrowed.headers["ETag"]})
    assert (refused.status_code, wide.status_code) == (413, 200)
    assert "1000 bytes" in refused.json()["detail"]
    upload(served, sheet)


@pytest.mark.parametrize("name", CORPUS)
@pytest.mark.requirement("FR-5.6", "NFR.2")
def test_of_a_hostile_file_nothing_stays_but_why_it_was_refused(served: Served, name: str) -> None:
    make, code = CORPUS[name]
    content = make()
    shelved, scratched = served.shelved(), set(served.scratch.iterdir())
    before = served.cpu_seconds()
    answer = served.client.post("/api/catalogue/uploads", files={"file": (name, content)})
    assert served.cpu_seconds() - before < 2
    assert answer.status_code == 400, answer.text
    findings = answer.json()["findings"]
    assert code in [finding["code"] for finding in findings]
    assert all(finding["message"] and finding["advice"] for finding in findings)
    last = served.ledger.last_entry()
    assert last is not None
    assert last.deed == "refuse_upload"
    assert hashlib.sha256(content).hexdigest() in last.details
    assert code in last.details
    assert served.shelved() == shelved
    assert set(served.scratch.iterdir()) == scratched
    with sqlite3.connect(served.shelf.parent / "books.db") as rows:
        assert rows.execute("SELECT count(*) FROM uploads WHERE name = ?", [name]).fetchone() == (0,)
    rows.close()
