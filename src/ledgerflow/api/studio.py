"""The studio: a few threads in which what takes long is done, such as pages drawn, so that all others stay quick.

A compiler of pages belongs to the thread that made it, and holds tens of megabytes: there are as many as hands here,
however many requests come. Who finds all hands full and the row before them too is told to come back.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import BoundedSemaphore
from typing import TypeVar

from ledgerflow.billing.errors import BillingError

HANDS, WAITING = 2, 8

T = TypeVar("T")


class StudioBusy(BillingError):
    """Too much is being drawn just now. Try again in a moment."""


class Studio:
    """So many deeds at once, and so many more that wait."""

    def __init__(self, hands: int = HANDS, waiting: int = WAITING) -> None:
        self._room = BoundedSemaphore(hands + waiting)
        self._hands = ThreadPoolExecutor(hands, "studio")

    def do(self, deed: Callable[[], T]) -> T:
        """What the deed gives; raises what it raises, and StudioBusy."""
        if not self._room.acquire(blocking=False):
            raise StudioBusy()
        try:
            return self._hands.submit(deed).result()
        finally:
            self._room.release()
