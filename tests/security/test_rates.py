"""How often something may be tried."""

from pathlib import Path

import httpx
import pytest
from tests.security.door import PASSWORD, Door, address, free_port, opened, people_enter

from ledgerflow.api.gates.rates import OwnCounts
from ledgerflow.identity.roles import Role

WRONG = {"email": "nobody@ledgerflow.example", "password": "a guess"}


def guess(door: Door, **said: str) -> httpx.Response:
    return httpx.post(f"{door.url}/api/auth/sign-in", json=WRONG | said)


def require_sent_away(answer: httpx.Response) -> None:
    assert answer.status_code == 429
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
    assert answer.json()["type"] == "/problems/too-many"


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rates")
    people_enter(str(folder / "ledger.db"))
    return folder


def test_two_servers_count_together(books: Path, redis: str) -> None:
    settings = {"redis_url": redis, "sign_ins": "4", "sign_ins_from": "12", "refreshes": "3", "orders": "2"}
    with opened(books, settings=settings) as one, opened(books, settings=settings) as other:
        said = [guess(door).status_code for door in (one, other, one, other)]
        assert said == [401] * 4
        require_sent_away(guess(one))
        require_sent_away(guess(other))
        assert guess(other, email="another@ledgerflow.example").status_code == 401  # an address of its own
        right = {"email": address(Role.OWNER), "password": PASSWORD}
        admitted = guess(one, **right)
        assert admitted.status_code == 200
        for door in (one, other, one):
            assert httpx.post(f"{door.url}/api/auth/refresh").status_code == 401
        require_sent_away(httpx.post(f"{other.url}/api/auth/refresh"))
        bearer = {"Authorization": f"Bearer {admitted.json()['access_token']}"}
        order = {"config": {"business": {"establishments": [{"key": "shop", "strategy": "none"}]}, "count": 0}}
        answers = [httpx.post(f"{door.url}/api/batches", json=order, headers=bearer) for door in (one, other, one)]
        assert [answer.status_code for answer in answers] == [400, 400, 400]  # what is no order at all counts for none
        order["config"]["count"] = 1
        answers = [httpx.post(f"{door.url}/api/batches", json=order, headers=bearer) for door in (one, other, one)]
        assert 429 not in [answer.status_code for answer in answers[:2]]
        require_sent_away(answers[2])
        names = [guess(other, email=f"{number}@ledgerflow.example") for number in range(5)]
        require_sent_away(names[-1])  # one place may not try address after address


def test_without_redis_each_server_counts_alone(books: Path) -> None:
    settings = {"redis_url": f"redis://127.0.0.1:{free_port()}", "sign_ins": "2"}
    with opened(books, settings=settings) as door:
        assert [guess(door).status_code for _ in range(2)] == [401, 401]
        require_sent_away(guess(door))


def test_links_are_not_guessed(books: Path) -> None:
    with opened(books, settings={"sign_ins_from": "2"}) as door:
        said = {"secret": "x" * 43, "password": PASSWORD}
        answers = [httpx.post(f"{door.url}/api/auth/invitation", json=said) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [400, 400, 429]
        require_sent_away(answers[-1])


def test_sixty_seconds_never_hold_more_than_is_allowed() -> None:
    """Somebody tries twice a second: what gets through is no more in any minute, also where two of them meet."""
    counts, through = OwnCounts(), list[float]()
    for turn in range(2 * 300):
        at = 1000 + turn / 2
        if not counts.count(("sign-in", "asha"), 10, at):
            through.append(at)
    assert len(through) == 50, "in five minutes five times as many"
    for first in through:
        assert sum(first <= at < first + 60 for at in through) <= 10


def test_who_waits_as_long_as_he_was_told_gets_in() -> None:
    counts = OwnCounts()
    for at in (1.0, 2.0, 3.0):
        assert counts.count(("order", "asha"), 3, at) == 0
    assert counts.count(("order", "asha"), 3, 5.0) == 56
    assert counts.count(("order", "bina"), 3, 5.0) == 0, "another's count is another's"
    assert counts.count(("order", "asha"), 3, 60.0) == 1
    assert counts.count(("order", "asha"), 3, 61.0) == 0
    assert counts.count(("order", "asha"), 3, 61.0) == 1, "the next goes out a second later"
    assert counts.count(("order", "asha"), 3, 500.0) == 0
