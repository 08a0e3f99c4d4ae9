"""Spans reach a collector that speaks OTLP over HTTP, in the trace that the program knows; else none are made."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from tests.api.offices import wanted
from tests.security.door import Door, opened, people_enter

from ledgerflow.identity.roles import Role

TRACE = "0123456789abcdef0123456789abcdef"
pytest.importorskip("opentelemetry.sdk")


class Collector:
    """What a collector took in: by service, the name of each span, its trace and what was noted."""

    def __init__(self) -> None:
        self.spans: list[tuple[str, str, str, dict[str, object], int]] = []
        self.paths: set[str] = set()
        collector = self

        class Desk(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                collector.take(self.path, body)
                self.send_response(200)
                self.send_header("Content-Type", "application/x-protobuf")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Says nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Desk)
        self.address = f"http://127.0.0.1:{self.server.server_port}"

    def take(self, path: str, body: bytes) -> None:
        self.paths.add(path)
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            service = _facts(resource.resource.attributes)["service.name"]
            for scope in resource.scope_spans:
                for span in scope.spans:
                    facts = _facts(span.attributes)
                    self.spans.append((str(service), span.name, span.trace_id.hex(), facts, span.status.code))

    def named(self, service: str, trace: str) -> dict[str, dict[str, object]]:
        return {name: facts for whose, name, of, facts, _ in self.spans if (whose, of) == (service, trace)}


def _facts(attributes: object) -> dict[str, object]:
    facts: dict[str, object] = {}
    for one in attributes:  # type: ignore[attr-defined]  # protobuf says nothing of its types
        facts[one.key] = getattr(one.value, one.value.WhichOneof("value"))
    return facts


@contextmanager
def collecting() -> Iterator[Collector]:
    collector = Collector()
    thread = threading.Thread(target=collector.server.serve_forever)
    thread.start()
    try:
        yield collector
    finally:
        collector.server.shutdown()
        thread.join()
        collector.server.server_close()


@contextmanager
def surrounded(patch: pytest.MonkeyPatch, **surroundings: str) -> Iterator[None]:
    with patch.context() as here:
        for name, value in surroundings.items():
            here.setenv(name, value)
        yield


def make_a_batch(door: Door, client: httpx.Client) -> str:
    sent = {"config": wanted(2), "formats": ["pdf", "json"]}
    id = client.post("/api/batches", json=sent, headers={"X-Trace-Id": TRACE}).json()["id"]
    while client.get(f"/api/batches/{id}").json()["status"] in ("queued", "running"):
        time.sleep(0.5)  # seldom, for whoever asks takes the time of who draws
    assert client.get(f"/api/batches/{id}").json()["status"] == "succeeded"
    return str(id)


def test_the_request_and_each_piece_of_a_batch_are_spans_of_one_trace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    people_enter(str(tmp_path / "ledger.db"))
    with collecting() as collector, surrounded(monkeypatch, OTEL_EXPORTER_OTLP_ENDPOINT=collector.address):
        with opened(tmp_path, "--worker") as door, door.client() as client:
            door.sign_in(client, Role.OWNER)
            id = make_a_batch(door, client)
        assert collector.paths == {"/v1/traces"}
        (asked,) = [facts for facts in collector.named("ledgerflow-server", TRACE).values()]
        assert asked["http.route"] == "/api/batches"
        assert asked["http.response.status_code"] == 202
        assert asked["ledgerflow.tenant"] == "default"
        pieces = collector.named("ledgerflow-worker", TRACE)
        assert pieces.keys() >= {"issue", "draw", "pack"}
        assert {facts["ledgerflow.batch"] for facts in pieces.values()} == {id}
        assert pieces["pack"]["ledgerflow.ended"] == "done"
        assert all("/healthz" not in name for _, name, *_ in collector.spans)


def test_a_collector_that_is_gone_holds_nothing_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    people_enter(str(tmp_path / "ledger.db"))
    with (
        surrounded(monkeypatch, OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:9"),
        opened(tmp_path) as door,
        door.client() as client,
    ):
        assert door.sign_in(client, Role.OWNER).status_code == 200
        door.process.terminate()
        begun = time.monotonic()
        assert door.process.wait(30) == 0
        assert time.monotonic() - begun < 15


def test_without_a_collector_nothing_of_it_is_loaded() -> None:
    program = (
        "import sys; from ledgerflow.telemetry.log import open_log; from ledgerflow.telemetry.spans import open_spans\n"
        "import ledgerflow.server, ledgerflow.worker.serving\n"
        "with open_spans('x', open_log()) as spans: assert spans is None\n"
        "ours = ('opentelemetry.sdk.trace', 'opentelemetry.exporter', 'ledgerflow.telemetry.collecting')\n"
        "print([name for name in sys.modules if name.startswith(ours)])"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]", run.stdout
