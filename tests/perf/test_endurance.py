"""A thousand batches through one worker: its memory grows by a twentieth at most, and nothing else of it does."""

from pathlib import Path
from time import perf_counter

from benchmarks.measuring import record
from tests.worker.endurance import enduring

WARM, BATCHES = 100, 1_000


def test_a_worker_holds_no_more_after_a_thousand_batches(tmp_path: Path) -> None:
    with enduring(tmp_path) as worker:
        worker.make(WARM)
        before = worker.held()
        start = perf_counter()
        worker.make(BATCHES)
        rate = BATCHES / (perf_counter() - start)
        after = worker.held()
        assert worker.made() == WARM + BATCHES
    growth = 100 * (after.mib / before.mib - 1)
    detail = f"{before.mib:.0f} MiB to {after.mib:.0f}; files, threads, connections, processes, temporary files "
    detail += f"{before.countable} to {after.countable}; {rate:.1f} batches/s"
    met = growth <= 5 and after.countable == before.countable
    record("endurance_growth_percent", growth, "at most 5", met=met, detail=detail)
    assert after.countable == before.countable
    assert growth <= 5
