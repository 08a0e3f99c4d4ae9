"""How batches stand, of a tenant or of all, asked of the books no oftener than is needed, however many look."""

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Generic, TypeVar

from ledgerflow.issuing.workload import Tally, Trouble, Waiting, Workload

T = TypeVar("T")

WINDOW = timedelta(days=30)
PROMISED = (999, 1000)  # of the invoices attempted, those that are made: the error budget is the rest
_FRESH, _SELDOM = 2.0, 60.0  # seconds for which answers are good; what thirty days come to hardly changes
_MOST = 1000  # askers whose answers are kept
_TROUBLES = 10


@dataclass(frozen=True, slots=True)
class Lately:
    """What changes from one look to the next."""

    waiting: Waiting
    hour: Tally
    day: Tally
    troubles: Sequence[Trouble]


class FiguresBoard:
    """Keeps answers by whose they are."""

    def __init__(self) -> None:
        self._lately = _Kept[Lately](_FRESH)
        self._month = _Kept[Tally](_SELDOM)

    def lately(self, whose: str, workload: Workload, at: datetime) -> Lately:
        """What waits, what the last hour and day came to, and what went wrong."""

        def ask() -> Lately:
            hour, day = (workload.since(at - timedelta(hours=hours)) for hours in (1, 24))
            return Lately(workload.waiting(), hour, day, workload.troubles(at - WINDOW, _TROUBLES))

        return self._lately.get(whose, ask)

    def month(self, whose: str, workload: Workload, at: datetime) -> Tally:
        """What the last thirty days came to."""
        return self._month.get(whose, lambda: workload.since(at - WINDOW))


class _Kept(Generic[T]):
    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._lock = Lock()
        self._known: OrderedDict[str, tuple[float, T]] = OrderedDict()

    def get(self, whose: str, ask: Callable[[], T]) -> T:
        now = time.monotonic()
        with self._lock:
            known = self._known.get(whose)
        if known and now - known[0] < self._seconds:
            return known[1]
        answer = ask()
        with self._lock:
            self._known[whose] = (now, answer)
            self._known.move_to_end(whose)
            while len(self._known) > _MOST:
                self._known.popitem(last=False)
        return answer
