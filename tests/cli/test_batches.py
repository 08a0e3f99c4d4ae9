"""batch create, show, list, failures, watch, export, pause, resume, retry, cancel: what who orders a batch meets.

Where a finished batch is needed, the deeds of a worker are done here, one after the other.
"""

import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.cli.conftest import EXAMPLES, Outcome, Run
from tests.faults.clusters import Cluster, running_cluster

from ledgerflow.assembly import Application, shelf_address
from ledgerflow.cli import batches
from ledgerflow.issuing import commissioning
from ledgerflow.issuing.batch import generation_id
from ledgerflow.issuing.commission import commissioned
from ledgerflow.issuing.delivering import Packing, finish_job, halt_job, pack_job
from ledgerflow.issuing.drawing import Place, Spread, begin_chunk, draw, enter_drawn, lacking
from ledgerflow.issuing.entering import Issuing, begin_run, issue_job
from ledgerflow.issuing.jobs import Chunk, Failure, Job
from ledgerflow.store.ledger import DatabaseLedger
from ledgerflow.store.opening import open_ledger
from ledgerflow.store.shelf import open_shelf

PROGRAM = "import sys; from ledgerflow.cli import main; main(sys.argv[1:])"
INPUTS = (EXAMPLES / "demo.yaml", "--catalogue", EXAMPLES / "catalogue.xlsx")
PLAIN = ("--count", "12", "--format", "json,csv")
PAGES = ("--count", "6", "--format", "pdf,csv")
NOW = datetime.now(UTC)  # noqa: TID251 - a door reads the clock, and so must who stands before it
TRACE = "0123456789abcdef0123456789abcdef"
TOLD = {
    *("id", "status", "stage", "total", "issued", "drawn", "failed", "last_error", "run", "priority", "batch"),
    *("generation_id", "trace_id", "created_at", "started_at", "ended_at", "archive"),
}


@dataclass(frozen=True)
class Desk:
    """Somebody who orders batches of one ledger by commands, and the worker who makes them."""

    run: Run
    url: str
    folder: Path

    def say(self, deed: str, *words: str | Path) -> Outcome:
        return self.run("batch", deed, *words, "--database", self.url)

    def order(self, *words: str) -> str:
        outcome = self.say("create", *INPUTS, *words)
        assert outcome.status == 0, outcome.err
        return outcome.out.strip()

    def shown(self, id: str) -> dict[str, object]:
        answer: dict[str, object] = json.loads(self.say("show", id, "--json").out)
        return answer

    def make(self, id: str, spoilt: Sequence[int] = ()) -> Job:
        """Does what a worker does; the pages of the spoilt positions cannot be drawn."""
        with open_ledger(self.url) as ledger:
            return _Worker(ledger, id, self).make(spoilt)

    def begin(self, id: str) -> None:
        with open_ledger(self.url) as ledger:
            begin_run(ledger, id, ledger.jobs.find(id).run, NOW)

    def hear(self, id: str) -> None:
        """The worker hears what was wished."""
        with open_ledger(self.url) as ledger:
            halt_job(ledger, id, ledger.jobs.find(id).run, at=NOW, actor="worker")


class _Nobody:
    def at(self, position: int) -> None:
        """Is told, and does nothing."""


class _Worker:
    def __init__(self, ledger: DatabaseLedger, id: str, desk: Desk) -> None:
        self._ledger = ledger
        self._id = id
        self._application = Application()
        self._commission = commissioned(ledger, id)
        self._formats = [self._application.format(code) for code in self._commission.formats]
        self._codes = [code for code in self._commission.formats if code == "pdf"]
        self._shelf = open_shelf(shelf_address("", desk.url))
        self._desk = desk.folder / f"desk-{time.monotonic_ns()}"
        self._desk.mkdir()
        self._place = Place(self._desk, f"default/{id}")

    def make(self, spoilt: Sequence[int]) -> Job:
        run = self._ledger.jobs.find(self._id).run
        begin_run(self._ledger, self._id, run, NOW)
        work = Issuing(self._id, run, self._commission, NOW, "worker")
        identity = generation_id(self._commission.config, self._commission.catalogue)
        drawn = bool(self._codes)
        issue_job(work, self._application.laws, self._ledger, identity, drawn=drawn, progress=_in_silence)
        for chunk in self._ledger.jobs.chunks(self._id):
            self._draw(begin_chunk(self._ledger, self._id, run, chunk.number), spoilt)
        job = self._ledger.jobs.find(self._id)
        packing = Packing(job, self._commission, self._application.laws, self._formats, (), self._shelf, self._place)
        archive = pack_job(packing, self._ledger, at=NOW, actor="worker", progress=_in_silence)
        return finish_job(self._ledger, self._id, run, archive=archive, at=NOW, actor="worker")

    def _draw(self, chunk: Chunk, spoilt: Sequence[int]) -> None:
        wanted = [
            Spread(spread.format, place, place)
            for spread in lacking(chunk, self._codes)
            for place in range(spread.first, spread.last + 1)
            if place not in spoilt
        ]
        batch = self._ledger.jobs.find(self._id).batch
        assert batch is not None
        drawn = draw(wanted, batch, self._ledger, self._formats, self._shelf, self._place, _Nobody())
        failures = [Failure(place, 3, "the page is torn", TRACE) for place in spoilt]
        enter_drawn(self._ledger, self._id, chunk.number, self._codes, drawn.parts, failures)


