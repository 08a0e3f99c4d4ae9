"""/api/config and /api/business as an owner, a viewer and an operator meet them."""

import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import httpx
import pytest
from tests.configuration.sites import answering, key_for

from ledgerflow.api.house import House
from ledgerflow.billing.catalogue import Product
from ledgerflow.identity.roles import Role
from ledgerflow.issuing.stocking import Stocked
from ledgerflow.server import open_house
from ledgerflow.settings import Settings

BUSINESS = {"name": "Corner Shop", "establishments": [{"key": "shop", "strategy": "gst"}]}
AT = datetime(2026, 4, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Door:
    """A house with its door open, and who may come in."""

    client: httpx.Client
    house: House
    folder: Path
    keys: Mapping[Role, dict[str, str]]

    def write(self, limits: str) -> None:
        (self.folder / "limits.yaml").write_text(limits, "utf-8")

    def audited(self, deed: str) -> list[str]:
        ledger = self.house.lobby.ledger("default")
        return [entry.details for entry in ledger.audit_trail() if entry.deed == deed]


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    folder = tmp_path / "config"
    folder.mkdir()
    (folder / "limits.yaml").write_text("open_batches: 10\n")
    database = str(tmp_path / "ledger.db")
    settings = Settings(database_url=database, config_dir=str(folder), keep_days=20)
    with open_house(settings) as house, answering(house) as client:
        keys = {role: key_for(database, role) for role in Role}
        yield Door(client, house, folder, keys)


def png(width: int = 3, height: int = 2, rows: bytes | None = None) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress((b"\0" + b"\x10\x6b\x4b" * width) * height if rows is None else rows)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def jpeg(width: int = 3, height: int = 2) -> bytes:
    frame = struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\x01\x11\x00"
    scan = struct.pack(">HB", 8, 1) + b"\x01\x00\x00\x3f\x00"
    return b"\xff\xd8\xff\xc0" + frame + b"\xff\xda" + scan + b"\x12\x34" + b"\xff\xd9"


def test_what_holds_is_told_with_where_it_comes_from(door: Door) -> None:
    told = door.client.get("/api/config", headers=door.keys[Role.VIEWER]).json()
    assert told["values"]["limits.open_batches"] == {"value": 10, "origin": "file"}
    assert told["values"]["limits.running_batches"] == {"value": 2, "origin": "default"}
    assert told["values"]["retention.keep_days"] == {"value": 20, "origin": "environment"}
    assert told["failure"] is None


def test_only_an_operator_has_it_read_anew(door: Door) -> None:
    for role in Role:
        answer = door.client.post("/api/config/reload", headers=door.keys[role])
        assert answer.status_code == (200 if role is Role.OPERATOR else 403), role
    assert door.client.post("/api/config/reload").status_code == 401


def test_a_bad_file_is_refused_with_its_findings_and_changes_nothing(door: Door) -> None:
    door.write("open_batches: 0\nlargest_bach: 5\n")
    answer = door.client.post("/api/config/reload", headers=door.keys[Role.OPERATOR])
    assert answer.status_code == 400
    pointers = {finding["pointer"] for finding in answer.json()["findings"]}
    assert pointers == {"limits.yaml#/open_batches", "limits.yaml#/largest_bach"}
    told = door.client.get("/api/config", headers=door.keys[Role.OPERATOR]).json()
    assert told["values"]["limits.open_batches"]["value"] == 10
    assert {finding["pointer"] for finding in told["failure"]["findings"]} == pointers
    owner = door.client.get("/api/config", headers=door.keys[Role.OWNER]).json()
    assert owner["failure"] is None, "an operator's mistake is none of a tenant's business"


def test_schemas_are_served_and_others_are_not_there(door: Door) -> None:
    key = door.keys[Role.VIEWER]
    for name in ("limits", "retention", "security", "simulation", "overrides"):
        assert door.client.get(f"/api/config/schema/{name}", headers=key).json()["type"] == "object"
    assert door.client.get("/api/config/schema/passwords", headers=key).status_code == 404


@pytest.mark.requirement("FR-3.5", "NFR.6")
def test_an_owner_narrows_and_the_trail_says_what_changed(door: Door) -> None:
    key, path = door.keys[Role.OWNER], "/api/config/overrides"
    first = door.client.get(path, headers=key)
    assert first.headers["ETag"] == '"0"'
    said = {"limits": {"open_batches": 5}, "retention": {"keep_days": 7}}
    put = door.client.put(path, headers=key | {"If-Match": '"0"'}, json=said)
    assert (put.status_code, put.headers["ETag"]) == (200, '"1"')
    told = door.client.get("/api/config", headers=key).json()["values"]
    assert told["limits.open_batches"] == {"value": 5, "origin": "override"}
    assert told["retention.keep_days"] == {"value": 7, "origin": "override"}
    (details,) = door.audited("change_settings")
    assert "limits.open_batches: 10 → 5; retention.keep_days: 20 → 7" in details
    operator = door.client.get("/api/config", headers=door.keys[Role.OPERATOR]).json()["values"]
    assert operator["limits.open_batches"]["value"] == 10, "nobody else has it"


def test_nobody_undoes_anothers_change(door: Door) -> None:
    key, path = door.keys[Role.OWNER], "/api/config/overrides"
    assert door.client.put(path, headers=key, json={"limits": {"open_batches": 5}}).status_code == 200
    assert door.client.put(path, headers=key, json={}).status_code == 428
    for stale in ('"0"', '"7"', "garbage", "*"):
        assert door.client.put(path, headers=key | {"If-Match": stale}, json={}).status_code == 412
    assert door.client.put(path, headers=key | {"If-Match": '"1"'}, json={}).headers["ETag"] == '"2"'
    assert "limits.open_batches: 5 → 10" in door.audited("change_settings")[1]


def test_nobody_widens_or_sets_what_is_not_theirs(door: Door) -> None:
    key, path = door.keys[Role.OWNER], "/api/config/overrides"
    answer = door.client.put(path, headers=key, json={"limits": {"open_batches": 11, "largest_batch": 100_001}})
    assert answer.status_code == 400
    assert [finding["pointer"] for finding in answer.json()["findings"]] == [
        "/limits/open_batches",
        "/limits/largest_batch",
    ]
    assert door.client.put(path, headers=key, json={"security": {"token_minutes": 1}}).status_code == 400
    for role in (Role.ACCOUNTANT, Role.AUDITOR, Role.VIEWER, Role.OPERATOR):
        assert door.client.put(path, headers=door.keys[role], json={}).status_code == 403
        assert door.client.get(path, headers=door.keys[role]).status_code == 403
    assert door.audited("change_settings") == []


def test_orders_obey_what_an_owner_narrowed_and_what_was_read_anew(door: Door) -> None:
    stock(door.house)
    owner, writer = door.keys[Role.OWNER], door.keys[Role.ACCOUNTANT]
    order = {"config": {"business": BUSINESS, "count": 50}, "formats": ["json"]}
    door.client.put("/api/config/overrides", headers=owner, json={"limits": {"largest_batch": 40}})
    answer = door.client.post("/api/batches", headers=writer, json=order)
    assert (answer.status_code, answer.json()["findings"][0]["code"]) == (400, "batch.too_large")
    door.client.put("/api/config/overrides", headers=owner | {"If-Match": '"1"'}, json={"limits": {"open_batches": 2}})
    assert door.client.post("/api/batches", headers=writer, json=order).status_code == 202
    door.write("open_batches: 1\n")
    door.client.post("/api/config/reload", headers=door.keys[Role.OPERATOR])
    assert door.client.post("/api/batches", headers=writer, json=order).status_code == 429, "the lesser of the two"


def test_an_order_without_a_business_is_for_the_one_that_was_set_up(door: Door) -> None:
    stock(door.house)
    owner = door.keys[Role.OWNER]
    order = {"config": {"count": 2}, "formats": ["json"]}
    assert door.client.get("/api/business", headers=owner).status_code == 404
    answer = door.client.post("/api/batches", headers=owner, json=order)
    assert (answer.status_code, answer.json()["findings"][0]["pointer"]) == (400, "/config/business")
    put = door.client.put("/api/business", headers=owner, json=BUSINESS)
    assert (put.status_code, put.headers["ETag"]) == (200, '"1"')
    ordered = door.client.post("/api/batches", headers=owner, json=order)
    assert ordered.status_code == 202, ordered.text
    commission = door.house.lobby.ledger("default").jobs.commission(ordered.json()["id"])
    assert '"name":"Corner Shop"' in commission


def test_a_business_is_changed_by_version_and_the_change_is_told(door: Door) -> None:
    owner = door.keys[Role.OWNER]
    door.client.put("/api/business", headers=owner, json=BUSINESS)
    renamed = {**BUSINESS, "name": "Corner Market"}
    assert door.client.put("/api/business", headers=owner, json=renamed).status_code == 428
    answer = door.client.put("/api/business", headers=owner | {"If-Match": '"1"'}, json=renamed)
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"2"')
    assert "name: Corner Shop → Corner Market" in door.audited("change_business")[1]
    shown = door.client.get("/api/business", headers=door.keys[Role.VIEWER])
    assert (shown.json()["name"], shown.headers["ETag"]) == ("Corner Market", '"2"')
    assert door.client.put("/api/business", headers=door.keys[Role.ACCOUNTANT], json=renamed).status_code == 403


def test_a_business_that_no_law_knows_is_refused_with_all_findings(door: Door) -> None:
    shops = [{"key": "one", "strategy": "gts"}, {"key": "two", "strategy": "gst", "currency": "USD"}]
    answer = door.client.put(
        "/api/business", headers=door.keys[Role.OWNER], json={"name": "Shops", "establishments": shops}
    )
    assert answer.status_code == 400
    assert {finding["pointer"] for finding in answer.json()["findings"]} == {
        "/establishments/0/strategy",
        "/establishments/1/currency",
    }


@pytest.mark.parametrize(("kind", "picture"), [("image/png", png()), ("image/jpeg", jpeg())])
def test_a_logo_is_kept_as_it_was_sent(door: Door, kind: str, picture: bytes) -> None:
    owner, path = door.keys[Role.OWNER], "/api/business/logo"
    assert door.client.get(path, headers=owner).status_code == 404
    put = door.client.put(path, headers=owner | {"Content-Type": "image/gif"}, content=picture)
    assert put.status_code == 200, put.text
    assert put.json() == {"media_type": kind, "width": 3, "height": 2, "bytes": len(picture)}
    got = door.client.get(path, headers=door.keys[Role.VIEWER])
    assert (got.content, got.headers["Content-Type"], got.headers["ETag"]) == (picture, kind, '"1"')
    assert door.client.put(path, headers=door.keys[Role.VIEWER], content=picture).status_code == 403
    assert door.client.delete(path, headers=owner).status_code == 204
    assert door.client.delete(path, headers=owner).status_code == 404
    assert door.client.get(path, headers=owner).status_code == 404
    again = door.client.put(path, headers=owner, content=picture)
    assert (again.status_code, again.headers["ETag"]) == (200, '"3"'), "a version is never given twice"


BAD = {
    "nothing": b"",
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
    "gif": b"GIF89a\x01\0\x01\0\0\0\0;",
    "too large": png() + b"\0" * 600_000,
    "cut short": png()[:-20],
    "a byte changed": png().replace(b"IDAT", b"IDAU"),
    "something after it": png() + b"\7" * 50,
    "too many pixels": png(2001, 1),
    "none": png(0, 0),
    "a bomb": png(10, 10, b"\0" * 50_000_000),
    "fewer pixels than it says": png(10, 10, b"\0" * 5),
    "a JPEG cut short": jpeg()[:-4],
    "a JPEG without a frame": b"\xff\xd8\xff\xda\0\x02\xff\xd9",
    "a JPEG too wide": jpeg(5000, 2),
}


def test_what_is_no_sound_picture_is_no_logo(door: Door) -> None:
    for name, content in BAD.items():
        answer = door.client.put("/api/business/logo", headers=door.keys[Role.OWNER], content=content)
        assert answer.status_code == 400, name
        assert answer.json()["findings"][0]["code"].startswith("logo."), name
    assert door.client.get("/api/business/logo", headers=door.keys[Role.OWNER]).status_code == 404


def stock(house: House) -> None:
    tea = Product("TEA", "Tea", Decimal(120), commodity_code="0902", tax_rate=Decimal(5))
    house.ledger("default").transact(lambda journal: journal.stock.put([Stocked("tea", 1, tea, AT)]))
