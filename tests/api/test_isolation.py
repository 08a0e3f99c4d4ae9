"""No route shows or changes what is another business's: it answers as if it never were, by the same road.

Goes through every operation of the OpenAPI document. What a new route needs is told in `live.py`, next to the tables.
"""

from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from tests.api.live import BODIES, LIVE, OPEN, SHARED, Ids, Live, set_up
from tests.api.shops import Shop, rows_of, statements, two_shops

from ledgerflow.api.app import ROUTERS

METHODS = {"get", "post", "put", "patch", "delete"}


def _operations(document: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {
        f"{method.upper()} {path}": operation
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    }


def _of_routers() -> dict[str, Mapping[str, Any]]:
    app = FastAPI()
    for router in ROUTERS:
        app.include_router(router)
    return _operations(app.openapi())


OPERATIONS = _of_routers()
GUARDED = {name for name, operation in OPERATIONS.items() if "security" in operation}
NAMING = sorted(name for name in GUARDED if "{" in name and name not in SHARED)
NAMELESS = sorted(name for name in GUARDED if "{" not in name)


@pytest.fixture(scope="module")
def shops(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Shop, Shop]]:
    with two_shops(tmp_path_factory.mktemp("isolation")) as both:
        set_up(both[0])
        yield both


@pytest.fixture(scope="module")
def shown_nowhere(shops: tuple[Shop, Shop]) -> list[str]:
    """What is in no answer to another: live identifiers of every kind, and the mark in all names."""
    asha, _ = shops
    ids = [id for live in LIVE.values() for id in live.ids(asha).values()]
    return [word for word in (*ids, asha.mark, asha.owner.id) if len(word) > 5]


def test_every_route_that_is_served_is_in_the_document_and_goes_through_these_tests(shops: tuple[Shop, Shop]) -> None:
    asha, _ = shops
    served = _operations(asha.ask("GET", "/api/openapi.json").json())
    assert served.keys() == OPERATIONS.keys()
    hidden = [route for router in ROUTERS for route in router.routes if not getattr(route, "include_in_schema", False)]
    assert hidden == []
    beside = {path for route in asha.door.app.routes if (path := getattr(route, "path", None) or "").startswith("/api")}
    assert beside == {"/api/openapi.json"}


def test_what_asks_for_no_token_is_known_and_has_its_reason() -> None:
    assert OPERATIONS.keys() - GUARDED == OPEN.keys()


def test_no_table_names_a_route_that_is_gone() -> None:
    assert (LIVE.keys() | BODIES.keys() | OPEN.keys() | SHARED.keys()) <= OPERATIONS.keys()


@pytest.mark.parametrize("name", NAMING)
@pytest.mark.requirement("FR-7.2")
def test_what_is_anothers_looks_like_what_never_was(shops: tuple[Shop, Shop], name: str) -> None:
    asha, bina = shops
    live = LIVE.get(name) or pytest.fail(f"{name} has identifiers, and no live row in tests/api/live.py")
    theirs = live.ids(asha)
    before = rows_of(asha)
    for another in _others(live, theirs, bina):
        never = {key: live.never.get(key, _never(id)) if id == theirs[key] else id for key, id in another.items()}
        road, answer = _asked(bina, name, live, another)
        usual, absent = _asked(bina, name, live, never)
        assert (absent.status_code, answer.status_code) == (404, 404)
        assert _told(answer) == _told(absent)
        assert road == usual, "the database is asked the same, whether it is another's or was never there"
    assert rows_of(asha) == before
    assert _asked(asha, name, live, theirs)[1].is_success, "to their owner they are live"


@pytest.mark.parametrize("name", NAMELESS)
def test_a_route_without_identifiers_shows_and_changes_nothing_of_anothers(
    shops: tuple[Shop, Shop], shown_nowhere: list[str], name: str
) -> None:
    asha, bina = shops
    before = rows_of(asha)
    method, _, path = name.partition(" ")
    if method != "GET":
        assert name in BODIES or method == "DELETE" or "requestBody" not in OPERATIONS[name], f"{name} needs a body"
    answer = bina.ask(method, path, **BODIES.get(name, {}))
    assert answer.status_code < 500
    shown = answer.text + repr(answer.headers)
    assert [word for word in shown_nowhere if word in shown] == []
    assert rows_of(asha) == before
    if method == "GET" and answer.status_code != 403:
        assert asha.ask(method, path).is_success


def _others(live: Live, theirs: Ids, bina: Shop) -> Iterator[Ids]:
    """All identifiers are another's; and where there are several, each alone among one's own."""
    yield theirs
    if len(theirs) > 1:
        own = live.ids(bina)
        yield from ({**own, key: id} for key, id in theirs.items() if own[key] != id)


def _never(id: str) -> str:
    """Of the same length and kind, and nobody's."""
    if id.isdecimal():
        return str(10 ** len(id) * 7 + 1)
    return sha256(id.encode()).hexdigest()[: len(id)].ljust(len(id), "0")


def _asked(shop: Shop, name: str, live: Live, ids: Ids) -> tuple[list[str], httpx.Response]:
    method, _, path = name.partition(" ")
    facts: dict[str, Any] = {"params": live.query} | ({} if live.json is None else {"json": live.json})
    with statements() as sent:
        answer = shop.ask(method, path.format(**ids), **facts)
    return sent, answer


def _told(answer: httpx.Response) -> object:
    """All but the name of the request in the log."""
    said = answer.json()
    assert said.pop("trace_id")
    return said, answer.headers["content-type"]
