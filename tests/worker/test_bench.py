"""Deeds done in a process of their own: what comes back, and what is said of those that do not."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from ledgerflow.billing.errors import RateUnknown
from ledgerflow.worker.bench import Bench, BenchBroken, BenchStopped, BenchStuck, DeedFailed

DEEDS = "tests.worker.bench_deeds"
PATIENCE = 10.0


@pytest.fixture(scope="module")
def shared() -> Iterator[Bench]:
    bench = Bench()
    yield bench
    bench.close()


@pytest.fixture
def bench() -> Iterator[Bench]:
    bench = Bench()
    yield bench
    bench.close()


def do(bench: Bench, deed: str, patience: float = PATIENCE, **arguments: object) -> object:
    return bench.run(f"{DEEDS}:{deed}", arguments, patience=patience)


def test_a_result_comes_back_from_another_process_which_is_kept(shared: Bench) -> None:
    assert do(shared, "add", one=2, two=3) == 5
    first = do(shared, "whoami")
    assert first != os.getpid()
    assert do(shared, "whoami") == first


def test_orders_and_results_longer_than_the_pipe_come_through(shared: Bench) -> None:
    long = os.urandom(4 << 20)
    assert do(shared, "echo", what=long) == long


@pytest.mark.requirement("FR-9.6")
@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV])
def test_a_death_by_signal_names_the_signal_and_the_invoice(number: signal.Signals, bench: Bench) -> None:
    with pytest.raises(BenchBroken) as told:
        do(bench, "end_by_signal", position=17, number=int(number))
    assert told.value.at == 17
    assert told.value.how == f"signal {number.value} ({number.name})"
    assert "at invoice 17 of the batch" in str(told.value)
    assert do(bench, "add", one=1, two=1) == 2


def test_a_process_that_just_leaves_is_told_with_its_status(bench: Bench) -> None:
    with pytest.raises(BenchBroken, match="exit status 3") as told:
        do(bench, "end_by_status", position=4, status=3)
    assert (told.value.at, told.value.how) == (4, "exit status 3")


@pytest.mark.requirement("FR-9.6")
def test_a_hang_is_ended_within_patience_and_says_where(bench: Bench) -> None:
    do(bench, "whoami")
    begun = time.monotonic()
    with pytest.raises(BenchStuck, match=r"said nothing for 0\.5 s at invoice 9") as told:
        do(bench, "hang", patience=0.5, position=9)
    assert 0.5 <= time.monotonic() - begun < 1.5
    assert told.value.at == 9
    with pytest.raises(BenchStuck) as told:
        do(bench, "sleep", patience=0.3, seconds=60)
    assert told.value.at == 0


def test_a_hang_that_closed_every_pipe_before_is_no_different(bench: Bench) -> None:
    with pytest.raises(BenchBroken) as told:
        do(bench, "end_with_all_closed", patience=1.0, position=2)
    assert told.value.at == 2


def test_a_slow_deed_that_talks_is_left_at_work_and_its_words_are_few_with_the_last_of_each_stage(
    shared: Bench,
) -> None:
    words: list[tuple[str, int, int]] = []
    said = shared.run(
        f"{DEEDS}:talk",
        {"seconds": 1.0},
        patience=0.5,
        heard=lambda stage, done, total: words.append((stage, done, total)),
    )
    assert words[-3:] == [("drawing", int(str(said)), 10**9), ("packing", 0, 2), ("packing", 1, 2)]
    assert 5 <= len(words) <= 15


def test_an_error_of_billing_comes_as_it_was_raised_with_the_lines_it_came_from(shared: Bench) -> None:
    with pytest.raises(RateUnknown) as told:
        do(shared, "rate_unknown")
    assert told.value.parameters == {"code": "9999", "day": "2026-01-01"}
    assert "bench_deeds.py" in told.value.__notes__[0]


@pytest.mark.parametrize(
    ("deed", "kind", "message"),
    [
        ("not_to_be_read_again", "NotToBeReadAgain", "this and that"),
        ("panic", "Panic", "the engine is at its end"),
        ("leave", "SystemExit", "4"),
    ],
)
def test_an_exception_that_cannot_be_handed_over_comes_in_words(
    deed: str, kind: str, message: str, shared: Bench
) -> None:
    before = do(shared, "whoami")
    with pytest.raises(DeedFailed, match=f"The work failed with {kind}: {message}") as told:
        do(shared, deed)
    assert told.value.kind == kind
    assert f"in {deed}\n" in told.value.traceback
    assert do(shared, "whoami") == before


def test_a_deed_or_a_result_that_cannot_be_is_told_and_the_process_stays(shared: Bench) -> None:
    with pytest.raises(TypeError, match="pickle"):
        do(shared, "a_lock")
    with pytest.raises(AttributeError, match="no_such_deed"):
        do(shared, "no_such_deed")
    assert do(shared, "add", one=1, two=2) == 3


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
def test_a_process_hears_no_wish_to_stop(shared: Bench) -> None:
    assert do(shared, "be_told_to_stop") == "went on"


def test_a_stop_from_another_thread_ends_the_deed_in_hand_and_no_later_one(bench: Bench) -> None:
    do(bench, "whoami")
    timer = threading.Timer(0.3, bench.kill)
    timer.start()
    begun = time.monotonic()
    with pytest.raises(BenchStopped) as told:
        do(bench, "hang", position=5)
    assert time.monotonic() - begun < 2
    assert (told.value.at, told.value.how) == (5, "stopped")
    timer.join()
    assert do(bench, "add", one=1, two=1) == 2
    bench.kill()
    assert do(bench, "add", one=1, two=1) == 2


def test_what_a_listener_raises_ends_the_deed(bench: Bench) -> None:
    def heard(stage: str, done: int, total: int) -> None:
        raise InterruptedError("enough")

    before = do(bench, "whoami")
    with pytest.raises(InterruptedError, match="enough"):
        bench.run(f"{DEEDS}:talk", {"seconds": 60.0}, patience=PATIENCE, heard=heard)
    assert do(bench, "whoami") != before
    assert not psutil.pid_exists(int(str(before)))


def test_a_process_that_died_while_idle_is_replaced_without_a_word(bench: Bench) -> None:
    idle = psutil.Process(int(str(do(bench, "whoami"))))
    idle.kill()
    wait_for(lambda: idle.status() == psutil.STATUS_ZOMBIE, 5)
    assert do(bench, "add", one=2, two=2) == 4


def test_a_process_is_another_after_so_many_deeds_or_so_much_memory() -> None:
    bench = Bench(recycle_after=2)
    first, second, third = (do(bench, "whoami") for _ in range(3))
    bench.close()
    assert first == second != third
    bench = Bench(recycle_above_mib=150)
    small, large, after = (do(bench, "hold_on", mib=mib) for mib in (10, 200, 10))
    assert small == large != after
    assert not psutil.pid_exists(int(str(large)))
    bench.close()


def test_threads_at_one_bench_wait_their_turn(shared: Bench) -> None:
    said: list[object] = []
    threads = [
        threading.Thread(target=lambda word=word: said.append(do(shared, "sleep", seconds=0.1, said=word)))
        for word in "abc"
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, said)) == ["a", "b", "c"]


PARENT = f"""
import sys
from ledgerflow.worker.bench import Bench
if __name__ == "__main__":
    arguments = {{"file": sys.argv[1], "in_foreign_code": sys.argv[2] == "foreign"}}
    Bench().run("{DEEDS}:say_pid_and_be_busy", arguments, patience=60)
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
@pytest.mark.parametrize("code", ["own", "foreign"])
def test_a_busy_process_goes_with_a_parent_that_was_killed(code: str, tmp_path: Path) -> None:
    told = tmp_path / "pid"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    parent = subprocess.Popen([sys.executable, "-c", PARENT, told, code], env=environment)
    wait_for(lambda: told.exists() and told.read_text("ascii") != "", 20)
    child = psutil.Process(int(told.read_text("ascii")))
    assert child.ppid() == parent.pid
    time.sleep(0.1)
    parent.kill()
    parent.wait()
    wait_for(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE, 2)


