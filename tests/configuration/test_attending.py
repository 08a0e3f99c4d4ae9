"""The worker beside a server: gone when the server is killed, back when it dies, and told when the server is."""

import os
import signal
import sys

import psutil
import pytest
from tests.configuration.sites import Process, Site, key_for, until

from ledgerflow.identity.roles import Role

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals that Windows has not")


def workers(server: Process) -> list[psutil.Process]:
    """The workers that a server has started and that live."""
    children = psutil.Process(server.running.pid).children()
    return [child for child in children if child.status() != psutil.STATUS_ZOMBIE and "worker" in child.cmdline()]


def is_ready(server: Process, times: int = 1) -> bool:
    return sum(line["event"] == "worker_ready" for line in server.lines()) >= times


def test_a_worker_that_dies_comes_back_and_goes_with_a_server_that_is_killed(site: Site) -> None:
    server, _ = site.serve()
    until(lambda: is_ready(server), 60, "the worker is ready")
    (first,) = workers(server)
    first.kill()
    until(lambda: is_ready(server, 2), 60, "another is ready")
    (second,) = workers(server)
    assert second.pid != first.pid
    assert "worker_died" in {line["event"] for line in server.lines()}
    family = [second, *second.children(recursive=True)]
    server.running.kill()
    server.running.wait()
    until(lambda: not any(one.is_running() for one in family), 30, "the worker and its benches are gone")


def test_a_hangup_of_the_server_is_heard_by_its_worker_and_ends_neither(site: Site) -> None:
    site.write(limits="open_batches: 3\n")
    server, client = site.serve()
    key = key_for(site.database, Role.OPERATOR)
    until(lambda: is_ready(server), 60, "the worker is ready")
    (worker,) = workers(server)
    before = client.get("/api/config", headers=key).json()
    site.write(limits="open_batches: [\n")
    os.kill(server.running.pid, signal.SIGHUP)
    until(lambda: _count(server, "configuration_kept") == 2, 5, "both say that they keep the old one")
    kept = client.get("/api/config", headers=key).json()
    assert kept["version"] == before["version"]
    assert kept["values"]["limits.open_batches"] == {"value": 3, "origin": "file"}
    assert kept["failure"]["findings"][0]["pointer"] == "limits.yaml#"
    site.write(limits="open_batches: 4\n")
    os.kill(server.running.pid, signal.SIGHUP)
    until(lambda: _count(server, "configuration_read") == 2, 5, "both say that they have the new one")
    told = client.get("/api/config", headers=key).json()
    assert told["values"]["limits.open_batches"]["value"] == 4
    assert told["failure"] is None
    assert workers(server) == [worker], "nothing was started again"


def _count(server: Process, event: str) -> int:
    return sum(line["event"] == event for line in server.lines())
