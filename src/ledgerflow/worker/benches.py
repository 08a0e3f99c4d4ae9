"""The benches of a worker: threads that want one and find none get the next that is free, in the order they came."""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from threading import Condition
from time import monotonic

from ledgerflow.worker.bench import RECYCLE_ABOVE_MIB, RECYCLE_AFTER, Bench, BenchStopped


class Benches:
    """A number of benches, each started when it is first wanted, and kept."""

    def __init__(
        self, count: int, *, recycle_after: int = RECYCLE_AFTER, recycle_above_mib: int = RECYCLE_ABOVE_MIB
    ) -> None:
        self._unmade = count
        self._recycle_after, self._recycle_above_mib = recycle_after, recycle_above_mib
        self._changed = Condition()
        self._free: list[Bench] = []  # the last that came back is lent first: it is warm, and the others may stay cold
        self._lent: list[Bench] = []
        self._waiting: deque[Future[Bench]] = deque()
        self._is_closed = False

    @contextmanager
    def borrow(self) -> Iterator[Bench]:
        """One of the benches, for this thread alone; raises BenchStopped once they are closed."""
        bench = self._take()
        try:
            yield bench
        finally:
            self._give(bench)

    def close(self, grace: float) -> None:
        """Lends none any more, waits so many seconds for deeds in hand, and ends the others. Nothing is left of any."""
        with self._changed:
            self._is_closed = True
            while self._waiting:
                self._waiting.popleft().set_exception(BenchStopped())
            free, self._free = self._free, []
        until = monotonic() + grace
        for bench in free:
            bench.close()
        with self._changed:
            self._changed.wait_for(lambda: not self._lent, max(0.0, until - monotonic()))
            lent = tuple(self._lent)
        for bench in lent:
            bench.close()

    def _take(self) -> Bench:
        with self._changed:
            if self._is_closed:
                raise BenchStopped
            if self._free or self._unmade:
                bench = self._free.pop() if self._free else self._make()
                self._lent.append(bench)
                return bench
            turn = Future[Bench]()
            self._waiting.append(turn)
        try:
            return turn.result()
        except BaseException:
            self._decline(turn)
            raise

    def _make(self) -> Bench:
        self._unmade -= 1
        return Bench(recycle_after=self._recycle_after, recycle_above_mib=self._recycle_above_mib)

    def _decline(self, turn: "Future[Bench]") -> None:
        """Who was interrupted while waiting leaves the row, or hands on the bench that came at that moment."""
        with self._changed:
            if turn in self._waiting:
                self._waiting.remove(turn)
                return
        if turn.done() and turn.exception() is None:
            self._give(turn.result())

    def _give(self, bench: Bench) -> None:
        with self._changed:
            if self._waiting:
                self._waiting.popleft().set_result(bench)
                return
            self._lent.remove(bench)
            if not self._is_closed:
                self._free.append(bench)
            self._changed.notify_all()
        if self._is_closed:
            bench.close()