def _in_silence(_doing: str, _done: int, _total: int) -> None:
    """Tells nobody."""


@pytest.fixture
def desk(run: Run, tmp_path: Path) -> Desk:
    return Desk(run, str(tmp_path / "ledger.db"), tmp_path)


def test_an_order_prints_its_id_alone_and_what_comes_next_apart(desk: Desk) -> None:
    outcome = desk.say("create", *INPUTS, *PLAIN, "--seed", "7", "--priority", "2")
    assert re.fullmatch(r"[0-9a-f]{16}\n", outcome.out)
    id = outcome.out.strip()
    assert "`ledgerflow worker`" in outcome.err
    assert f"`ledgerflow batch watch {id} --database {desk.url}`" in outcome.err
    shown = desk.shown(id)
    assert set(shown) == TOLD
    assert (shown["status"], shown["total"], shown["issued"], shown["run"]) == ("queued", 12, 0, 1)
    assert (shown["priority"], shown["archive"], shown["batch"]) == (2, False, None)
    assert re.fullmatch(r"[0-9a-f]{32}", str(shown["trace_id"]))
    assert desk.order(*PLAIN, "--seed", "7") != id, "without a key every order is new"


def test_an_order_in_json_has_id_status_and_trace(desk: Desk) -> None:
    outcome = desk.say("create", *INPUTS, *PLAIN, "--trace-id", TRACE.upper(), "--json")
    ordered = json.loads(outcome.out)
    assert (ordered["status"], ordered["trace_id"]) == ("queued", TRACE)
    assert ordered == desk.shown(ordered["id"])


def test_two_orders_of_one_trace_are_two_batches(desk: Desk) -> None:
    ids = {desk.order(*PLAIN, "--seed", seed, "--trace-id", TRACE) for seed in ("1", "2")}
    assert len(ids) == 2
    assert {desk.shown(id)["trace_id"] for id in ids} == {TRACE}


@pytest.mark.parametrize("trace", ["abc", TRACE[:-1] + "g", TRACE + "0", f"{TRACE}\n"])
def test_what_is_no_trace_id_is_refused_before_anything_is_written(trace: str, desk: Desk) -> None:
    outcome = desk.say("create", *INPUTS, *PLAIN, "--trace-id", trace)
    assert (outcome.status, outcome.out) == (2, "")
    assert "32 hex digits" in outcome.err
    assert not Path(desk.url).exists()


@pytest.mark.requirement("FR-9.12")
def test_the_same_key_is_the_same_batch_and_no_other(desk: Desk) -> None:
    id = desk.order(*PLAIN, "--key", "april")
    again = desk.say("create", *INPUTS, *PLAIN, "--key", "april")
    assert (again.status, again.out) == (0, f"{id}\n")
    assert "ordered before with this key, and now queued" in again.err
    other = desk.say("create", *INPUTS, *PLAIN, "--key", "april", "--seed", "9")
    assert (other.status, other.out) == (2, "")
    assert "'april' was given with another order" in other.err
    assert [one["id"] for one in json.loads(desk.say("list", "--json").out)] == [id]


