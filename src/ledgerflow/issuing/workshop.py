"""Worker processes that draw pages: started before the work is known, so that they load while it is prepared.

This module imports nothing heavy, for whoever opens a workshop wants it to start at once.
"""

import signal
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from importlib import import_module
from multiprocessing import get_context, parent_process
from threading import Thread


@contextmanager
def open_workshop(workers: int) -> Iterator[ProcessPoolExecutor | None]:
    """The workers besides this process, which is one itself; none for a single one.

    They are spawned, never forked: Typst's threads do not survive a fork.
    """
    others = workers - 1
    if others < 1:
        yield None
        return
    pool = ProcessPoolExecutor(others, get_context("spawn"), initializer=_begin)
    try:
        with _unheard():
            for _ in range(others):
                pool.submit(_load)
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def _unheard() -> Iterator[None]:
    """Ctrl-C waits while workers start, for they inherit that: one that is not yet ready would print a traceback."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin() -> None:
    """A worker leaves the stopping to the one who started it, and goes when that one is gone, however it went."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_follow, daemon=True).start()


def _follow() -> None:
    starter = parent_process()
    if starter is not None:
        starter.join()
        signal.raise_signal(signal.SIGTERM)


def _load() -> None:
    """Loads what drawing needs: the deed and the engine, which is why neither is imported above."""
    import_module("ledgerflow.issuing.packing")
    from ledgerflow.rendering.pdf import prepare

    prepare()
