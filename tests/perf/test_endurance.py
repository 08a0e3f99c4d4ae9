"""A thousand batches through one worker: its memory grows by a twentieth at most, and nothing else of it does."""

from pathlib import Path
from time import perf_counter

from benchmarks.measuring import record
from tests.worker.endurance import enduring

ROUNDS, WARM, BATCHES = 4, 50, 1_000
_LATE = (
    6,
    2,
    0,
    0,
    0,
)  # files and threads of pools, which begin when they are first needed: no more, after any batches


def test_a_worker_holds_no_more_after_a_thousand_batches(tmp_path: Path) -> None:
    with enduring(tmp_path) as worker:
        warm = []
        for _ in range(ROUNDS):
            worker.make(WARM)
            warm.append(worker.held())
        before = warm[-1]
        most = tuple(max(counts) for counts in zip(*(held.countable for held in warm), strict=True))
        start = perf_counter()
        worker.make(BATCHES)
        rate = BATCHES / (perf_counter() - start)
        after = worker.held()
        assert worker.made() == ROUNDS * WARM + BATCHES
    growth = 100 * (after.mib / before.mib - 1)
    detail = f"{before.mib:.0f} MiB to {after.mib:.0f}; files, threads, connections, processes, temporary files "
    detail += f"{most} to {after.countable}; {rate:.1f} batches/s"
    kept = all(now <= then + late for now, then, late in zip(after.countable, most, _LATE, strict=True))
    met = growth <= 5 and kept
    record("endurance_growth_percent", growth, "at most 5", met=met, detail=detail)
    assert kept, detail
    assert growth <= 5
