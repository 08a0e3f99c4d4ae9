"""Batches over HTTP: ordered once, listed in pages, steered, and followed until they are over."""

import json
import threading
import time
from collections.abc import Iterator

import httpx
import pytest
from tests.api.offices import Office, open_office, wanted


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with open_office(tmp_path_factory.mktemp("batches"), open_batches=30) as opened:
        yield opened


@pytest.fixture(scope="module")
def owner(office: Office) -> Iterator[httpx.Client]:
    with office.client() as client:
        yield client


@pytest.fixture(scope="module")
def made(office: Office, owner: httpx.Client) -> str:
    """A batch of which two pages were torn."""
    id = office.order(owner, wanted(6), "pdf", "csv")
    office.make(id, spoilt=(1, 4))
    return id


def read_events(text: str) -> list[tuple[str, str, dict[str, object]]]:
    """Id, name and data of each event."""
    told = []
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if "data" in fields:
            told.append((fields["id"], fields["event"], json.loads(fields["data"])))
    return told


def test_the_same_key_gives_the_same_batch_and_another_order_under_it_is_refused(owner: httpx.Client) -> None:
    said = {"config": wanted(3), "formats": ["json"]}
    first, again = (owner.post("/api/batches", json=said, headers={"Idempotency-Key": "monday"}) for _ in range(2))
    assert (first.status_code, again.json()["id"]) == (202, first.json()["id"])
    assert first.headers["Location"] == f"/api/batches/{first.json()['id']}"
    other = owner.post("/api/batches", json={**said, "config": wanted(4)}, headers={"Idempotency-Key": "monday"})
    assert (other.status_code, other.json()["type"]) == (409, "/problems/conflict")


