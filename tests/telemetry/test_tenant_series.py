"""What a tenant is told of itself: counted from its books, and nothing of another, whatever is asked and however."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from benchmarks.servers import database
from tests.api.live import a_batch, a_queued_batch, a_spoilt_batch, set_up
from tests.api.shops import Shop, comes_in, two_shops
from tests.store.neighbours import enter_jobs, job
from tests.telemetry.series import Scrape

from ledgerflow.api.house import now
from ledgerflow.api.tenant_series import as_text, families
from ledgerflow.identity.roles import INSTALLATION, OF_TENANT, Role
from ledgerflow.issuing.jobs import JobStatus
from ledgerflow.store.opening import open_ledger
from ledgerflow.telemetry.kept import KeptBy

TOKEN = "a-token-of-some-length"
AT = datetime(2026, 11, 1, tzinfo=UTC)
PATH = "/api/tenant/metrics"
TENANT = re.compile(r'tenant="((?:[^"\\]|\\.)*)"')


@pytest.fixture(scope="module")
def shops(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Shop, Shop]]:
    """Asha has made batches, and one of hers is spoilt; Bina has ordered one, which waits."""
    with two_shops(tmp_path_factory.mktemp("series"), scrape_token=TOKEN) as (asha, bina):
        set_up(asha)
        a_batch(asha)
        a_spoilt_batch(asha)
        a_queued_batch(bina)
        yield asha, bina


def told(shop: Shop) -> Scrape:
    answer = shop.ask("GET", PATH)
    assert answer.status_code == 200, answer.text
    return Scrape(answer.text)


def test_a_tenant_is_told_what_is_in_its_books(shops: tuple[Shop, Shop]) -> None:
    asha, bina = shops
    own = told(asha)
    kinds = asha.ledger.figures.kinds()
    assert sum(kinds.values()) == 4
    for kind, count in kinds.items():
        assert own.value("invoices_generated_total", tenant="asha", type=kind, status="issued") == count
    assert own.value("pdf_failures_total", tenant="asha", type="pdf", status="final") == 1
    assert own.value("batches", tenant="asha", status="succeeded") == 1
    assert own.value("batches", tenant="asha", status="partly_failed") == 1
    assert own.total("batch_duration_seconds_count") == 2
    assert own.total("queue_depth") == 0
    waiting = told(bina)
    assert waiting.total("invoices_generated_total") == 0
    assert waiting.value("queue_depth", tenant="bina", type="batches", status="queued") == 1
    assert waiting.value("queue_oldest_age_seconds", tenant="bina", type="batches") > 0


def test_as_json_the_same_is_told(shops: tuple[Shop, Shop]) -> None:
    asha, _ = shops
    headers = {"Authorization": f"Bearer {asha.bearer['token']}", "Accept": "application/json"}
    answer = asha.door.request("GET", PATH, headers=headers)
    assert answer.headers["content-type"] == "application/json"
    said = answer.json()
    assert said["tenant"] == "asha"
    samples = [one for family in said["items"] for one in family["samples"]]
    text = told(asha).samples
    labels = [(one["name"], frozenset({**one["labels"], "tenant": "asha"}.items()), one["value"]) for one in samples]
    steady = [one for one in labels if not one[0].startswith("queue_oldest")]
    assert len(labels) == len(text)
    assert all(text[name, have] == value for name, have, value in steady)


ELSEWHERE: Mapping[str, Mapping[str, Mapping[str, str]]] = {
    "a parameter": {"params": {"tenant": "asha", "match[]": '{tenant="asha"}', "name[]": "batches", "id": "asha"}},
    "a cookie": {"headers": {"Cookie": "tenant=asha; ledgerflow_refresh=asha/1.1.1.1"}},
    "a header": {"headers": {"X-Tenant": "asha", "X-Forwarded-User": "asha", "X-Scope-OrgID": "asha"}},
}


@pytest.mark.requirement("FR-7.3")
@pytest.mark.parametrize("way", ELSEWHERE)
def test_whatever_else_is_said_the_tenant_is_that_of_the_token(shops: tuple[Shop, Shop], way: str) -> None:
    asha, bina = shops
    facts = dict(ELSEWHERE[way])
    headers = {"Authorization": f"Bearer {bina.bearer['token']}", **facts.pop("headers", {})}
    answer = bina.door.request("GET", PATH, headers=headers, **facts)
    assert answer.status_code == 200
    assert set(TENANT.findall(answer.text)) == {"bina"}
    assert Scrape(answer.text).total("invoices_generated_total") == 0
    assert asha.mark not in answer.text


@pytest.mark.requirement("FR-7.3")
def test_there_is_no_road_to_anothers_series(shops: tuple[Shop, Shop]) -> None:
    asha, bina = shops
    for path in (f"{PATH}/asha", "/api/tenant/asha/metrics", "/api/tenants/asha/metrics", "/metrics/asha"):
        assert bina.ask("GET", path).status_code == 404, path
    for role in OF_TENANT:
        _, token = bina.comes_in(role)
        assert set(TENANT.findall(bina.ask("GET", PATH, token).text)) == {"bina"}
        refused = bina.ask("GET", "/metrics", token)
        assert refused.status_code == 403
        assert "_total" not in refused.text
    _, operator = comes_in(bina.house, INSTALLATION, Role.OPERATOR, "operator")
    assert bina.ask("GET", PATH, operator).status_code == 403, "an operator sees no tenant's"
    assert bina.ask("GET", PATH, TOKEN).status_code == 401, "nor whoever scrapes"
    for token in (operator, TOKEN):
        every = bina.ask("GET", "/metrics", token)
        assert every.status_code == 200
        assert not TENANT.search(every.text)
        assert not [word for word in ("asha", "bina", asha.mark, bina.mark) if word in every.text]


def test_what_is_kept_for_one_is_not_told_to_another(shops: tuple[Shop, Shop]) -> None:
    asha, bina = shops
    answers = [(shop.tenant, shop.ask("GET", PATH).text) for _ in range(3) for shop in (asha, bina)]
    assert all(set(TENANT.findall(text)) == {tenant} for tenant, text in answers)


def test_of_ever_so_many_names_only_the_latest_are_kept() -> None:
    kept = KeptBy[str]()
    for place in range(1500):
        assert kept.get(str(place), partial("of {}".format, place)) == f"of {place}"
    assert len(kept._known) == 1000


@pytest.mark.requirement("FR-7.3")
def test_a_name_cannot_break_out_of_its_label(shops: tuple[Shop, Shop]) -> None:
    asha, _ = shops
    name = 'x"} 1\nbatches{tenant="asha",status="queued"} 99\n# \\'
    asha.house.lobby.enter(name)
    text = as_text(name, families(asha.house.ledger(name), now())).decode()
    samples = Scrape(text).samples
    assert {dict(labels)["tenant"] for _, labels in samples} == {name}
    assert len(samples) == len([line for line in text.splitlines() if not line.startswith("#")])
    assert 99 not in samples.values()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield str(tmp_path / "ledger.db")
        return
    with database(request.getfixturevalue("postgresql")) as made:
        yield made


def test_batches_are_added_up_alike_by_both_databases(url: str) -> None:
    ends = {"quick": (50, 1.5), "slow": (100, 45.25), "large": (5000, 45.0), "huge": (20_000, 4000.0)}
    with open_ledger(url, "asha") as ledger, open_ledger(url, "bina") as other:
        for id, (total, seconds) in ends.items():
            status = JobStatus.FAILED if id == "huge" else JobStatus.SUCCEEDED
            ended = AT + timedelta(seconds=seconds)
            one = job(id, status=status, created_at=AT, ended_at=ended, total=total, issued=total // 2)
            enter_jobs(ledger, one)
        enter_jobs(ledger, replace(job("again", status=JobStatus.QUEUED, created_at=AT), run=2))
        enter_jobs(other, job("theirs", status=JobStatus.QUEUED, created_at=AT))
        tally = ledger.figures.batches((2, 60))
        assert ledger.figures.kinds() == {}
        waits = other.figures.batches((2, 60)).queue
    found = {(one.size, one.status.value): one for one in tally.durations}
    small = found["to_100", "succeeded"]
    assert (small.count, small.within) == (2, (1, 2))
    assert small.together.total_seconds() == pytest.approx(46.75, abs=0.01)
    assert found["to_10000", "succeeded"].within == (0, 1)
    assert (found["more", "failed"].count, found["more", "failed"].within) == (1, (0, 0))
    assert tally.unissued == 10_000
    assert (tally.queue.queued, tally.queue.oldest) == (1, None), "since when it waits again, nobody wrote down"
    assert (waits.queued, waits.running, waits.oldest) == (1, 0, AT)