def test_one_batch_too_many_is_to_come_back_later(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEDGERFLOW_OPEN_BATCHES", "2")
    first, _ = desk.order(*PLAIN), desk.order(*PLAIN)
    refused = desk.say("create", *INPUTS, *PLAIN)
    assert (refused.status, refused.out) == (75, "")
    assert re.search(r"2 batches are waiting or at work, and 2 may be\. Come back in \d+ seconds", refused.err)
    told = json.loads(desk.say("create", *INPUTS, *PLAIN, "--json").out)
    assert (told["error"], told["retry_after"] > 0) == ("too_many_batches", True)
    assert desk.say("pause", first).status == 0
    desk.order(*PLAIN)
    assert desk.say("resume", first, "--json").status == 75, "who goes on is one of them again"
    assert desk.shown(first)["status"] == "paused"


def test_a_batch_too_large_is_refused_with_all_else_that_is_wrong(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEDGERFLOW_LARGEST_BATCH", "10")
    broken = desk.folder / "broken.yaml"
    text = (EXAMPLES / "demo.yaml").read_text("utf-8").replace("strategy: vat-bh", "strategy: vat-of-nowhere")
    broken.write_text(text, "utf-8")
    outcome = desk.say("create", broken, *INPUTS[1:], *PLAIN)
    assert (outcome.status, outcome.out) == (2, "")
    assert "A batch of 12 invoices is more than the 10" in outcome.err
    assert "vat-of-nowhere" in outcome.err
    assert not Path(desk.url).exists()


def test_a_setting_that_will_not_do_is_named(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEDGERFLOW_OPEN_BATCHES", "many")
    outcome = desk.say("create", *INPUTS, *PLAIN)
    assert outcome.status == 2
    assert "LEDGERFLOW_OPEN_BATCHES: 'many' will not do" in outcome.err


def test_priorities_are_those_of_the_deed(desk: Desk) -> None:
    deed = commissioning.FIRST, commissioning.USUAL, commissioning.LAST
    assert deed == (batches.FIRST, batches.USUAL, batches.LAST)
    assert desk.say("create", *INPUTS, *PLAIN, "--priority", "10").status == 2


def test_a_finished_batch_is_shown_and_listed(desk: Desk) -> None:
    id = desk.order(*PLAIN)
    waiting = desk.order(*PLAIN)
    desk.make(id)
    shown = desk.shown(id)
    assert (shown["status"], shown["stage"], shown["batch"], shown["archive"]) == ("succeeded", "", 1, True)
    assert (shown["total"], shown["issued"], shown["failed"], shown["last_error"]) == (12, 12, 0, "")
    times = [datetime.fromisoformat(str(shown[name])) for name in ("created_at", "started_at", "ended_at")]
    assert all(time.utcoffset() is not None for time in times)
    words = desk.say("show", id).out
    assert re.search(r"^status +succeeded$", words, re.MULTILINE)
    assert re.search(r"^invoices +12: 12 in the ledger, 12 drawn, 0 failed$", words, re.MULTILINE)
    listed = json.loads(desk.say("list", "--json").out)
    assert [one["id"] for one in listed] == [waiting, id]
    assert listed[1] == shown
    rows = desk.say("list").out.splitlines()
    assert [row.split()[:2] for row in rows if row.strip()][1:] == [[waiting, "queued"], [id, "succeeded"]]
    assert [one["id"] for one in json.loads(desk.say("list", "--limit", "1", "--json").out)] == [waiting]


def test_what_failed_is_listed_and_tried_again_alone(desk: Desk) -> None:
    id = desk.order(*PAGES)
    desk.make(id, spoilt=[2, 4])
    failures = json.loads(desk.say("failures", id, "--json").out)
    assert [(one["position"], one["attempts"], one["reason"]) for one in failures] == [
        (2, 3, "the page is torn"),
        (4, 3, "the page is torn"),
    ]
    numbers = {one["number"] for one in json.loads(desk.run("invoices", "--database", desk.url, "--json").out)}
    assert {one["number"] for one in failures} < numbers, "they stand in the ledger"
    assert failures[0]["trace_id"] == TRACE
    assert failures[0]["number"] in desk.say("failures", id).out
    watched = desk.say("watch", id)
    assert watched.status == 1
    assert watched.out.splitlines()[-1] == "partly failed: 6 of 6 invoices in the ledger, 4 drawn, 2 failed"
    assert f"error: {failures[0]['number']}: the page is torn" in watched.err
    assert f"`ledgerflow batch retry {id} --database {desk.url}`" in watched.err
    retried = json.loads(desk.say("retry", id, "--json").out)
    assert (retried["status"], retried["run"]) == ("queued", 2)
    assert desk.make(id).status == "succeeded"
    assert json.loads(desk.say("failures", id, "--json").out) == []
    assert desk.say("watch", id).status == 0
    again = desk.say("retry", id)
    assert (again.status, "only one that failed, or partly, can be retried" in again.err) == (2, True)


def test_a_batch_that_waits_pauses_goes_on_and_ends(desk: Desk) -> None:
    id = desk.order(*PLAIN)
    assert json.loads(desk.say("pause", id, "--json").out)["status"] == "paused"
    refused = desk.say("pause", id)
    assert (refused.status, f"The batch {id} is paused" in refused.err) == (2, True)
    watched = desk.say("watch", id)
    assert (watched.status, f"`ledgerflow batch resume {id} " in watched.err) == (3, True)
    assert desk.say("resume", id).out.splitlines()[1].split() == ["status", "queued"]
    assert desk.say("resume", id).status == 2
    assert desk.say("cancel", id).status == 0
    assert desk.shown(id)["status"] == "cancelled"
    assert desk.say("watch", id).status == 3
    for deed in ("cancel", "pause", "resume", "retry"):
        assert desk.say(deed, id).status == 2, deed


def test_a_batch_at_work_hears_before_its_next_piece(desk: Desk) -> None:
    id = desk.order(*PLAIN)
    desk.begin(id)
    assert "running (issuing), to be paused" in desk.say("pause", id).out
    assert "running (issuing)\n" in desk.say("resume", id).out, "as if nothing had been said"
    assert "running (issuing), to be cancelled" in desk.say("cancel", id).out
    desk.hear(id)
    assert desk.shown(id)["status"] == "cancelled"


@pytest.mark.requirement("FR-9.14")
def test_an_export_checks_by_its_sums_and_holds_what_simulate_makes(desk: Desk, tmp_path: Path) -> None:
    id = desk.order(*PAGES)
    desk.make(id)
    out = tmp_path / "taken"
    told = json.loads(desk.say("export", id, "--out", out, "--json").out)
    assert told["id"] == id
    assert {Path(name) for name in told["files"]} == set(out.iterdir())
    sums = [line.split("  ") for line in (out / "SHA256SUMS").read_text("utf-8").splitlines()]
    assert {name for _, name in sums} == {path.name for path in out.iterdir()} - {"SHA256SUMS"}
    for digest, name in sums:
        assert hashlib.sha256((out / name).read_bytes()).hexdigest() == digest
    made = desk.run("simulate", *INPUTS, *PAGES, "--workers", "1", "--out", tmp_path / "made")
    assert made.status == 0, made.err
    for name in ("invoices.zip", "register.csv", "report.html"):
        assert (out / name).read_bytes() == (tmp_path / "made" / name).read_bytes(), name
    assert str(out / "invoices.zip") in desk.say("export", id, "--out", out).out


def test_what_is_not_finished_cannot_be_taken(desk: Desk, tmp_path: Path) -> None:
    id = desk.order(*PLAIN)
    outcome = desk.say("export", id, "--out", tmp_path / "taken")
    assert (outcome.status, "`ledgerflow batch watch` shows how far it is" in outcome.err) == (2, True)
    assert not (tmp_path / "taken").exists()


@pytest.mark.parametrize("deed", ["show", "failures", "watch", "pause", "resume", "retry", "cancel", "export"])
def test_an_unknown_id_is_told_with_where_to_look(deed: str, desk: Desk) -> None:
    desk.order(*PLAIN)
    more = ("--out", str(desk.folder / "taken")) if deed == "export" else ()
    outcome = desk.say(deed, "0000000000000000", *more)
    assert (outcome.status, outcome.out) == (2, "")
    assert "There is no batch 0000000000000000. `ledgerflow batch list`" in outcome.err


def test_a_ledger_that_is_not_there_is_not_made_by_looking(desk: Desk) -> None:
    assert desk.say("list").status == 2
    assert not Path(desk.url).exists()
    nowhere = desk.run("batch", "create", *INPUTS, *PLAIN)
    assert (nowhere.status, "LEDGERFLOW_DATABASE_URL" in nowhere.err) == (2, True)


def test_a_finished_batch_is_watched_in_a_pipe_by_lines(desk: Desk) -> None:
    id = desk.order(*PAGES)
    desk.make(id)
    watched = desk.say("watch", id)
    assert (watched.status, watched.err) == (0, "")
    *_, packed, last = watched.out.splitlines()
    assert re.match(r"packing +100 %", packed)
    assert last == "succeeded: 6 of 6 invoices in the ledger, 6 drawn, 0 failed"


def test_who_watches_too_long_leaves_the_batch_as_it_is(desk: Desk) -> None:
    id = desk.order(*PLAIN)
    watched = desk.say("watch", id, "--timeout", "0.5")
    assert (watched.status, watched.out) == (124, "waiting   for a worker\n")
    assert "not over after 0.5 seconds: the batch goes on" in watched.err
    assert desk.shown(id)["status"] == "queued"


def watching(id: str, url: str, *words: str) -> subprocess.Popen[str]:
    arguments = ["batch", "watch", id, "--database", url, *words]
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_in_a_pipe_each_tenth_is_a_line(desk: Desk) -> None:
    """What the worker enters is entered here, slowly."""
    id = desk.order("--count", "40", "--format", "json,csv")
    desk.begin(id)
    watcher = watching(id, desk.url)
    assert watcher.stdout is not None
    lines = [watcher.stdout.readline()]
    with open_ledger(desk.url) as ledger:
        for issued in (1, 4, 5, 20):
            enter(ledger, id, issued)
            time.sleep(0.6)
    assert desk.say("cancel", id).status == 0
    desk.hear(id)
    said, complaint = watcher.communicate(timeout=30)
    lines += said.splitlines()
    assert (watcher.returncode, complaint) == (3, "")
    tenths = [match[1] for line in lines if (match := re.match(r"issuing +(\d+) %", line))]
    assert list(dict.fromkeys(tenths)) == ["0", "10", "50"]
    assert re.search(r"20 of 40, \d+/s, about 0:00:\d\d left", said)
    assert lines[-1].startswith("cancelled: 20 of 40 invoices in the ledger")


def enter(ledger: DatabaseLedger, id: str, issued: int) -> None:
    """So many invoices are in the ledger now."""
    ledger.transact(lambda journal: journal.jobs.keep(replace(journal.jobs.hold(id), issued=issued)))


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
def test_ctrl_c_ends_the_watching_and_not_the_batch(desk: Desk) -> None:
    id = desk.order(*PLAIN)
    watcher = watching(id, desk.url)
    assert watcher.stdout is not None
    assert watcher.stdout.readline() == "waiting   for a worker\n"
    watcher.send_signal(signal.SIGINT)
    _, said = watcher.communicate(timeout=30)
    assert watcher.returncode == 130
    assert said == (
        f"stopped watching: the batch goes on. `ledgerflow batch watch {id} --database {desk.url}` follows it again.\n"
    )
    assert desk.shown(id)["status"] == "queued"


def test_on_a_terminal_a_bar_follows_the_batch(desk: Desk) -> None:
    pty = pytest.importorskip("pty", reason="Windows has no such terminals")
    id = desk.order(*PAGES)
    desk.make(id)
    near, far = pty.openpty()
    call = [sys.executable, "-c", PROGRAM, "batch", "watch", id, "--database", desk.url]
    environment = {**os.environ, "COLUMNS": "100", "TERM": "xterm"}
    process = subprocess.Popen(call, stdout=far, stderr=far, env=environment)
    os.close(far)
    said = b""
    try:
        while chunk := os.read(near, 65536):
            said += chunk
    except OSError:
        pass  # the other end is closed
    os.close(near)
    assert process.wait() == 0
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", said.decode())
    for words in (r"issuing +━+ 6 of 6", r"drawing +━+ 6 of 6", r"packing +━+", "succeeded: 6 of 6 invoices"):
        assert re.search(words, plain), plain


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with running_cluster() as running:
        yield running


@pytest.mark.skipif(os.name == "nt", reason="a cluster of one's own is for Unix")
def test_a_ledger_that_goes_away_for_a_while_is_waited_for(cluster: Cluster, run: Run, tmp_path: Path) -> None:
    desk = Desk(run, cluster.url, tmp_path)
    id = desk.order(*PLAIN)
    watcher = watching(id, desk.url, "--timeout", "100")
    assert watcher.stdout is not None
    assert watcher.stderr is not None
    assert watcher.stdout.readline() == "waiting   for a worker\n"
    cluster.stop("immediate")
    gone = watcher.stderr.readline()
    assert "The ledger cannot be reached" in gone
    assert "Trying again for 60 seconds" in gone
    cluster.start()
    assert "the ledger is there again" in watcher.stderr.readline()
    assert desk.say("cancel", id).status == 0
    said, complaint = watcher.communicate(timeout=30)
    assert (watcher.returncode, complaint) == (3, "")
    assert said.startswith("cancelled: 0 of 12")
