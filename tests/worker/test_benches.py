"""The benches of a worker: lent in turn, kept, and gone when they are closed."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest

from ledgerflow.worker.bench import Bench, BenchBroken, BenchStopped
from ledgerflow.worker.benches import Benches

DEEDS = "tests.worker.bench_deeds"


def do(bench: Bench, deed: str, **arguments: object) -> object:
    return bench.run(f"{DEEDS}:{deed}", arguments, patience=10)


def test_threads_are_served_in_the_order_they_came() -> None:
    benches, served = Benches(1), list[int]()

    def want(number: int) -> None:
        with benches.borrow() as bench:
            do(bench, "add", one=number, two=0)
            served.append(number)

    threads = [threading.Thread(target=want, args=(number,)) for number in range(5)]
    with benches.borrow():
        for thread in threads:
            thread.start()
            time.sleep(0.05)
        assert served == []
    for thread in threads:
        thread.join()
    assert served == [0, 1, 2, 3, 4]
    benches.close(0)


def test_deeds_at_several_benches_are_done_side_by_side_and_benches_are_kept() -> None:
    benches = Benches(2)
    together = threading.Barrier(2, timeout=10)

    def who(alone: bool) -> object:
        with benches.borrow() as bench:
            if not alone:
                together.wait()
            return do(bench, "whoami")

    with ThreadPoolExecutor(2) as threads:
        first = set(threads.map(who, [False, False]))
        assert len(first) == 2
        assert set(threads.map(who, [True] * 6)) <= first
    benches.close(0)


def test_a_bench_comes_back_from_a_thread_whose_deed_failed() -> None:
    benches = Benches(1)
    with pytest.raises(BenchBroken), benches.borrow() as bench:
        do(bench, "end_by_status", position=0, status=1)
    with benches.borrow() as bench:
        assert do(bench, "add", one=1, two=1) == 2
    benches.close(0)


def test_closing_waits_for_deeds_in_hand_within_the_grace_and_refuses_who_waits() -> None:
    benches, ends = Benches(1), dict[str, object]()
    worker = in_a_thread(benches, ends, "at work", 0.6)
    waiting = in_a_thread(benches, ends, "waiting", 0.1)
    benches.close(grace=5)
    for thread in (worker, waiting):
        thread.join(timeout=1)
        assert not thread.is_alive()
    assert ends["at work"] == "done"
    assert isinstance(ends["waiting"], BenchStopped)
    with pytest.raises(BenchStopped), benches.borrow():
        pass


def test_closing_ends_what_is_not_done_within_the_grace_and_leaves_nothing() -> None:
    before = Bench()
    do(before, "whoami")  # multiprocessing's own process that tracks resources is started once and stays
    before.close()
    me = psutil.Process()
    held = (me.num_fds() if hasattr(me, "num_fds") else 0, len(me.children(recursive=True)), threading.active_count())
    benches, ends = Benches(3), dict[str, object]()
    threads = [in_a_thread(benches, ends, name, 60) for name in ("one", "two")]
    with benches.borrow() as idle:
        do(idle, "whoami")
    begun = time.monotonic()
    benches.close(grace=0.3)
    assert 0.3 <= time.monotonic() - begun < 2.5
    for thread in threads:
        thread.join(timeout=1)
    assert [type(ends[name]) for name in ("one", "two")] == [BenchStopped, BenchStopped]
    after = (me.num_fds() if hasattr(me, "num_fds") else 0, len(me.children(recursive=True)), threading.active_count())
    assert after == held


def in_a_thread(benches: Benches, ends: dict[str, object], name: str, seconds: float) -> threading.Thread:
    """Borrows a bench in a thread of its own, and sleeps there; what came of it is kept under the name."""

    def deed() -> None:
        try:
            with benches.borrow() as bench:
                ends[name] = do(bench, "sleep", seconds=seconds, said="done")
        except BenchStopped as stopped:
            ends[name] = stopped

    return begun(deed)


def begun(deed: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=deed)
    thread.start()
    time.sleep(0.3)  # until it is at work, or in the row
    return thread