def test_pages_hold_every_batch_once_newest_first(office: Office, owner: httpx.Client, made: str) -> None:
    for seed in range(5):
        office.order(owner, wanted(2, seed=seed))
    found, cursor, pages = [], "", 0
    while True:
        page = owner.get("/api/batches", params={"limit": 2, "cursor": cursor}).json()
        found += page["items"]
        pages += 1
        if not (cursor := page["next"]):
            break
    assert [one["id"] for one in found] == [job.id for job in office.house.ledger("default").jobs.latest(100)]
    assert pages == -(-len(found) // 2)
    torn = owner.get("/api/batches", params={"status": "partly failed"}).json()["items"]
    assert [one["id"] for one in torn] == [made]


@pytest.mark.parametrize("cursor", ["x", "bnVsbA", "WzFd", "W10", "WyJhIiwgImIiXQ"])
def test_a_cursor_that_is_none_is_refused_by_its_name(owner: httpx.Client, cursor: str) -> None:
    answer = owner.get("/api/batches", params={"cursor": cursor})
    assert (answer.status_code, answer.json()["findings"][0]["code"]) == (400, "cursor.malformed")


def test_who_has_a_batch_as_it_is_gets_no_body_until_it_changes(office: Office, owner: httpx.Client) -> None:
    id = office.order(owner, wanted(2))
    tag = owner.get(f"/api/batches/{id}").headers["ETag"]
    same = owner.get(f"/api/batches/{id}", headers={"If-None-Match": f'"other", W/{tag}'})
    assert (same.status_code, same.content, same.headers["ETag"]) == (304, b"", tag)
    owner.post(f"/api/batches/{id}/pause")
    changed = owner.get(f"/api/batches/{id}", headers={"If-None-Match": tag})
    assert (changed.status_code, changed.json()["status"]) == (200, "paused")


def test_failures_are_told_by_position_and_page(office: Office, owner: httpx.Client, made: str) -> None:
    first = owner.get(f"/api/batches/{made}/failures", params={"limit": 1}).json()
    second = owner.get(f"/api/batches/{made}/failures", params={"limit": 1, "cursor": first["next"]}).json()
    told = [(one["position"], one["reason"], one["attempts"]) for one in (*first["items"], *second["items"])]
    assert told == [(1, "the page is torn", 3), (4, "the page is torn", 3)]
    assert second["next"] is None
    assert first["items"][0]["number"], "it is in the ledger"


def test_a_batch_is_paused_resumed_cancelled_and_nothing_twice(office: Office, owner: httpx.Client) -> None:
    id = office.order(owner, wanted(2))
    for deed, status, run in (("pause", "paused", 1), ("resume", "queued", 2), ("cancel", "cancelled", 2)):
        told = owner.post(f"/api/batches/{id}/{deed}").json()
        assert (told["status"], told["run"]) == (status, run)
    for deed in ("pause", "resume", "cancel", "retry"):
        answer = owner.post(f"/api/batches/{id}/{deed}")
        assert (answer.status_code, answer.json()["type"]) == (409, "/problems/conflict")
    trail = [entry for entry in office.house.ledger("default").audit_trail() if entry.deed == "cancel_batch"]
    assert trail[-1].actor.startswith("key "), "the trail names who did it"


def test_what_failed_is_tried_again(office: Office, owner: httpx.Client) -> None:
    id = office.order(owner, wanted(3), "pdf")
    assert office.make(id, spoilt=(0,)).status == "partly failed"
    assert owner.post(f"/api/batches/{id}/retry").json()["status"] == "queued"
    assert office.make(id).status == "succeeded"
    assert owner.get(f"/api/batches/{id}/failures").json()["items"] == []


@pytest.mark.parametrize("role", ["viewer", "auditor"])
def test_who_may_only_look_steers_nothing(office: Office, owner: httpx.Client, role: str, made: str) -> None:
    with office.client(role) as client:
        assert client.get(f"/api/batches/{made}").status_code == 200
        for deed in ("pause", "resume", "retry", "cancel"):
            assert client.post(f"/api/batches/{made}/{deed}").status_code == 403
        assert client.post("/api/batches", json={"config": wanted(1)}).status_code == 403


def test_who_orders_too_many_is_told_when_to_come_back(tmp_path_factory: pytest.TempPathFactory) -> None:
    with open_office(tmp_path_factory.mktemp("full"), open_batches=1) as full, full.client() as client:
        full.order(client, wanted(1))
        answer = client.post("/api/batches", json={"config": wanted(2), "formats": ["json"]})
        assert (answer.status_code, answer.json()["type"]) == (429, "/problems/too-many")
        assert int(answer.headers["Retry-After"]) > 0


def test_a_batch_is_followed_from_its_order_to_its_end(office: Office, owner: httpx.Client) -> None:
    id = office.order(owner, wanted(4), "pdf")
    text = ""

    def follow() -> None:
        nonlocal text
        text = owner.get(f"/api/batches/{id}/events").text

    follower = threading.Thread(target=follow)
    follower.start()
    time.sleep(0.5)
    office.make(id)
    follower.join(20)
    told = read_events(text)
    assert (told[0][1], told[0][2]["status"]) == ("progress", "queued")
    assert (told[-1][1], told[-1][2]["status"], told[-1][2]["drawn"]) == ("end", "succeeded", 4)
    assert len({id for id, _, _ in told}) == len(told), "no state is told twice"
    assert told[-1][2] == owner.get(f"/api/batches/{id}").json()


def test_who_comes_back_hears_what_is_new_and_nothing_twice(office: Office, owner: httpx.Client, made: str) -> None:
    ((last, name, _),) = read_events(owner.get(f"/api/batches/{made}/events").text)
    assert name == "end"
    over = owner.get(f"/api/batches/{made}/events", headers={"Last-Event-ID": last})
    assert (over.status_code, over.content) == (204, b"")
    missed = owner.get(f"/api/batches/{made}/events", headers={"Last-Event-ID": "an earlier one"})
    assert [one[1] for one in read_events(missed.text)] == ["end"]
    assert owner.get("/api/batches/0123456789abcdef/events").status_code == 404


def test_many_who_follow_hold_nobody_up_and_leave_nothing_when_they_go(office: Office) -> None:
    with office.client() as owner:
        id = office.order(owner, wanted(2))
        with httpx.Client(base_url=office.address, headers=owner.headers, limits=httpx.Limits()) as crowd:
            streams = [crowd.stream("GET", f"/api/batches/{id}/events") for _ in range(60)]
            for stream in streams:
                next(stream.__enter__().iter_lines())
            begun = time.monotonic()
            assert all(owner.get(f"/api/batches/{id}").status_code == 200 for _ in range(20))
            assert time.monotonic() - begun < 5, "more follow than there are threads"
            for stream in streams:
                stream.__exit__(None, None, None)
        assert owner.post(f"/api/batches/{id}/cancel").status_code == 200


def test_a_portrait_says_how_much_of_it_is_chance(owner: httpx.Client, made: str) -> None:
    told = owner.get(f"/api/batches/{made}/realism").json()
    assert (told["read"], told["of"]) == (6, 6)
    assert {one["currency"] for one in told["portraits"]} <= {"INR", "BHD"}
    assert all(one["is_chance"] and len(one["hours"]) == 24 for one in told["portraits"])
    assert sum(one["facts"]["invoices"] for one in told["portraits"]) == 6
