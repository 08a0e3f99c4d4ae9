"""The configuration changes while everything runs: no request fails, nobody sees half of it, all have the same."""

import os
import threading
import time

import httpx
import pytest
from tests.configuration.sites import Process, Site, key_for, until

from ledgerflow.configuration.reading import read_files
from ledgerflow.configuration.rules import version_of
from ledgerflow.identity.roles import Role

LONG = os.environ.get("TEST_RELOADS") == "long"
RELOADS = 100 if LONG else 10
A_SECOND = 50
ALL_HAVE_IT = 2.0  # seconds
BROKEN = ("open_batches: [", "open_batches: 0", "open_batches: 7\nopen_batches: 8", "largest_bach: 1", "- 1", "\xff")


def limits(number: int) -> str:
    """Two values that belong together."""
    return f"open_batches: {number}\nlargest_batch: {number * 1000}\n"


def version(number: int) -> str:
    return version_of(read_files({"limits.yaml": limits(number).encode()}).configuration)


class Crowd:
    """Asks both servers all the time, and keeps what was wrong with an answer."""

    def __init__(self, clients: list[httpx.Client], key: dict[str, str]) -> None:
        self.asked = 0
        self.faults: list[str] = []
        self._stop = threading.Event()
        rest = len(clients) / A_SECOND
        self._threads = [threading.Thread(target=self._ask, args=(client, key, rest)) for client in clients]

    def __enter__(self) -> "Crowd":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _ask(self, client: httpx.Client, key: dict[str, str], rest: float) -> None:
        following = time.monotonic()
        while not self._stop.wait(max(0.0, following - time.monotonic())):
            following += rest
            self.asked += 1
            try:
                answer = client.get("/api/config", headers=key)
                assert answer.status_code == 200, answer.text
                told = answer.json()
                number = told["values"]["limits.open_batches"]["value"]
                assert told["values"]["limits.largest_batch"]["value"] == number * 1000, "half of each"
                assert told["version"] == version(number), "values of one version under the name of another"
            except (AssertionError, httpx.HTTPError) as fault:
                self.faults.append(repr(fault))


def versions(clients: list[httpx.Client], worker: Process, key: dict[str, str]) -> set[object]:
    return {worker.version(), *(client.get("/api/config", headers=key).json()["version"] for client in clients)}


def all_have(holds: str, clients: list[httpx.Client], worker: Process, key: dict[str, str]) -> float:
    """Waits until every process is at a version, and says how long that took."""
    return until(lambda: versions(clients, worker, key) == {holds}, ALL_HAVE_IT, "every process has the version")


@pytest.mark.requirement("FR-3.4")
def test_reloads_under_load(site: Site) -> None:
    """Every second file is broken: it is refused with its findings, and the old one stays in force everywhere."""
    site.write(limits=limits(1))
    _, first = site.serve("--no-worker")
    _, second = site.serve("--no-worker")
    worker = site.work()
    clients, key = [first, second], key_for(site.database, Role.OPERATOR)
    longest, begun = 0.0, time.monotonic()
    with Crowd([site.client(str(client.base_url)) for client in clients], key) as crowd:
        for reload in range(RELOADS):
            number = reload // 2 + 2
            is_broken = reload % 2 == 0
            site.write(limits=BROKEN[number % len(BROKEN)] if is_broken else limits(number))
            answer = clients[reload % 4 // 2].post("/api/config/reload", headers=key)
            holds = version(number - 1 if is_broken else number)
            if is_broken:
                assert answer.status_code == 400, answer.text
                assert answer.json()["findings"][0]["pointer"].startswith("limits.yaml#")
                assert versions(clients, worker, key) == {holds}
            else:
                assert answer.status_code == 200, answer.text
                longest = max(longest, all_have(holds, clients, worker, key))
    seconds = time.monotonic() - begun
    assert crowd.faults == []
    assert crowd.asked > (0.8 if LONG else 0.4) * A_SECOND * seconds, "it was asked as often as was meant"
    print(f"{RELOADS} reloads, {crowd.asked} requests in {seconds:.0f} s; all had a version after {longest:.2f} s")
