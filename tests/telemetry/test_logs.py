"""What a server and its worker log, as whoever looks for a fault finds it: by trace id, and without secrets."""

import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.api.offices import wanted
from tests.security.door import PASSWORD, Door, address, opened, people_enter
from tests.telemetry.scanning import found_in, leaks

from ledgerflow.api.house import draw_secret
from ledgerflow.identity.roles import Role

TRACE = "0123456789abcdef0123456789abcdef"
GSTIN, STREET = "27AAPFU0939F1ZV", "12 High Street"
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Told:
    """What was said in a session, word by word, and what must not be found of it."""

    text: str
    secrets: tuple[str, ...]

    @property
    def lines(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.text.splitlines() if line.startswith("{")]

    def of(self, event: str) -> list[dict[str, object]]:
        return [line for line in self.lines if line["event"] == event]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """A day at the door: sign-ins that fail and succeed, a business, a batch, a wrong turn."""
    folder = tmp_path_factory.mktemp("logs")
    people_enter(str(folder / "ledger.db"))
    with opened(folder, "--worker") as door:
        secrets = _day(door)
    (log,) = folder.glob("server-*.log")
    return Told(log.read_text("utf-8"), secrets)


def _day(door: Door) -> tuple[str, ...]:
    ticket = draw_secret()
    with door.client() as client:
        wrong = {"tenant": "default", "email": address(Role.OWNER), "password": "a wrong umbrella"}
        assert client.post("/api/auth/sign-in", json=wrong).status_code == 401
        token = door.sign_in(client, Role.OWNER).json()["access_token"]
        key = client.post("/api/api-keys", json={"name": "till", "role": "viewer"}).json()
        shop = {"key": "shop", "strategy": "gst", "name": "Corner Shop", "tax_number": GSTIN, "street": STREET}
        kept = client.put("/api/business", json={"establishments": [shop]})
        assert kept.is_success, kept.text
        ordered = client.post(
            "/api/batches",
            json={"config": wanted(2, business={"establishments": [shop]}), "formats": ["json"]},
            headers={"X-Trace-Id": TRACE},
        )
        assert ordered.status_code == 202, ordered.text
        for _ in range(300):
            if client.get(f"/api/batches/{ordered.json()['id']}").json()["status"] == "succeeded":
                break
            time.sleep(0.1)
        assert client.get(f"/api/downloads/{ticket}").status_code == 404
        assert client.get("/api/no/such/page", params={"token": ticket}).status_code == 404
        cookies = tuple(client.cookies.values())
    secrets = (PASSWORD, wrong["password"], token, ticket, GSTIN, STREET, address(Role.OWNER), *cookies)
    return (*secrets, *(str(value) for value in key.values() if len(str(value)) > 60))


@pytest.mark.requirement("FR-8.5")
def test_a_batch_is_followed_by_its_trace_id_from_the_request_to_its_end(told: Told) -> None:
    own = [line for line in told.lines if line.get("trace_id") == TRACE]
    assert {line["event"] for line in own} == {"request", "job_taken_up", "job_issued", "job_ended"}
    assert {line["tenant"] for line in own} == {"default"}
    (request,) = [line for line in own if line["event"] == "request"]
    assert (request["method"], request["route"], request["status"]) == ("POST", "/api/batches", 202)
    assert isinstance(request["ms"], float)
    assert request["ms"] > 0


def test_a_request_is_told_by_its_route_and_never_by_its_path(told: Told) -> None:
    routes = {(line["route"], line["status"]) for line in told.of("request")}
    assert ("/api/downloads/{ticket}", 404) in routes
    assert ("/api/auth/sign-in", 401) in routes
    assert ("none", 404) in routes
    assert ("/healthz", 200) not in routes
    strangers = [line for line in told.of("request") if line["route"] == "/api/auth/sign-in"]
    assert all("tenant" not in line for line in strangers), "who has not come in yet is of no tenant"


def test_every_line_is_json_with_its_time_and_level(told: Told) -> None:
    beside = [line for line in told.text.splitlines() if not line.startswith("{")]
    assert [line for line in beside if not line.startswith(("serving http", "worker "))] == []
    assert all({"event", "level", "timestamp"} <= line.keys() for line in told.lines)


@pytest.mark.requirement("FR-8.5")
def test_no_secret_is_in_the_log(told: Told) -> None:
    assert [secret for secret in told.secrets if secret in told.text] == []
    assert found_in(told.text) == []


@pytest.mark.parametrize("leak", [GSTIN, "asha@shop.example", "eyJhbGciOiJFZDI1NTE5In0.e30.c2ln", PASSWORD])
def test_the_scan_finds_what_a_server_should_not_have_said(tmp_path: Path, leak: str) -> None:
    line = {"event": "e", "level": "info", "timestamp": "now", "note": f"about {leak}"}
    (tmp_path / "server.log").write_text(f"words\n{json.dumps(line)}\n")
    assert len(leaks(tmp_path)) == 1
    (tmp_path / "server.log").write_text(f"words\n{json.dumps(line | {'note': 'about nothing'})}\n")
    assert leaks(tmp_path) == []


def test_a_run_of_tests_fails_where_a_server_said_too_much(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--basetemp", str(tmp_path / "base")]
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "COV_"))}
    run = subprocess.run(
        [*command, "tests/telemetry/leaking.py"], cwd=ROOT, env=plain, capture_output=True, text=True, check=False
    )
    shutil.rmtree(tmp_path / "base")  # or this run would fail too
    assert run.returncode == 1, run.stdout
    assert "1 passed" in run.stdout
    assert "must not be in a log" in run.stderr
