"""Batches of several tenants at one worker: shares, order, bounds, and what their owners wish meanwhile."""

import json
import os
import subprocess
import time
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import pytest
from tests.faults.crews import COMMAND, PLAIN, ROOT, Crew, made_directly, missing_numbers, run
from tests.servers import user_of

from ledgerflow.store.opening import open_ledger

BOUND = 2
SOME, MANY = 120, 800
SEVERAL_STEPS = 3000  # invoices, of which a thousand are entered at a time


def wait_until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.requirement("FR-9.11")
def test_ten_invoices_of_one_tenant_do_not_wait_for_the_many_of_another(
    tmp_path: Path, hire_crew: Callable[..., Crew]
) -> None:
    crew = hire_crew(str(tmp_path / "ledger.db"))
    many = crew.order(MANY, tenant="large")
    crew.start()
    wait_until(lambda: crew.show(many, "large").drawn > 0)
    few = crew.order(10, tenant="small")
    assert crew.wait(few, "small") == "succeeded"
    assert crew.show(many, "large").drawn < MANY
    crew.cancel(many, "large")
    assert crew.wait(many, "large") == "cancelled"


@pytest.mark.requirement("FR-9.11")
def test_of_those_that_wait_the_one_of_the_first_priority_goes_first(
    tmp_path: Path, hire_crew: Callable[..., Crew]
) -> None:
    crew = hire_crew(str(tmp_path / "ledger.db"), settings={"LEDGERFLOW_RUNNING_BATCHES": "1"})
    late, usual, first = (crew.order(5, PLAIN, priority=priority) for priority in (9, 5, 1))
    crew.start()
    for id in (late, usual, first):
        assert crew.wait(id) == "succeeded"
    began = {id: crew.show(id).started_at for id in (late, usual, first)}
    assert sorted(began, key=lambda id: str(began[id])) == [first, usual, late]


@pytest.mark.requirement("FR-9.13")
def test_at_three_times_the_bound_every_accepted_batch_ends_and_every_other_is_refused_at_once(
    postgresql_url: str, hire_crew: Callable[..., Crew]
) -> None:
    crew = hire_crew(postgresql_url, settings={"LEDGERFLOW_OPEN_BATCHES": str(BOUND)})
    with open_ledger(postgresql_url):
        pass  # the tables are there

    def order(number: int) -> subprocess.CompletedProcess[str]:
        command = [*COMMAND, "batch", "create"]
        words = ["examples/demo.yaml", "--catalogue", "examples/catalogue.xlsx", "--count", "5", "--json"]
        words += ["--seed", str(number), "--format", "json"]
        surroundings = {**os.environ, **crew.surroundings}
        return subprocess.run(
            [*command, *words], cwd=ROOT, env=surroundings, capture_output=True, text=True, check=False
        )

    with ThreadPoolExecutor(3 * BOUND) as pool:
        orders = list(pool.map(order, range(3 * BOUND)))
    accepted = [json.loads(one.stdout)["id"] for one in orders if one.returncode == 0]
    refused = [json.loads(one.stdout) for one in orders if one.returncode == 75]
    assert (len(accepted), len(refused)) == (BOUND, 2 * BOUND)
    assert all(one["error"] == "too_many_batches" and one["retry_after"] > 0 for one in refused)
    crew.start()
    assert {crew.wait(id) for id in accepted} == {"succeeded"}


@pytest.mark.requirement("FR-9.9", "FR-9.14")
def test_a_batch_that_paused_goes_on_where_it_stopped(tmp_path: Path, hire_crew: Callable[..., Crew]) -> None:
    crew = hire_crew(str(tmp_path / "ledger.db"))
    id = crew.order(SOME)
    crew.start()
    wait_until(lambda: crew.show(id).drawn > 0)
    crew.pause(id)
    assert crew.wait(id) == "paused"
    paused = crew.show(id)
    assert 0 < paused.drawn < SOME
    assert crew.stop() == [0]
    crew.start()
    time.sleep(1)
    assert crew.show(id) == paused, "what pauses stays as it is"
    crew.resume(id)
    assert crew.wait(id) == "succeeded"
    assert crew.archive(id) == made_directly(SOME)


@pytest.mark.requirement("FR-9.5", "FR-9.9")
def test_a_batch_that_is_cancelled_while_it_issues_leaves_no_number_unexplained(
    postgresql_url: str, hire_crew: Callable[..., Crew]
) -> None:
    crew = hire_crew(postgresql_url)
    id = crew.order(SEVERAL_STEPS, ("json",))
    crew.start()
    wait_until(lambda: crew.show(id).batch is not None)
    crew.cancel(id)
    assert crew.wait(id) == "cancelled"
    with open_ledger(postgresql_url) as ledger:
        issued = len(list(ledger.invoices()))
        assert issued == ledger.jobs.find(id).issued
        assert missing_numbers(ledger) == []
        assert issued + len(ledger.void_numbers()) == SEVERAL_STEPS
        assert {one.reason for one in ledger.void_numbers()} <= {"The batch was cancelled before it was used"}


@pytest.mark.requirement("FR-9.16")
def test_one_trace_runs_from_the_order_to_rows_and_log_and_is_in_no_page(
    tmp_path: Path, hire_crew: Callable[..., Crew]
) -> None:
    trace = "0af7651916cd43dd8448eb211c80319c"
    crew = hire_crew(str(tmp_path / "ledger.db"))
    words = ("examples/demo.yaml", "--catalogue", "examples/catalogue.xlsx", "--count", "5", "--trace-id", trace)
    id = run("batch", "create", *words, surroundings=crew.surroundings)
    crew.start()
    assert crew.wait(id) == "succeeded"
    shown = json.loads(run("batch", "show", id, "--json", surroundings=crew.surroundings))
    assert shown["trace_id"] == trace
    assert {line["trace_id"] for line in crew.log()} == {trace}
    rows = run("invoices", "--json", surroundings=crew.surroundings)
    assert len(json.loads(rows)) == 5
    with zipfile.ZipFile(BytesIO(crew.archive(id))) as archive:
        assert not any(trace.encode() in archive.read(name) for name in archive.namelist())


@pytest.mark.requirement("FR-7.2")
def test_a_worker_whose_user_owns_nothing_works_where_the_owner_made_the_tables(
    postgresql_url: str, hire_crew: Callable[..., Crew]
) -> None:
    run("db", "upgrade", surroundings=hire_crew(postgresql_url).surroundings)
    with user_of(postgresql_url) as url:
        crew = hire_crew(url)
        id = crew.order(5, ("json",))
        crew.start()
        assert crew.wait(id) == "succeeded"
        assert crew.stop() == [0]


def test_a_worker_whose_user_may_make_no_tables_says_so(postgresql_url: str, hire_crew: Callable[..., Crew]) -> None:
    with open_ledger(postgresql_url):
        pass  # the books are there, and the engine's tables are not
    with user_of(postgresql_url) as url:
        crew = hire_crew(url)
        crew.start()
        assert crew.workers[0].wait(timeout=60) == 2
        said = (crew.folder / "workers.log").read_text("utf-8")
        assert "permission denied" in said
        assert "`ledgerflow db upgrade`" in said
