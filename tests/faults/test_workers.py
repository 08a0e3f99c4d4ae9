"""Workers that are killed, stopped and starved: every batch ends, with each invoice once and the same archive."""

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from tests.faults.clusters import running_cluster
from tests.faults.conftest import LONG
from tests.faults.crews import Crew, made_directly, missing_numbers
from tests.faults.test_full_disks import small_disk

from ledgerflow.store.ledger import DatabaseLedger

INVOICES, WORKERS, KILLS = (2000, 3, 20) if LONG else (120, 2, 2)
SOME, FEW = (150, 60) if LONG else (120, 70)  # three chunks, and two
SEED = 20260401
Sound = Callable[[DatabaseLedger], None]


def require_done(crew: Crew, id: str, count: int, sound: Sound) -> None:
    """Everything once, no number lost, and the bytes that one process makes."""
    shown = crew.show(id)
    assert (shown.status, shown.issued, shown.drawn, shown.failed) == ("succeeded", count, count, 0)
    with crew.ledger() as ledger:
        assert [invoice.position for invoice in ledger.invoices()] == list(range(count))
        assert missing_numbers(ledger) == []
        assert list(ledger.void_numbers()) == []
        sound(ledger)
    assert crew.archive(id) == made_directly(count)


@pytest.mark.requirement("FR-9.7", "FR-9.14")
def test_workers_killed_at_random_moments_lose_and_double_nothing(
    postgresql_url: str, hire_crew: Callable[..., Crew], require_sound: Sound
) -> None:
    """The last of them after 80 % of the work."""
    dice = np.random.Generator(np.random.Philox(SEED))
    moments = [*sorted(dice.uniform(0.0, 0.92, KILLS - 1)), 0.92]
    crew = hire_crew(postgresql_url)
    id = crew.order(INVOICES)
    crew.start(WORKERS)
    killed = time.monotonic()

    def strike(drawn: int) -> None:
        nonlocal killed
        if moments and drawn >= moments[0] * INVOICES:
            moments.pop(0)
            crew.kill(int(dice.integers(WORKERS)))
            crew.start()
            killed = time.monotonic()

    assert crew.watch(id, strike, seconds=900) == "succeeded"
    print(f"\n{INVOICES} invoices, {KILLS} kills: done {time.monotonic() - killed:.1f} s after the last")
    assert not moments
    require_done(crew, id, INVOICES, require_sound)


@pytest.mark.requirement("FR-9.7")
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_all_killed_at_once_and_started_again_end_what_they_began(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path, hire_crew: Callable[..., Crew], require_sound: Sound
) -> None:
    is_server = kind == "postgresql"
    crew = hire_crew(request.getfixturevalue("postgresql_url") if is_server else str(tmp_path / "ledger.db"))
    id = crew.order(FEW)
    crew.start(2 if is_server else 1)
    struck = False

    def strike(drawn: int) -> None:
        nonlocal struck
        if drawn and not struck:
            struck = True
            while crew.workers:
                crew.kill(0)
            crew.start(2 if is_server else 1)

    assert crew.watch(id, strike) == "succeeded"
    assert struck
    require_done(crew, id, FEW, require_sound)


@pytest.mark.requirement("FR-9.8")
def test_a_server_started_anew_in_the_midst_of_a_batch_is_waited_for(
    hire_crew: Callable[..., Crew], require_sound: Sound
) -> None:
    with running_cluster() as cluster:
        crew = hire_crew(cluster.url)
        id = crew.order(FEW)
        crew.start(2)
        with crew.ledger() as ledger:
            while not ledger.jobs.find(id).drawn:
                time.sleep(0.05)
        cluster.stop("fast")
        time.sleep(1)
        cluster.start()
        assert crew.wait(id) == "succeeded"
        require_done(crew, id, FEW, require_sound)
        crew.stop()


