"""The health page: an operator sees the whole installation, a tenant what is theirs, and neither waits long for it."""

import socket
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.api.shops import Shop, comes_in, two_shops
from tests.store.neighbours import enter_jobs

from ledgerflow.api.house import now
from ledgerflow.identity.roles import INSTALLATION, Role
from ledgerflow.issuing.jobs import Job, JobStatus, Stage, Wish
from ledgerflow.store.opening import open_lobby

TRACE = "0123456789abcdef0123456789abcdef"
PAGE = "/api/admin/health"


@pytest.fixture
def shops(tmp_path: Path) -> Iterator[tuple[Shop, Shop]]:
    with two_shops(tmp_path, redis_url="redis://:hunter2@127.0.0.1:9") as both:
        yield both


def operator(shop: Shop) -> str:
    return comes_in(shop.house, INSTALLATION, Role.OPERATOR, "the operator")[1]


def a_job(id: str, status: JobStatus, **facts: Any) -> Job:
    """A batch as the books keep it."""
    at = now()
    job = Job(id, "", status, Stage.NONE, Wish.NONE, 1, 5, "g", None, 0, 1000, 0, 0, 0, "", "", TRACE, at, at, at)
    return replace(job, **facts)


def parts(page: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {part["name"]: part for part in page["parts"]}


def page(shop: Shop, token: str = "", lang: str = "en") -> Mapping[str, Any]:
    answer = shop.ask("GET", PAGE, token, params={"lang": lang})
    assert answer.status_code == 200, answer.text
    shown: Mapping[str, Any] = answer.json()
    return shown


@pytest.mark.requirement("FR-8.3")
def test_an_operator_sees_each_part_with_state_reason_and_age(shops: tuple[Shop, Shop]) -> None:
    asha, _ = shops
    token = operator(asha)
    shown = page(asha, token)
    found = parts(shown)
    assert shown["scope"] == "installation"
    assert found.keys() == {
        "database", "migrations", "clock", "workers", "keys", "configuration", "audit", "shelf", "redis", "fonts",
        "queue",
    }  # fmt: skip
    states = {name: part["state"] for name, part in found.items()}
    assert states == dict.fromkeys(states, "ok") | {"workers": "down", "redis": "degraded"}
    assert shown["state"] == "down"
    assert found["workers"]["code"] == "health.no_worker"
    assert "ledgerflow worker" in found["workers"]["advice"]
    assert all(part["age_seconds"] < 5 for part in found.values())
    since = found["workers"]["since"]
    time.sleep(2.1)
    again = parts(page(asha, token, "ar"))
    assert again["workers"]["since"] == since, "it is down since then"
    assert again["workers"]["looked_at"] > found["workers"]["looked_at"]
    assert again["workers"]["reason"] == "لا يعمل أي عامل."


@pytest.mark.requirement("FR-8.3")
def test_the_error_budget_rates_queue_and_last_errors_are_counted_from_the_books(shops: tuple[Shop, Shop]) -> None:
    asha, bina = shops
    old, at = now() - timedelta(days=31), now()
    bad = {"issued": 1000, "drawn": 998, "failed": 2, "last_error": "the page is torn"}
    enter_jobs(
        asha.ledger,
        a_job("good", JobStatus.SUCCEEDED, issued=1000, drawn=1000, created_at=at - timedelta(hours=3)),
        a_job("bad", JobStatus.PARTLY_FAILED, **bad),
        a_job("ancient", JobStatus.FAILED, failed=1000, created_at=old),
        a_job("waiting", JobStatus.QUEUED, started_at=None, ended_at=None, created_at=at - timedelta(seconds=400)),
    )
    enter_jobs(bina.ledger, a_job("hers", JobStatus.SUCCEEDED, issued=8000, drawn=8000, total=8000))
    own = page(asha)
    (budget,) = own["budgets"]
    assert (budget["attempted"], budget["failed"], budget["days"], budget["target"]) == (2000, 2, 30, 0.999)
    assert (budget["allowed"], budget["left"]) == (2.0, 0.0)
    assert own["rates"] == {
        "invoices": {"last_hour": 1000, "last_day": 2000},
        "batches": {"last_hour": 2, "last_day": 3},
    }
    assert (own["queue"]["queued"], own["queue"]["running"]) == (1, 0)
    assert 400 <= own["queue"]["oldest_seconds"] < 430
    assert parts(own)["queue"]["code"] == "health.queue_old"
    (error,) = own["errors"]
    assert error["trace_id"] == TRACE
    assert (error["batch"], error["reason"], error["failed"]) == ("bad", "the page is torn", 2)
    whole = page(asha, operator(asha))
    (budget,) = whole["budgets"]
    assert (budget["attempted"], budget["failed"], budget["left"]) == (10_000, 2, 0.8)
    (error,) = whole["errors"]
    assert (error["tenant"], error["batch"], error["trace_id"]) == ("asha", "bad", TRACE)
    assert error["reason"] == "", "an operator sees no tenant's books"


@pytest.mark.requirement("FR-8.3")
def test_a_tenant_sees_nothing_of_others_or_of_how_the_installation_is_built(shops: tuple[Shop, Shop]) -> None:
    asha, bina = shops
    enter_jobs(asha.ledger, a_job("secret", JobStatus.FAILED, failed=1000, last_error="a reason of Asha's"))
    page(asha)  # so that an answer to her is kept
    for role in (Role.OWNER, Role.ACCOUNTANT, Role.AUDITOR, Role.VIEWER):
        answer = bina.ask("GET", PAGE, bina.comes_in(role)[1])
        shown = answer.json()
        assert shown["scope"] == "tenant"
        assert (shown["errors"], shown["queue"]["queued"], shown["budgets"][0]["attempted"]) == ([], 0, 0)
        assert shown["budgets"][0]["left"] == 1.0
        for word in ("asha", "secret", "Asha", "redis", "127.0.0.1", "hunter2", "ledger.db", "LEDGERFLOW", "shelf/"):
            assert word not in answer.text
    assert "hunter2" not in bina.ask("GET", PAGE, operator(bina)).text


def test_who_is_read_every_second_is_not_asked_every_time(shops: tuple[Shop, Shop]) -> None:
    asha, _ = shops
    before = page(asha)
    enter_jobs(asha.ledger, a_job("new", JobStatus.FAILED, failed=1000))
    assert page(asha)["errors"] == before["errors"], "the answer of a moment ago is good enough"
    time.sleep(2.1)
    assert [error["batch"] for error in page(asha)["errors"]] == ["new"]


def test_a_part_that_gives_no_answer_is_not_waited_for(tmp_path: Path) -> None:
    """A scanner takes the line, and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        clamd = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        with two_shops(tmp_path, clamd_url=clamd) as (asha, _):
            token = operator(asha)
            begun = time.monotonic()
            found = parts(page(asha, token))["clamav"]
            assert time.monotonic() - begun < 4
            assert found["state"] in ("down", "degraded")
            begun = time.monotonic()
            page(asha, token)
            assert time.monotonic() - begun < 4


def test_on_postgresql_sums_over_all_tenants_are_the_same(postgresql_url: str) -> None:
    with open_lobby(postgresql_url) as lobby:
        for tenant, failed in (("asha", 3), ("bina", 4)):
            lobby.enter(tenant)
            job = a_job(f"of-{tenant}", JobStatus.PARTLY_FAILED, issued=1000, drawn=1000 - failed, failed=failed)
            waiting = a_job(f"w-{tenant}", JobStatus.QUEUED)
            enter_jobs(lobby.ledger(tenant), job, waiting)
        whole, since = lobby.workload, now() - timedelta(days=1)
        tally = whole.since(since)
        assert (tally.batches, tally.issued, tally.attempted, tally.failed) == (4, 2000, 2000, 7)
        assert whole.waiting().queued == 2
        troubles = whole.troubles(since, 10)
        assert {(one.tenant, one.batch, one.failed, one.reason) for one in troubles} == {
            ("asha", "of-asha", 3, ""),
            ("bina", "of-bina", 4, ""),
        }
        assert len(whole.troubles(since, 1)) == 1
        own = lobby.ledger("bina").workload
        assert (own.since(since).failed, own.waiting().queued) == (4, 1)
        assert [one.batch for one in own.troubles(since, 10)] == ["of-bina"]
