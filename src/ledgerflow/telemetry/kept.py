"""An answer kept for some seconds, so that those who ask often do not ask the books as often."""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from time import monotonic
from typing import Final, Generic, TypeVar

T = TypeVar("T")

_TIMES: Final = 10
_MOST: Final = 1000


class Kept(Generic[T]):
    """An answer that is good for some seconds; whoever comes meanwhile waits for the one question, and has it too."""

    def __init__(self, ask: Callable[[], T], seconds: float) -> None:
        self._ask, self._seconds = ask, seconds
        self._turn = Lock()
        self._known: list[T] = []
        self._asked_at = float("-inf")

    def get(self) -> T:
        """Raises what asking does."""
        with self._turn:
            if not self._known or monotonic() - self._asked_at >= self._seconds:
                self._known = [self._ask()]
                self._asked_at = monotonic()
            return self._known[0]


class KeptBy(Generic[T]):
    """An answer for each name, good for ten times as long as it took to find: a tenth of the time goes into it, however
    large the books are and however often somebody asks. Of a thousand names at most, the latest."""

    def __init__(self) -> None:
        self._turn = Lock()
        self._known: OrderedDict[str, tuple[float, T]] = OrderedDict()

    def get(self, name: str, ask: Callable[[], T]) -> T:
        """Raises what asking does."""
        with self._turn:
            until, known = self._known.get(name, (float("-inf"), None))
        if known is not None and monotonic() < until:
            return known
        begun = monotonic()
        found = ask()
        now = monotonic()
        with self._turn:
            self._known[name] = (now + _TIMES * (now - begun), found)
            self._known.move_to_end(name)
            while len(self._known) > _MOST:
                self._known.popitem(last=False)
        return found
