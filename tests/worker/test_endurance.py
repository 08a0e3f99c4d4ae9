"""A worker that makes batch after batch: it holds no more of the machine than before, and remembers no run for ever."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from dbos import DBOS
from tests.worker.endurance import enduring

from ledgerflow.store.opening import open_lobby
from ledgerflow.telemetry.log import open_log
from ledgerflow.worker.benches import Benches
from ledgerflow.worker.deeds import Site
from ledgerflow.worker.engine import JobEngine, Limits
from ledgerflow.worker.resilience import Circuits
from ledgerflow.worker.work import Patience, Work

WARM, BATCHES = 10, 15
_POOL = 6  # files that the connections of pools hold, which fill when they are first needed
_LANES = 2  # threads of the engine's pool, which begin when so much is done at once for the first time


@pytest.mark.requirement("FR-10.7")
def test_a_worker_holds_no_more_after_fifteen_batches(tmp_path: Path) -> None:
    with enduring(tmp_path) as worker:
        worker.make(WARM)
        before = worker.held()
        worker.make(BATCHES)
        after = worker.held()
        assert worker.made() == WARM + BATCHES
    assert after.countable[2:] == before.countable[2:]
    assert after.files <= before.files + _POOL
    assert after.threads <= before.threads + _LANES
    assert after.mib <= before.mib * 1.05
    assert not list(worker.folder.iterdir())
    assert forgotten(tmp_path, ago=timedelta(days=1)) == 0
    assert forgotten(tmp_path, ago=timedelta()) == WARM + BATCHES
    assert forgotten(tmp_path, ago=timedelta()) == 0


def forgotten(home: Path, ago: timedelta) -> int:
    """How many runs the engine forgets of those that ended so long ago."""
    database = str(home / "ledger.db")
    with open_lobby(database, "") as lobby:
        site = Site(database, "", str(home / "shelf"), "default", str(home))
        work = Work(
            lobby.ledger, lambda _: site, (Benches(1), Benches(1)), Circuits(4), Patience(), open_log(worker="x")
        )
        engine = JobEngine(work, f"sqlite:///{database}-jobs", "x")
        engine.launch((), Limits())
        try:
            return engine.forget(datetime.now(UTC) - ago)  # noqa: TID251 - a worker reads the clock
        finally:
            DBOS.destroy(destroy_registry=True)