IDLE = f"""
from ledgerflow.worker.bench import Bench
if __name__ == "__main__":
    bench = Bench()
    print(bench.run("{DEEDS}:whoami", {{}}, patience=60))
"""


def test_a_program_that_forgets_to_close_its_bench_ends_all_the_same() -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    run = subprocess.run([sys.executable, "-c", IDLE], env=environment, capture_output=True, text=True, timeout=20)
    assert (run.returncode, run.stderr) == (0, "")
    assert not psutil.pid_exists(int(run.stdout))


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="the system does not list what is open")
def test_nothing_is_left_of_fifty_deeds_and_ten_crashes() -> None:
    first = Bench()
    do(first, "whoami")  # multiprocessing's own process that tracks resources is started once and stays
    first.close()
    me = psutil.Process()
    before = (me.num_fds(), {child.pid for child in me.children(recursive=True)}, set(threading.enumerate()))
    bench = Bench()
    for deed in range(50):
        assert do(bench, "add", one=deed, two=1) == deed + 1
        if deed % 5 == 4:
            with pytest.raises(BenchBroken):
                do(bench, "end_by_status", position=deed, status=1)
    bench.close()
    after = (me.num_fds(), {child.pid for child in me.children(recursive=True)}, set(threading.enumerate()))
    assert after == before
    with pytest.raises(BenchStopped):
        do(bench, "whoami")


def wait_for(what: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end
        time.sleep(0.02)