@pytest.mark.requirement("FR-9.1", "FR-9.2", "FR-9.4", "FR-9.5")
def test_a_template_that_fails_for_three_fails_those_alone_and_a_retry_draws_them(
    postgresql_url: str, hire_crew: Callable[..., Crew], require_sound: Sound
) -> None:
    crew = hire_crew(postgresql_url, strange="raise 3 52 59")
    id = crew.order(FEW, ("strange", "csv"))
    crew.start()
    assert crew.wait(id) == "partly failed"
    shown = crew.show(id)
    assert (shown.issued, shown.failed, shown.drawn) == (FEW, 3, FEW - 3)
    assert "the template is broken here" in shown.last_error
    failures = crew.failures(id)
    assert [(one.position, one.attempts) for one in failures] == [(3, 3), (52, 3), (59, 3)]
    assert {one.trace_id for one in failures} == {shown.trace_id}
    assert all("the template is broken here" in one.reason for one in failures)
    assert crew.stop() == [0]
    crew.strange = ""
    crew.start()
    with crew.ledger() as ledger:
        parts = {part for chunk in ledger.jobs.chunks(id) for part in chunk.parts}
        crew.retry(id)
        assert crew.wait(id) == "succeeded"
        new = {part for chunk in ledger.jobs.chunks(id) for part in chunk.parts} - parts
        assert sorted((part.first, part.last) for part in new) == [(3, 3), (52, 52), (59, 59)]
        assert list(ledger.void_numbers()) == []
        require_sound(ledger)
    assert crew.failures(id) == []
    crew.archive(id)


@pytest.mark.requirement("FR-9.6")
def test_one_that_ends_its_process_and_one_that_hangs_fail_alone(
    postgresql_url: str, hire_crew: Callable[..., Crew], require_sound: Sound
) -> None:
    crew = hire_crew(postgresql_url, strange="crash 3, hang 8", options=("--page-seconds", "6"))
    id = crew.order(12, ("strange",))
    crew.start()
    assert crew.wait(id) == "partly failed"
    shown, (crashed, hung) = crew.show(id), crew.failures(id)
    assert (shown.issued, shown.drawn, shown.failed) == (12, 10, 2)
    assert ((crashed.position, crashed.attempts), (hung.position, hung.attempts)) == ((3, 3), (8, 3))
    assert "SIGSEGV" in crashed.reason
    assert "for 6 s" in hung.reason
    with crew.ledger() as ledger:
        assert len(list(ledger.invoices())) == 12
        require_sound(ledger)


@pytest.mark.requirement("FR-9.8")
def test_a_full_disk_fails_the_packing_and_a_retry_with_room_ends_it(
    postgresql_url: str, hire_crew: Callable[..., Crew], require_sound: Sound
) -> None:
    with small_disk() as disk:
        crew = hire_crew(postgresql_url, settings={"LEDGERFLOW_SHELF_URL": str(disk.folder / "shelf")})
        id = crew.order(FEW)
        crew.start()
        with crew.ledger() as ledger:
            while ledger.jobs.find(id).drawn < 50:
                time.sleep(0.02)
            disk.leave(3_000_000)
            assert crew.wait(id) in ("failed", "partly failed")
            assert "Make room" in crew.show(id).last_error
            disk.make_room()
            crew.retry(id)
            assert crew.wait(id) == "succeeded"
        require_done(crew, id, FEW, require_sound)
        crew.stop()


@pytest.mark.requirement("FR-9.10")
def test_a_polite_stop_ends_what_is_in_hand_and_another_goes_on(
    postgresql_url: str, hire_crew: Callable[..., Crew], require_sound: Sound
) -> None:
    crew = hire_crew(postgresql_url)
    id = crew.order(SOME)
    crew.start()
    with crew.ledger() as ledger:
        while not ledger.jobs.find(id).drawn:
            time.sleep(0.05)
        began = time.monotonic()
        assert crew.stop() == [0]
        assert time.monotonic() - began < 25, "the grace"
        assert not any(chunk.begun for chunk in ledger.jobs.chunks(id)), "nothing was left in the midst of it"
    crew.start()
    assert crew.wait(id) == "succeeded"
    require_done(crew, id, SOME, require_sound)
