"""The worker beside a server: a process of its own, started again when it dies, told to end when the server does."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Lock, Thread

from structlog.stdlib import BoundLogger

from ledgerflow.reloading import HANGUP
from ledgerflow.telemetry.folder import bury

_WORKER = "from ledgerflow.cli import main; main()"
_FIRST = 1.0  # seconds before a worker that died is started again, doubled each time
_LONGEST = 30.0  # that they become
_LIVED = 60.0  # seconds, after which its death is the first of a row


class Attendant:
    """Keeps a worker running. Should the server be killed, the worker finds its standard input ended, and ends too."""

    def __init__(self, database: str, concurrency: int, grace: float, log: BoundLogger) -> None:
        words = ("worker", "--concurrency", str(concurrency), "--with-starter")
        self._command = [sys.executable, "-c", _WORKER, *words]
        self._surroundings = {**os.environ, "LEDGERFLOW_DATABASE_URL": database}
        self._grace = grace
        self._log = log
        self._stopping = Event()
        self._is_let_go = False
        self._turn = Lock()
        self._worker = self._start()
        self._thread = Thread(target=self._attend, name="attendant", daemon=True)

    def __enter__(self) -> "Attendant":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        with self._turn:
            worker = self._worker
            worker.terminate()
        try:
            worker.wait(self._grace)
        except subprocess.TimeoutExpired:
            worker.kill()
            worker.wait()
        self._thread.join()

    def let_go(self) -> None:
        """A worker that ends from now on is not started again: whoever ends a server may end all of its processes.
        A handler of a signal may call this, for it waits for nothing."""
        self._is_let_go = True

    def pass_hangup(self) -> None:
        """The worker reads its configuration anew too; a handler of a signal may call this."""
        if HANGUP is not None and self._worker.poll() is None:
            self._worker.send_signal(HANGUP)

    def _attend(self) -> None:
        pause = _FIRST
        while True:
            begun = time.monotonic()
            status = self._worker.wait()
            if time.monotonic() - begun > _LIVED:
                pause = _FIRST
            bury(self._worker.pid)
            if self._stopping.is_set() or self._is_let_go:
                return
            self._log.error("worker_died", status=status, seconds=pause)
            if self._stopping.wait(pause):
                return
            pause = min(2 * pause, _LONGEST)
            with self._turn:
                if self._stopping.is_set() or self._is_let_go:
                    return
                self._worker = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        with _hangup_waiting():
            return subprocess.Popen(self._command, env=self._surroundings, stdin=subprocess.PIPE)


@contextmanager
def _hangup_waiting() -> Iterator[None]:
    """A process that is started within has the signal wait until it can hear it: unheard, it would end it."""
    if HANGUP is None:
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {HANGUP})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
