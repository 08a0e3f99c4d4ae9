"""The pieces of a job as a worker does them, without the engine that hands them out."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.faults.crews import PLAIN, Crew

from ledgerflow.issuing.jobs import JobStatus
from ledgerflow.store.opening import open_lobby
from ledgerflow.telemetry.log import open_log
from ledgerflow.worker.benches import Benches
from ledgerflow.worker.deeds import Site
from ledgerflow.worker.resilience import Circuits
from ledgerflow.worker.work import Ended, Patience, Work

TENANT = "default"


@contextmanager
def working(crew: Crew) -> Iterator[Work]:
    """Who does pieces of the crew's jobs, all at one bench."""
    benches = Benches(1)
    site = Site(crew.url, "", crew.shelf, TENANT, str(crew.folder))
    try:
        with open_lobby(crew.url, "") as lobby:
            yield Work(
                lobby.ledger, lambda _: site, (benches, benches), Circuits(4), Patience(), open_log(worker="clerk")
            )
    finally:
        benches.close(0)


def test_a_batch_without_pages_whose_packing_failed_succeeds_when_it_is_retried(tmp_path: Path) -> None:
    crew = Crew(str(tmp_path / "ledger.db"), tmp_path)
    shelf = Path(crew.shelf)
    shelf.write_text("a file, where a folder should be")
    id = crew.order(5, PLAIN)
    with working(crew) as work:
        assert work.issue(TENANT, id, 1).chunks == ()
        assert work.pack(TENANT, id, 1, ()) is Ended.FAILED
        failed = crew.show(id)
        assert (failed.status, failed.issued, failed.drawn, failed.failed) == (JobStatus.FAILED, 5, 5, 0)
        assert str(shelf) in failed.last_error
        shelf.unlink()
        crew.retry(id)
        assert work.issue(TENANT, id, 2).ended is Ended.DONE
        assert work.pack(TENANT, id, 2, ()) is Ended.DONE
    done = crew.show(id)
    assert (done.status, done.run, done.issued, done.failed, done.last_error) == (JobStatus.SUCCEEDED, 2, 5, 0, "")
    assert crew.archive(id)
