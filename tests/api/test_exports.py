"""Exports: the bytes on the shelf, whole or in part, under a name in any script, with a token or once with a ticket."""

import hashlib
import os
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.api.offices import NOW, Office, open_office, wanted
from tests.store.shelves import KEYS, client_of, running_s3

from ledgerflow.admission.tickets import TicketOver, give_ticket, take_ticket
from ledgerflow.api.house import draw_secret
from ledgerflow.api.sending import attachment
from ledgerflow.issuing.exporting import SUMS
from ledgerflow.issuing.jobs import Job

MIB = 2**20
LARGE = 96 * MIB


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with open_office(tmp_path_factory.mktemp("exports")) as opened:
        yield opened


@pytest.fixture(scope="module")
def owner(office: Office) -> Iterator[httpx.Client]:
    with office.client() as client:
        yield client


@pytest.fixture(scope="module")
def made(office: Office, owner: httpx.Client) -> Job:
    config = wanted(5)
    config["business"]["name"] = "ساحل الزعفران / Saffron"  # type: ignore[index]  # JSON, as it is sent
    return office.make(office.order(owner, config))


@pytest.fixture(scope="module")
def archive(office: Office, made: Job) -> bytes:
    with office.house.shelf.open(f"{made.archive}/invoices.zip") as file:
        return file.read()


@pytest.mark.requirement("FR-6.4")
def test_the_archive_comes_whole_under_the_name_of_the_business(owner: httpx.Client, made: Job, archive: bytes) -> None:
    answer = owner.get(f"/api/batches/{made.id}/export")
    assert (answer.status_code, answer.content) == (200, archive)
    assert answer.headers["ETag"] == f'"{hashlib.sha256(archive).hexdigest()}"'
    assert answer.headers["Content-Type"] == "application/zip"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    name = f"{'ساحل الزعفران Saffron'} {made.created_at.date()} {made.id}.zip"
    assert answer.headers["Content-Disposition"] == attachment(name)
    assert httpx.URL("http://x/?n=" + answer.headers["Content-Disposition"].split("''")[1]).params["n"] == name


def test_other_files_are_sent_by_name_and_what_was_not_made_is_not_there(owner: httpx.Client, made: Job) -> None:
    listed = {one["name"]: one["sha256"] for one in owner.get(f"/api/batches/{made.id}/files").json()["items"]}
    assert {"invoices.zip", "report.html", "register.csv"} <= listed.keys()
    for name, digest in listed.items():
        answer = owner.get(f"/api/batches/{made.id}/export", params={"file": name})
        assert hashlib.sha256(answer.content).hexdigest() == digest
    for name in ("nothing.csv", SUMS, ".."):
        assert owner.get(f"/api/batches/{made.id}/export", params={"file": name}).status_code == 404
    assert owner.get(f"/api/batches/{made.id}/export", params={"file": "../x"}).status_code == 400


def test_any_range_is_the_same_part_of_the_file(owner: httpx.Client, made: Job, archive: bytes) -> None:
    size = len(archive)

    @settings(max_examples=40, deadline=None)
    @given(st.integers(0, size - 1), st.none() | st.integers(0, size * 2))
    def holds(first: int, last: int | None) -> None:
        asked = {"Range": f"bytes={first}-{'' if last is None else last}"}
        answer = owner.get(f"/api/batches/{made.id}/export", headers=asked)
        if last is not None and last < first:
            assert (answer.status_code, len(answer.content)) == (200, size)
            return
        end = size - 1 if last is None else min(last, size - 1)
        assert (answer.status_code, answer.content) == (206, archive[first : end + 1])
        assert answer.headers["Content-Range"] == f"bytes {first}-{end}/{size}"

    holds()


@pytest.mark.parametrize("asked", ["bytes=-10", "bytes=-99999999"])
def test_the_end_of_a_file_is_a_range_too(owner: httpx.Client, made: Job, archive: bytes, asked: str) -> None:
    answer = owner.get(f"/api/batches/{made.id}/export", headers={"Range": asked})
    assert (answer.status_code, answer.content) == (206, archive[-min(int(asked[7:]), len(archive)) :])


@pytest.mark.parametrize("asked", ["bytes=99999999-", "bytes=-0"])
def test_a_part_that_is_not_there_is_refused_with_the_size(
    owner: httpx.Client, made: Job, archive: bytes, asked: str
) -> None:
    answer = owner.get(f"/api/batches/{made.id}/export", headers={"Range": asked})
    assert (answer.status_code, answer.headers["Content-Range"]) == (416, f"bytes */{len(archive)}")


@pytest.mark.parametrize("asked", ["bytes=0-1,4-5", "lines=1-2", "bytes=a-b", "bytes=-"])
def test_what_is_no_single_range_gets_the_whole(owner: httpx.Client, made: Job, archive: bytes, asked: str) -> None:
    answer = owner.get(f"/api/batches/{made.id}/export", headers={"Range": asked})
    assert (answer.status_code, answer.content) == (200, archive)


def test_a_download_is_resumed_only_of_the_same_file(owner: httpx.Client, made: Job, archive: bytes) -> None:
    tag = owner.get(f"/api/batches/{made.id}/export").headers["ETag"]
    rest = {"Range": "bytes=100-", "If-Range": tag}
    assert owner.get(f"/api/batches/{made.id}/export", headers=rest).content == archive[100:]
    other = owner.get(f"/api/batches/{made.id}/export", headers={**rest, "If-Range": '"an earlier archive"'})
    assert (other.status_code, other.content) == (200, archive)
    known = owner.get(f"/api/batches/{made.id}/export", headers={"If-None-Match": tag})
    assert (known.status_code, known.content) == (304, b"")


