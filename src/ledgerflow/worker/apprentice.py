"""The process at a bench: does one deed after another as it is told, and says how it gets on.

It imports nothing but the standard library, for it is to be ready at once; a deed brings what it needs.
"""

import os
import pickle
import signal
import sys
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from multiprocessing import parent_process
from pathlib import Path
from threading import Lock, Thread
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

_BETWEEN: Final = 0.1  # seconds between two words of progress
_MIB: Final = 1 << 20
_HANGUP: Final = (signal.SIGHUP,) if sys.platform != "win32" else ()  # asks who reads a configuration to do so anew
UNHEARD: Final = (signal.SIGINT, signal.SIGTERM, *_HANGUP)  # the one who started it decides when it stops


@dataclass(frozen=True, slots=True)
class Order:
    """A function, as "module:name", and what it is called with."""

    deed: str
    arguments: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Ready:
    """The process has started and waits for orders."""


@dataclass(frozen=True, slots=True)
class Begun:
    """The order has come, and nothing of it is done yet."""


@dataclass(frozen=True, slots=True)
class At:
    """The deed is now at the invoice of this position."""

    position: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How much of a stage is done."""

    stage: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Ended:
    """The deed is over; its result follows, pickled, or what it raised. `mib` is the memory the process holds now."""

    mib: int
    raised: bool


@dataclass(frozen=True, slots=True)
class Raised:
    """What a deed raised: pickled, if it can be read again, and in words."""

    kind: str
    message: str
    traceback: str
    pickled: bytes | None


class Tell:
    """How a deed says where it is. Any of its threads may."""

    def __init__(self, pipe: "Connection[object, object]") -> None:
        self._pipe = pipe
        self._turn = Lock()
        self._held: Progress | None = None
        self._stage: str | None = None
        self._next = 0.0

    def at(self, position: int) -> None:
        """The deed is now at this invoice."""
        with self._turn:
            self._pipe.send(At(position))

    def progress(self, stage: str, done: int, total: int) -> None:
        """How much of a stage is done; said ten times a second at most, the last of each stage always."""
        with self._turn:
            if stage != self._stage:
                self._flush()
            self._held = Progress(stage, done, total)
            if stage != self._stage or done >= total or monotonic() >= self._next:
                self._flush()

    def end(self, ended: Ended, payload: bytes) -> None:
        """The deed is over."""
        with self._turn:
            self._flush()
            self._pipe.send(ended)
            self._pipe.send_bytes(payload)

    def _flush(self) -> None:
        if self._held is not None:
            self._pipe.send(self._held)
            self._stage, self._next, self._held = self._held.stage, monotonic() + _BETWEEN, None


_MODEST = 10  # by how much a bench stands back, as nice has it


def work(pipe: "Connection[object, bytes]") -> None:
    """Does what it is told until nobody is left who could."""
    _begin()
    pipe.send(Ready())
    while True:
        try:
            told = pipe.recv_bytes()
        except (EOFError, OSError):
            return  # nobody is left
        pipe.send(Begun())
        _do(told, Tell(pipe))


def _begin() -> None:
    for each in UNHEARD:
        signal.signal(each, signal.SIG_IGN)
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_UNBLOCK, UNHEARD)  # blocked while it started; nothing else it starts inherits
        _be_ended_by_the_system()
        os.nice(_MODEST)  # a server on the same machine answers first
    Thread(target=_follow, daemon=True).start()


def _be_ended_by_the_system() -> None:
    """The end of its starter closes a pipe, of which the kernel sends word, and that word ends a process: so it goes
    even out of foreign code that lets no other thread of Python run."""
    import fcntl  # not on Windows

    starter = parent_process()
    if starter is not None and hasattr(fcntl, "F_SETOWN"):
        pipe = int(starter.sentinel)
        signal.signal(signal.SIGIO, signal.SIG_DFL)
        fcntl.fcntl(pipe, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(pipe, fcntl.F_SETFL, fcntl.fcntl(pipe, fcntl.F_GETFL) | os.O_ASYNC)


def _follow() -> None:
    """Goes when the starter is gone, however it went, also where that was before the kernel was asked for word."""
    starter = parent_process()
    if starter is not None:
        starter.join()
        os._exit(1)


def _do(told: bytes, tell: Tell) -> None:
    try:
        order = pickle.loads(told)  # nosec B301  # between two processes of our own
        module, _, name = order.deed.partition(":")
        payload = pickle.dumps(getattr(import_module(module), name)(tell, **order.arguments))
        raised = False
    except BaseException as error:  # an engine's panic is no Exception, and is to be told like any other failure
        payload, raised = pickle.dumps(_in_words(error)), True
    tell.end(Ended(_memory(), raised), payload)


def _in_words(error: BaseException) -> Raised:
    words = "".join(traceback.format_exception(error))
    return Raised(type(error).__qualname__, _said(error), words, _pickled(error))


def _said(error: BaseException) -> str:
    try:
        return str(error)
    except Exception as another:  # a stranger's: what it says is his own code
        return f"its message cannot be told ({type(another).__qualname__})"


def _pickled(error: BaseException) -> bytes | None:
    """The exception as bytes from which it comes back; None where it does not, or would end who waits for it."""
    if not isinstance(error, Exception):
        return None
    try:
        pickled = pickle.dumps(error)
        again: Any = pickle.loads(pickled)  # nosec B301  # between two processes of our own
        return pickled if type(again) is type(error) and _said(again) == _said(error) else None
    except Exception:  # to come back is asked of its own code too; the words go over in any case
        return None


def _memory() -> int:
    """What this process holds in memory, in MiB; the most it ever held where the system says only that."""
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    except OSError:  # Linux alone has that file
        return _most()
    return pages * os.sysconf("SC_PAGE_SIZE") // _MIB


def _most() -> int:
    if sys.platform == "win32":
        return 0
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most // _MIB if sys.platform == "darwin" else most // 1024
