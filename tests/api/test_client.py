"""How the built web client is served: its first page at any address of a page, its files for ever, no API."""

import gzip
from pathlib import Path

import httpx
import pytest
from anyio import run
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp

from ledgerflow.api.gates.client import Client

PAGE, SCRIPT = b"<!doctype html><title>books</title>", b"export const total = 42;" * 100
BEHIND = PlainTextResponse("behind", 404)


def asked(door: ASGIApp, path: str, method: str = "GET", **headers: str) -> httpx.Response:
    async def ask() -> httpx.Response:
        said = {name.replace("_", "-"): value for name, value in headers.items()}
        async with httpx.AsyncClient(transport=httpx.ASGITransport(door), base_url="http://127.0.0.1") as client:
            return await client.request(method, path, headers={"Accept-Encoding": "identity"} | said)

    return run(ask)


@pytest.fixture
def door(tmp_path: Path) -> Client:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_bytes(PAGE)
    (tmp_path / "assets" / "index-1a2b.js").write_bytes(SCRIPT)
    (tmp_path.parent / "secret.txt").write_text("beside it")
    return Client(BEHIND, tmp_path)


@pytest.mark.parametrize("path", ["/", "/invoices/3-14", "/apiary", "/../secret.txt", "/%2e%2e/secret.txt"])
def test_any_address_of_a_page_is_the_first_page(door: Client, path: str) -> None:
    answer = asked(door, path)
    assert (answer.status_code, answer.content) == (200, PAGE)
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "Cache-Control" not in answer.headers  # the gate of headers says no-cache: the next build is seen at once


@pytest.mark.parametrize("path", ["/api", "/api/nothing", "/healthz", "/assets/index-0000.js"])
def test_what_is_no_page_goes_on(door: Client, path: str) -> None:
    assert asked(door, path).text == "behind"


def test_only_who_asks_by_get_is_given_a_page(door: Client) -> None:
    assert asked(door, "/", "POST").text == "behind"
    assert asked(door, "/", "HEAD").status_code == 200


def test_a_hashed_file_is_kept_for_ever_and_packed(door: Client) -> None:
    answer = asked(door, "/assets/index-1a2b.js", Accept_Encoding="gzip, br")
    assert answer.content == SCRIPT
    assert answer.headers["Content-Encoding"] == "gzip"
    assert int(answer.headers["Content-Length"]) == len(gzip.compress(SCRIPT, 6, mtime=0))
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_who_has_it_is_sent_nothing(door: Client) -> None:
    tag = asked(door, "/").headers["ETag"]
    again = asked(door, "/", If_None_Match=tag)
    assert (again.status_code, again.content) == (304, b"")


def test_where_none_was_built_the_way_to_it_is_told(tmp_path: Path) -> None:
    answer = asked(Client(BEHIND, tmp_path), "/")
    assert answer.status_code == 404
    assert "make ui" in answer.text
    assert asked(Client(BEHIND, tmp_path), "/invoices").text == "behind"
