"""worker: what it says when it will not begin. What it does when it works stands in tests/worker and tests/faults."""

from pathlib import Path

from tests.cli.conftest import Run

from ledgerflow.store.pulse import FilePulse


def test_an_sqlite_ledger_has_one_worker_and_a_second_is_told_so(run: Run, tmp_path: Path) -> None:
    url = str(tmp_path / "ledger.db")
    first = FilePulse(url, "the first worker")
    try:
        refused = run("worker", "--database", url)
    finally:
        first.stop()
    assert (refused.status, refused.out) == (2, "")
    assert f"Another worker is at work on the ledger {url}." in refused.err
    assert "--concurrency" in refused.err


def test_a_queue_that_is_not_there_is_refused_with_those_there_are(run: Run, tmp_path: Path) -> None:
    url = tmp_path / "ledger.db"
    for queues, said in (("nonsense", "There is no queue 'nonsense'."), (" ,", "No queue is named.")):
        refused = run("worker", "--queues", queues, "--database", url)
        assert (refused.status, refused.out) == (2, "")
        assert said in refused.err
        assert "Choose from batches, pages." in refused.err
    assert not url.exists()
