"""What a server and its worker count, read over HTTP as Prometheus does: equal to the books, also after a kill."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import pytest
from tests.api.offices import wanted
from tests.configuration.sites import key_for, until
from tests.security.door import ROOT, Door, free_port, opened, people_enter
from tests.telemetry.series import Scrape

from ledgerflow.identity.roles import Role
from ledgerflow.store.opening import open_ledger

TOKEN = "only whoever watches knows it".replace(" ", "-")
SCRAPER = {"Authorization": f"Bearer {TOKEN}"}
_ROW = re.compile(r"^\| `(\w+)` \| (\w+) \|([^|]*)\|", re.MULTILINE)


@dataclass(frozen=True)
class Watched:
    """A server with a worker beside it, and who asks at its door."""

    door: Door
    database: str
    owner: httpx.Client
    counting: Path

    def scrape(self) -> Scrape:
        answer = self.owner.get("/metrics", headers=SCRAPER)
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"].startswith("text/plain")
        return Scrape(answer.text)

    def order(self, count: int, **facts: object) -> str:
        said = {"config": wanted(count, **facts), "formats": ["pdf"]}
        answer = self.owner.post("/api/batches", json=said)
        assert answer.status_code == 202, answer.text
        return str(answer.json()["id"])

    def order_plain(self, config: dict[str, object]) -> str:
        """A batch of which no page is drawn."""
        answer = self.owner.post("/api/batches", json={"config": config, "formats": ["json"]})
        assert answer.status_code == 202, answer.text
        return str(answer.json()["id"])

    def batch(self, id: str) -> dict[str, object]:
        told: dict[str, object] = self.owner.get(f"/api/batches/{id}").json()
        return told

    def ended(self, id: str) -> None:
        until(lambda: self.batch(id)["status"] not in ("queued", "running"), 120, "the batch ends")
        assert self.batch(id)["status"] == "succeeded"

    def worker(self) -> psutil.Process:
        """The one that lives."""
        children = psutil.Process(self.door.process.pid).children()
        (one,) = [each for each in children if each.status() != psutil.STATUS_ZOMBIE and "worker" in each.cmdline()]
        return one

    def counting_pids(self) -> set[int]:
        return {int(file.stem.rpartition("_")[2]) for file in self.counting.glob("*.db")}


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    folder = tmp_path_factory.mktemp("watched")
    database = str(folder / "ledger.db")
    people_enter(database)
    desk = folder / "desk"
    desk.mkdir()
    before = os.environ.get("TMPDIR")
    os.environ["TMPDIR"] = str(desk)
    try:
        with opened(folder, "--worker", settings={"scrape_token": TOKEN, "largest_batch": "2000"}) as door:
            (counting,) = desk.glob("ledgerflow-meters-*")
            with door.client() as owner:
                assert door.sign_in(owner, Role.OWNER).status_code == 200
                yield Watched(door, database, owner, counting)
        assert not counting.exists(), "a server that ends takes its folder with it"
    finally:
        if before is None:
            del os.environ["TMPDIR"]
        else:
            os.environ["TMPDIR"] = before


def kinds_in_the_books(watched: Watched) -> dict[frozenset[tuple[str, str]], float]:
    with open_ledger(watched.database) as ledger:
        kinds = ledger.figures.kinds()
    return {frozenset({("type", kind), ("status", "issued")}): float(count) for kind, count in kinds.items()}


@pytest.mark.requirement("FR-8.1")
def test_a_batch_is_counted_as_the_books_have_it(watched: Watched) -> None:
    before = watched.scrape()
    assert before.total("invoices_generated_total") == 0
    assert before.value("invoice_collisions_total", type="number", status="again") == 0, "there from the beginning"
    id = watched.order(12)
    watched.ended(id)
    assert watched.owner.get(f"/api/batches/{id}/export").status_code == 200
    told = watched.scrape()
    assert told.all("invoices_generated_total") == kinds_in_the_books(watched)
    assert told.value("pdf_attempts_total", type="pdf", status="drawn") == 12
    assert told.value("invoice_generation_duration_seconds_count", type="pdf", status="drawn") == 12
    assert 0 < told.value("invoice_generation_duration_seconds_sum", type="pdf", status="drawn") < 60
    assert told.total("pdf_failures_total") == told.total("invoice_collisions_total") == 0
    assert told.value("batch_duration_seconds_count", type="to_100", status="succeeded") == 1
    assert told.value("export_duration_seconds_count", type="archive", status="complete") == 1
    assert told.value("http_request_duration_seconds_count", type="write", status="2xx") == 1
    assert told.value("sign_ins_total", type="password", status="accepted") == 1
    assert (told.value("workers_alive"), told.value("ledgerflow_books_readable")) == (1, 1)
    assert told.value("queue_oldest_age_seconds", type="batches") == 0
    assert 0 <= told.value("audit_head_age_seconds") < 600, "since the first start"


def test_the_processes_that_draw_count_nothing(watched: Watched) -> None:
    server = watched.door.process.pid
    assert watched.counting_pids() == {server, watched.worker().pid}
    assert len(psutil.Process(server).children(recursive=True)) > 1, "there are benches"


@pytest.mark.requirement("FR-8.1")
def test_after_a_kill_the_counts_are_right_and_nothing_of_the_dead_is_left_alive(watched: Watched) -> None:
    before = watched.scrape()
    dead = watched.worker()
    id = watched.order(30, seed=7)
    until(lambda: watched.batch(id)["stage"] == "drawing", 60, "it is at work")
    dead.send_signal(signal.SIGKILL)
    watched.ended(id)
    told = watched.scrape()
    assert watched.worker().pid != dead.pid
    assert told.all("invoices_generated_total") == kinds_in_the_books(watched)
    assert told.value("pdf_attempts_total", type="pdf", status="drawn") == 42
    assert told.value("batch_duration_seconds_count", type="to_100", status="succeeded") == 2
    assert told.value("workers_lost_total") - before.value("workers_lost_total") == 1
    assert told.value("workers_alive") == 1
    assert watched.counting_pids() == {0, watched.door.process.pid, watched.worker().pid}
    assert not list(watched.counting.glob("gauge_*_0.db"))
    assert before.samples.keys() <= told.samples.keys()
    counters = [key for key in before.samples if key[0].endswith(("_total", "_count", "_bucket"))]
    assert [key for key in counters if told.samples[key] < before.samples[key]] == [], "no counter goes back"


def _of_one_shop(series: str, count: int) -> dict[str, object]:
    """Invoices of one series, of which two write alike in 2026."""
    shop = {"key": "shop", "strategy": "none", "series": {"invoice": series}}
    days = {"first_day": "2026-04-01", "last_day": "2026-04-30"}
    return {"count": count, "seed": 1, **days, "business": {"establishments": [shop]}}


def test_numbers_that_were_taken_are_counted_and_so_is_what_the_batch_of_them_came_to(watched: Watched) -> None:
    before = watched.scrape()
    (first, then) = (_of_one_shop(series, count) for series, count in (("C/2026/{n:04}", 20), ("C/{fy}/{n:04}", 5)))
    watched.ended(watched.order_plain(first))
    id = watched.order_plain(then)
    until(lambda: watched.batch(id)["status"] == "failed", 60, "it fails")
    told = watched.scrape()

    def rose(name: str, **labels: str) -> float:
        return told.value(name, **labels) - before.value(name, **labels)

    assert rose("invoice_collisions_total", type="number", status="again") == 2
    assert rose("invoice_collisions_total", type="number", status="final") == 1
    assert rose("job_retries_total", type="issue", status="again") == 2
    assert rose("job_retries_total", type="issue", status="final") == 1
    assert rose("invoices_generated_total", type="unknown", status="failed") == 5
    assert rose("batch_duration_seconds_count", type="to_100", status="failed") == 1
    assert told.total("invoices_generated_total", status="issued") == sum(kinds_in_the_books(watched).values())


def test_sign_ins_are_counted_as_they_went(watched: Watched) -> None:
    before = watched.scrape()
    with watched.door.client() as client:
        said = {"email": "owner@ledgerflow.example", "password": "not the one"}
        assert client.post("/api/auth/sign-in", json=said).status_code == 401
        stranger = {**said, "tenant": "nobody"}
        assert client.post("/api/auth/sign-in", json=stranger).status_code == 401
        signed_in = watched.door.sign_in(client, Role.VIEWER)
        stolen = dict(client.cookies)
        csrf = {"X-CSRF-Token": signed_in.json()["csrf"]}
        second = client.post("/api/auth/refresh", headers=csrf)
        third = client.post("/api/auth/refresh", headers={"X-CSRF-Token": second.json()["csrf"]})
        assert (second.status_code, third.status_code) == (200, 200)
        client.cookies.clear()
        client.cookies.update(stolen)
        thief = client.post("/api/auth/refresh", headers=csrf)
        assert thief.status_code == 401
        key = {"Authorization": "Bearer lf.default.nobody.nothing"}
        assert client.get("/api/batches", headers=key).status_code == 401
    told = watched.scrape()

    def rose(type: str, status: str) -> float:
        name = "sign_ins_total"
        return told.value(name, type=type, status=status) - before.value(name, type=type, status=status)

    assert (rose("password", "refused"), rose("password", "accepted")) == (2, 1)
    assert (rose("refresh", "accepted"), rose("refresh", "reused"), rose("refresh", "refused")) == (2, 1, 0)
    assert (rose("key", "refused"), rose("key", "accepted")) == (1, 0)


def test_the_configuration_read_anew_is_counted_by_both_processes(watched: Watched) -> None:
    before = watched.scrape().value("config_reloads_total", status="read")
    watched.door.process.send_signal(signal.SIGHUP)
    until(lambda: watched.scrape().value("config_reloads_total", status="read") == before + 2, 20, "both have read")


def test_only_the_scrape_token_and_operators_read_the_series(watched: Watched) -> None:
    for role in (Role.OWNER, Role.ACCOUNTANT, Role.AUDITOR, Role.VIEWER):
        answer = watched.owner.get("/metrics", headers=key_for(watched.database, role))
        assert (answer.status_code, answer.json()["type"]) == (403, "/problems/forbidden"), role
    assert watched.owner.get("/metrics").status_code == 403, "the owner, signed in"
    operator = key_for(watched.database, Role.OPERATOR)
    assert watched.owner.get("/metrics", headers=operator).status_code == 200
    for shown in (TOKEN[:1], TOKEN[:-1], TOKEN + "x", TOKEN.upper(), "lf.default.a.b"):
        with watched.door.client() as stranger:
            answer = stranger.get("/metrics", headers={"Authorization": f"Bearer {shown}"})
            assert answer.status_code == 401, shown
            assert "_total" not in answer.text
            assert stranger.get("/metrics", params={"token": TOKEN}).status_code == 401
    assert watched.owner.get("/api/batches", headers=SCRAPER).status_code == 401, "and it opens nothing else"


@pytest.mark.requirement("FR-8.1")
def test_every_series_is_documented_and_every_documented_series_is_there(watched: Watched) -> None:
    page = (ROOT / "docs" / "metrics.md").read_text("utf-8")
    of_all, of_tenant = page.split("## What a tenant sees")
    assert _documented(of_all) == watched.scrape().documented()
    own = Scrape(watched.owner.get("/api/tenant/metrics").text)
    assert _documented(of_tenant) == own.documented()


def _documented(page: str) -> dict[str, tuple[str, frozenset[str]]]:
    return {name: (kind, frozenset(re.findall(r"`(\w+)`", labels))) for name, kind, labels in _ROW.findall(page)}


@pytest.mark.parametrize("token", [TOKEN, ""])
def test_a_worker_on_its_own_tells_its_series_at_a_port(tmp_path: Path, token: str) -> None:
    port = free_port()
    file = tmp_path / "token"
    file.write_text(f"{token}\n", "utf-8")
    surroundings = {**os.environ, "LEDGERFLOW_DATABASE_URL": str(tmp_path / "l.db")}
    surroundings |= {"LEDGERFLOW_SCRAPE_TOKEN_FILE": str(file)}
    words = ("worker", "--metrics-port", str(port))
    command = [sys.executable, "-c", "from ledgerflow.cli import main; main()", *words]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(command, env=surroundings, stderr=log)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
            until(lambda: _lives(client), 60, (tmp_path / "log").read_text("utf-8"))
            shown = client.get("/metrics", headers=SCRAPER)
            assert client.get("/metrics").status_code == (401 if token else 403)
            assert client.get("/api/batches", headers=SCRAPER).status_code == 404
            assert shown.status_code == (200 if token else 403)
            if token:
                until(lambda: _alive(client) == 1, 30, "the worker gives signs of life")
                told = Scrape(shown.text)
                assert told.value("invoices_generated_total", type="tax_invoice", status="issued") == 0
                file.write_text("another-token-of-some-length", "utf-8")
                assert client.get("/metrics", headers=SCRAPER).status_code == 401, "it was changed meanwhile"
            else:
                assert "LEDGERFLOW_SCRAPE_TOKEN" in shown.text
    finally:
        process.terminate()
        assert process.wait(40) == 0


def _lives(client: httpx.Client) -> bool:
    try:
        return bool(client.get("/healthz").json() == {"status": "alive"})
    except httpx.TransportError:
        return False


def _alive(client: httpx.Client) -> float:
    return Scrape(client.get("/metrics", headers=SCRAPER).text).value("workers_alive")
