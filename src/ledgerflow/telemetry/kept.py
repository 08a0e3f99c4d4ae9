"""An answer kept for some seconds, so that those who ask often do not ask the books as often."""

from collections.abc import Callable
from threading import Lock
from time import monotonic
from typing import Generic, TypeVar

T = TypeVar("T")


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
