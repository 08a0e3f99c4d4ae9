"""How large, how deep and how slow a request may be."""

import json
import time
from pathlib import Path
from threading import Thread

import httpx
import pytest
from tests.security.door import Door, opened, people_enter

from ledgerflow.identity.roles import Role


def spoken(door: Door, *pieces: bytes, pause: float = 0) -> tuple[bytes, float]:
    """What the server answers to these bytes, said with pauses between, and after how long it hung up."""
    begun = time.monotonic()
    with door.line() as line:
        for piece in pieces:
            try:
                line.sendall(piece)
            except OSError:
                break
            time.sleep(pause)
        heard = b""
        while True:
            try:
                more = line.recv(65536)
            except ConnectionResetError:
                break
            heard += more
            if not more:
                break
        return heard, time.monotonic() - begun


def head(length: str, path: str = "/api/auth/sign-in") -> bytes:
    said = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n{length}\r\n\r\n"
    return said.encode()


def test_a_body_that_is_announced_too_large_is_refused_before_it_comes(door: Door) -> None:
    heard, seconds = spoken(door, head("Content-Length: 2000000"))
    assert heard.startswith(b"HTTP/1.1 413")
    assert b'"body.too_large"' in heard
    assert seconds < 1


def test_a_body_of_unknown_length_is_cut_off_where_it_becomes_too_large(door: Door) -> None:
    piece = b"10000\r\n" + b"x" * 65536 + b"\r\n"
    heard, _ = spoken(door, head("Transfer-Encoding: chunked"), *[piece] * 40)
    assert not heard or heard.startswith(b"HTTP/1.1 413")  # who still sends may find the line cut


def test_a_body_that_comes_slowly_is_cut_off(door: Door) -> None:
    heard, seconds = spoken(door, head("Content-Length: 200"), *[b"x"] * 6, pause=0.3)
    assert heard.startswith(b"HTTP/1.1 408")
    assert seconds < 8


def test_headers_that_come_slowly_are_cut_off(door: Door) -> None:
    heard, seconds = spoken(door, b"GET /healthz HTTP/1.1\r\n", *[b"X-A: b\r\n"] * 8, pause=0.3)
    assert heard == b""
    assert seconds < 8


def test_the_next_headers_on_a_line_are_not_waited_for_either(door: Door) -> None:
    whole = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    heard, seconds = spoken(door, whole, b"GET /healthz HTTP/1.1\r\n", *[b"X-A: b\r\n"] * 8, pause=0.3)
    assert heard.count(b"HTTP/1.1") == 1
    assert seconds < 8


def test_slow_clients_hold_no_thread(door: Door, owner: httpx.Client) -> None:
    """More of them than there are threads, each with a body that does not come."""
    lines = [door.line() for _ in range(80)]
    for line in lines:
        line.sendall(head("Content-Length: 200"))
    begun = time.monotonic()
    assert owner.get("/api/batches/nothing").status_code == 404
    assert time.monotonic() - begun < 2.5  # those bodies are waited for a little longer
    for line in lines:
        line.close()


def test_an_address_that_is_too_long_is_refused(stranger: httpx.Client) -> None:
    answer = stranger.get("/api/auth/keys", params={"x": "y" * 9000})
    assert answer.status_code == 414
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("headers", [{"X-Large": "x" * 20_000}, {f"X-{number}": "x" for number in range(120)}])
def test_headers_out_of_measure_are_refused(stranger: httpx.Client, headers: dict[str, str]) -> None:
    assert stranger.get("/api/auth/keys", headers=headers).status_code == 431


@pytest.mark.parametrize("depth", [70, 1_000, 50_000])
def test_json_that_is_nested_too_deeply_is_the_users_mistake(owner: httpx.Client, depth: int) -> None:
    body = b'{"config":' * depth + b"1" + b"}" * depth
    answer = owner.post("/api/batches", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["findings"][0]["code"] == "json.too_deep"


def test_brackets_in_a_text_are_no_depth(stranger: httpx.Client) -> None:
    said = {"email": "[" * 100 + '"{\\"', "password": "x"}
    assert stranger.post("/api/auth/sign-in", json=said).status_code == 401


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff\xfe", b'"\\ud800"', b'{"email": "a\\u0000b", "password": "x"}', b"1" * 5000, b"NaN"]
)
def test_what_is_no_json_is_the_users_mistake(stranger: httpx.Client, body: bytes) -> None:
    answer = stranger.post("/api/auth/sign-in", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_text_with_a_lone_surrogate_is_the_users_mistake(stranger: httpx.Client) -> None:
    said = json.dumps({"email": "a\ud800@b.example", "password": "\udfff long enough"})
    answer = stranger.post("/api/auth/sign-in", content=said, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400


def test_a_name_that_is_not_the_servers_is_refused(stranger: httpx.Client) -> None:
    """A page whose name was made to point here reads nothing (DNS rebinding); whoever watches over it knows no name."""
    elsewhere = {"Host": "evil.example"}
    assert stranger.get("/api/auth/keys", headers=elsewhere).status_code == 400
    assert stranger.get("/healthz", headers=elsewhere).status_code == 200


@pytest.mark.requirement("NFR.3")
def test_too_many_at_once_are_sent_away_and_the_rest_is_done(tmp_path: Path) -> None:
    people_enter(str(tmp_path / "ledger.db"))
    statuses: list[int] = []
    again: set[str] = set()

    def knock(door: Door) -> None:
        with door.client() as client:
            answer = door.sign_in(client, Role.OWNER)
            statuses.append(answer.status_code)
            if answer.status_code == 503:
                again.add(answer.headers["Retry-After"])

    with opened(tmp_path, settings={"requests_in_hand": "2", "sign_ins": "100"}) as door:
        knocking = [Thread(target=knock, args=(door,)) for _ in range(16)]
        for one in knocking:
            one.start()
        with door.client() as watcher:
            assert watcher.get("/healthz").status_code == 200
        for one in knocking:
            one.join()
        with door.client() as client:
            assert door.sign_in(client, Role.OWNER).status_code == 200
    assert set(statuses) == {200, 503}
    assert again == {"1"}


def test_a_line_that_says_nothing_is_hung_up(door: Door) -> None:
    with door.line() as line:
        line.settimeout(5)
        assert line.recv(1) == b""
