"""Products over HTTP, one by one: listed, found, added, changed by who saw them as they are, taken out."""

from collections.abc import Iterator

import pytest
from tests.api.counter import Served, serving


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("products")) as server:
        yield server


def test_a_product_is_added_changed_and_taken_out(served: Served) -> None:
    made = served.client.post("/api/products", json={"name": "Rice", "price": "649.5"})
    assert made.status_code == 201
    path, rice = made.headers["Location"], made.json()
    assert (rice["sku"], rice["price"], rice["unit"], rice["tax_rate"]) == ("P0001", "649.50", "NOS", "18")
    seen = made.headers["ETag"]
    assert served.client.get(path, headers={"If-None-Match": seen}).status_code == 304
    changed = served.client.put(path, json={"name": "Rice", "price": "700"}, headers={"If-Match": seen})
    assert (changed.status_code, changed.json()["sku"]) == (200, "P0001")
    assert served.client.put(path, json={"name": "Rice", "price": "1"}, headers={"If-Match": seen}).status_code == 412
    assert served.client.delete(path, headers={"If-Match": seen}).status_code == 412
    assert served.client.get(path).json()["price"] == "700.00"
    assert served.client.delete(path, headers={"If-Match": changed.headers["ETag"]}).status_code == 204
    gone = served.client.get(path)
    never = served.client.get("/api/products/never-was")
    assert gone.status_code == never.status_code == 404
    deeds = [entry.deed for entry in served.ledger.audit_trail()]
    assert deeds[-3:] == ["add_product", "change_product", "remove_product"]


def test_two_products_never_bear_one_name_or_sku(served: Served) -> None:
    served.client.post("/api/products", json={"name": "Tea", "price": 5, "sku": "T-1"}).raise_for_status()
    same_name = served.client.post("/api/products", json={"name": "TEA", "price": 5})
    same_sku = served.client.post("/api/products", json={"name": "Other", "price": 5, "sku": "t-1"})
    assert (same_name.status_code, same_sku.status_code) == (409, 409)
    other = served.client.post("/api/products", json={"name": "Other", "price": 5}).json()
    assert served.client.put(f"/api/products/{other['id']}", json={"name": "tea", "price": 5}).status_code == 409


def test_all_that_is_wrong_is_told_at_once_with_its_field(served: Served) -> None:
    said = {"name": "Odd", "price": "5", "unit": "furlong", "commodity_code": "12x", "tax_rate": "17"}
    answer = served.client.post("/api/products", json=said)
    assert answer.status_code == 400
    pointers = {finding["pointer"] for finding in answer.json()["findings"]}
    assert pointers == {"/unit", "/commodity_code", "/tax_rate"}
    assert served.client.post("/api/products", json={"name": "Odd", "price": "5", "colour": "red"}).status_code == 400


def test_pages_follow_one_another_and_words_narrow_them(served: Served) -> None:
    for number in range(5):
        served.client.post("/api/products", json={"name": f"Lamp {number}%", "price": 5}).raise_for_status()
    seen, cursor = [], ""
    while cursor is not None:
        page = served.client.get("/api/products", params={"search": "LAMP", "limit": 2, "cursor": cursor}).json()
        seen += [one["name"] for one in page["items"]]
        cursor = page["next"]
    assert seen == [f"Lamp {number}%" for number in range(5)]
    assert served.client.get("/api/products", params={"search": "p%"}).json()["items"] == []
    assert len(served.client.get("/api/products", params={"search": "3%"}).json()["items"]) == 1
