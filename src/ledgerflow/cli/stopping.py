"""Stopping when asked to: at the next step and not in the middle of one.

A KeyboardInterrupt that strikes anywhere may strike inside a library that swallows it: the JSON writer then prints an
amount as unprintable and goes on.
"""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

_REQUESTS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def stop_at_a_step() -> Iterator[Callable[[], None]]:
    """While it lasts, Ctrl-C and a polite kill are noted; the function that it gives raises KeyboardInterrupt for them.

    Who asks a second time is obeyed at once.
    """
    asked = False

    def hear(_signal: int, _frame: FrameType | None) -> None:
        nonlocal asked
        asked = True
        put_back()

    def step() -> None:
        if asked:
            raise KeyboardInterrupt

    before = [(request, signal.signal(request, hear)) for request in _REQUESTS]

    def put_back() -> None:
        for request, handler in before:
            signal.signal(request, handler)

    try:
        yield step
    finally:
        put_back()
