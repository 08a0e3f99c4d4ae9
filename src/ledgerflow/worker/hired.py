"""One process at a bench, seen from the worker: it is started, told, listened to, and ended for certain."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import wait
from threading import Event, Lock, Timer
from time import monotonic, sleep
from typing import Final

from ledgerflow.worker.apprentice import UNHEARD, work

_LOOK: Final = 0.5  # seconds after which a process is looked at that may have ended without closing its pipe
_GLANCE: Final = 0.005  # seconds
_GOING: Final = 2.0  # seconds that a process may take to go by itself


class Gone(Exception):
    """The process has ended without an answer."""


class Silent(Exception):
    """No word has come for too long."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        super().__init__(seconds)


class Hired:
    """A spawned process and the pipe to it. `end` may be called by any thread, the rest by one at a time."""

    def __init__(self) -> None:
        """Spawned, never forked: Typst's threads do not survive a fork."""
        context = get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=work, args=(theirs,), name="bench")
        self._ending = Lock()
        self._is_closed = False
        try:
            with _unheard():
                self._process.start()
        except BaseException:
            self._pipe.close()
            raise
        finally:
            theirs.close()  # so that its end alone is open there, and is heard to close

    @property
    def is_alive(self) -> bool:
        """Whether it has not ended yet."""
        return not self._is_closed and self._process.is_alive()

    def tell(self, message: bytes, seconds: float) -> None:
        """Sends it something; raises Gone and Silent."""
        with self._within(seconds):
            self._pipe.send_bytes(message)

    def payload(self, seconds: float) -> bytes:
        """What was announced; raises Gone and Silent."""
        with self._within(seconds):
            received: bytes = self._pipe.recv_bytes()
            return received

    def word(self, seconds: float) -> object:
        """Its next word; raises Gone and Silent."""
        if self._is_closed:
            raise Gone
        until = monotonic() + seconds
        while (left := until - monotonic()) > 0:
            heard = wait([self._pipe, self._process.sentinel], min(left, _LOOK))
            if self._process.sentinel in heard:
                sleep(_GLANCE)  # its end is heard a little before it can be seen
            has_ended = self._process.exitcode is not None  # asked first: what it said before is in the pipe by now
            with _until_it_is_gone():
                if self._pipe.poll():
                    return self._pipe.recv()
            if has_ended:
                raise Gone
        raise Silent(seconds)

    def kill(self) -> None:
        """Ends it at once; whoever waits for its word hears that it is gone."""
        with self._ending:
            if not self._is_closed:
                self._process.kill()

    def bury(self) -> str:
        """Leaves nothing of it, and says how it ended. An idle one hears that the pipe is closed, and goes by itself;
        one that does not is killed."""
        self._pipe.close()
        if not self._has_gone():
            self.kill()
            self._has_gone()
        with self._ending:
            self._is_closed = True
            code = self._process.exitcode
            if code is not None:
                self._process.close()
        return _in_words(code)

    def _has_gone(self) -> bool:
        """Asks again and again: waiting for it would be for ever, where it has closed all that could be heard of it."""
        until = monotonic() + _GOING
        while self._process.exitcode is None and monotonic() < until:
            sleep(_GLANCE)
        return self._process.exitcode is not None

    @contextmanager
    def _within(self, seconds: float) -> Iterator[None]:
        """A message that is longer than the pipe waits for the other side, which may never come for it."""
        is_late = Event()

        def end() -> None:
            is_late.set()
            self.kill()

        timer = Timer(seconds, end)
        timer.start()
        try:
            with _until_it_is_gone():
                yield
        except Gone:
            if is_late.is_set():
                raise Silent(seconds) from None
            raise
        finally:
            timer.cancel()
            timer.join()


@contextmanager
def _until_it_is_gone() -> Iterator[None]:
    """A pipe that closed, or broke within a message, says that nobody is there."""
    try:
        yield
    except (EOFError, OSError) as end:
        raise Gone from end


@contextmanager
def _unheard() -> Iterator[None]:
    """A process inherits that signals wait: one that is not yet ready to let them pass would end, with a traceback."""
    if sys.platform == "win32":
        yield
        return
    from multiprocessing import resource_tracker

    resource_tracker.ensure_running()  # now: it would be started with the process, and let the signals through again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, UNHEARD)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _in_words(code: int | None) -> str:
    if code is None:
        return "killed, and still not gone"
    if code >= 0:
        return f"exit status {code}"
    known = {each.value: each.name for each in signal.Signals}
    return f"signal {-code} ({known.get(-code, 'unnamed')})"