def test_a_ticket_is_good_once_and_bears_no_token(office: Office, made: Job, archive: bytes) -> None:
    with office.client("viewer") as viewer:
        given = viewer.post(f"/api/batches/{made.id}/tickets", json={}).json()
        assert viewer.post(f"/api/batches/{made.id}/tickets", json={"file": "nothing"}).status_code == 404
    first, second = (httpx.get(office.address + given["url"], headers={"Range": "bytes=0-1"}) for _ in range(2))
    assert (first.status_code, first.content, first.headers["Accept-Ranges"]) == (200, archive, "none")
    assert first.headers["Cache-Control"] == "no-store"
    assert second.status_code == 404
    never = httpx.get(f"{office.address}/api/downloads/default.{draw_secret()}")
    nobody = httpx.get(f"{office.address}/api/downloads/nobody.{draw_secret()}")
    told = [{**answer.json(), "trace_id": ""} for answer in (second, never, nobody)]
    assert told[0] == told[1] == told[2]


def test_a_ticket_is_over_after_a_minute_and_is_nobody_elses(office: Office, made: Job) -> None:
    ledger = office.house.ledger("default")
    office.open_tenant("bina")
    for wait, whose in ((61, ledger), (1, office.house.ledger("bina"))):
        _, words = give_ticket(ledger, "default", "x/y", at=NOW, actor="test", draw=draw_secret)
        with pytest.raises(TicketOver):
            take_ticket(whose, words, at=NOW + timedelta(seconds=wait))


def test_what_is_not_packed_yet_is_no_export_and_anothers_never_was(
    office: Office, owner: httpx.Client, made: Job
) -> None:
    waiting = office.order(owner, wanted(2))
    assert owner.get(f"/api/batches/{waiting}/export").status_code == 409
    with office.client("owner", "bina") as bina:
        never = bina.get("/api/batches/0123456789abcdef/export").json()
        for path, ask in (("export", bina.get), ("files", bina.get)):
            answer = ask(f"/api/batches/{made.id}/{path}")
            assert (answer.status_code, answer.json() | {"trace_id": ""}) == (404, never | {"trace_id": ""})


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("a.zip", "attachment; filename=\"a.zip\"; filename*=UTF-8''a.zip"),
        (
            'a"; x=\r\n../b.zip',
            "attachment; filename=\"a _ x= .. b.zip\"; filename*=UTF-8''a%20%3B%20x%3D%20..%20b.zip",
        ),
        ("₹ 5%.csv", "attachment; filename=\"_ 5_.csv\"; filename*=UTF-8''%E2%82%B9%205%25.csv"),
        ("\u202egpj.exe.zip", "attachment; filename=\"gpj.exe.zip\"; filename*=UTF-8''gpj.exe.zip"),
        ("...", "attachment; filename=\"download\"; filename*=UTF-8''download"),
    ],
)
def test_no_name_breaks_out_of_its_header(name: str, header: str) -> None:
    assert attachment(name) == header


def laid_large(office: Office, job: Job, folder: Path) -> str:
    """A large archive takes the place of a job's own; gives its hash."""
    large, sums = folder / "large.zip", folder / "sums"
    block = os.urandom(MIB)
    with large.open("wb") as file:
        for _ in range(LARGE // MIB):
            file.write(block)
    laid = office.house.shelf.lay(f"{job.archive}/invoices.zip", large)
    sums.write_text(f"{laid.sha256}  invoices.zip\n", "utf-8")
    office.house.shelf.lay(f"{job.archive}/{SUMS}", sums)
    return laid.sha256


def test_a_large_archive_passes_from_an_object_store_without_being_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running_s3() as address:
        client_of(address).create_bucket(
            Bucket="archives", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
        )
        for name, value in {**KEYS, "AWS_ENDPOINT_URL": address}.items():
            monkeypatch.setenv(name, value)
        with open_office(tmp_path, "s3://archives/books") as office, office.client() as owner:
            job = office.make(office.order(owner, wanted(2)))
            digest = laid_large(office, job, tmp_path)
            owner.get(f"/api/batches/{job.id}/export", headers={"Range": "bytes=0-9"})
            process, digested, most = psutil.Process(), hashlib.sha256(), 0
            before = process.memory_info().rss
            with owner.stream("GET", f"/api/batches/{job.id}/export") as answer:
                for block in answer.iter_raw(MIB):
                    digested.update(block)
                    most = max(most, process.memory_info().rss - before)
            assert digested.hexdigest() == digest
            assert most < 64 * MIB, f"{most / MIB:.0f} MiB held of {LARGE / MIB:.0f}"


def test_clients_that_take_nothing_hold_no_thread_and_leave_no_file_open(office: Office, tmp_path: Path) -> None:
    with office.client() as owner:
        job = office.make(office.order(owner, wanted(2)))
        laid_large(office, job, tmp_path)
        with httpx.Client(base_url=office.address, headers=owner.headers, limits=httpx.Limits()) as crowd:
            streams = [crowd.stream("GET", f"/api/batches/{job.id}/export") for _ in range(50)]
            for stream in streams:
                assert stream.__enter__().status_code == 200
            begun = time.monotonic()
            assert all(owner.get(f"/api/batches/{job.id}").status_code == 200 for _ in range(20))
            assert time.monotonic() - begun < 5, "more wait than there are threads"
            assert threading.active_count() < 80
            for stream in streams:
                stream.__exit__(None, None, None)
        wait_until_closed(office.folder / "shelf")


def wait_until_closed(shelf: Path) -> None:
    end = time.monotonic() + 10
    while any(Path(file.path).is_relative_to(shelf) for file in psutil.Process().open_files()):
        assert time.monotonic() < end, "files of clients that are gone stay open"
        time.sleep(0.05)
