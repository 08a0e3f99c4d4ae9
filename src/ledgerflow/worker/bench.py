"""A bench: one heavy deed at a time, in a process of its own, so that a crash or a hang takes nothing else down."""

import atexit
import pickle
from collections.abc import Callable, Mapping
from contextlib import suppress
from threading import Lock, RLock
from typing import Final, NoReturn
from weakref import WeakSet

from ledgerflow.billing.errors import BillingError
from ledgerflow.worker.apprentice import At, Ended, Order, Progress, Raised
from ledgerflow.worker.hired import Gone, Hired, Silent

Heard = Callable[[str, int, int], None]
Reached = Callable[[int], None]
RECYCLE_AFTER: Final = 1_000  # deeds
RECYCLE_ABOVE_MIB: Final = 1_500
_STARTING: Final = 60.0  # seconds that a process may take until it is ready, on a machine that is busy
_CLOSING: Final = 5.0  # seconds until one is closed whose listener is at something else


class BenchBroken(BillingError):
    """The process that did the work ended in the midst of it{where}: {how}."""

    def __init__(self, at: int | None, how: str) -> None:
        self.at, self.how = at, how
        super().__init__(where=_where(at), how=how)


class BenchStopped(BenchBroken):
    """The work was stopped{where}."""

    def __init__(self, at: int | None = None) -> None:
        super().__init__(at, "stopped")


class BenchStuck(BillingError):
    """The process that did the work said nothing for {seconds} s{where}, and was ended."""

    def __init__(self, at: int | None, seconds: float) -> None:
        self.at, self.seconds = at, seconds
        super().__init__(seconds=f"{seconds:g}", where=_where(at))


class DeedFailed(BillingError):
    """The work failed with {kind}: {message}"""

    def __init__(self, kind: str, message: str, traceback: str = "") -> None:
        self.kind, self.traceback = kind, traceback
        super().__init__(kind=kind, message=message)


class Bench:
    """A place where deeds are done one after the other; threads that come to the same one wait their turn.

    Its process is started with the first deed and kept. It is another one after a crash or a hang, after so many deeds,
    and when it has come to hold so much memory, for what a large batch took is given back only at its end.
    """

    def __init__(self, *, recycle_after: int = RECYCLE_AFTER, recycle_above_mib: int = RECYCLE_ABOVE_MIB) -> None:
        self._recycle_after, self._recycle_above_mib = recycle_after, recycle_above_mib
        self._turn = RLock()  # held through a deed
        self._gate = Lock()  # held for a moment, by whoever starts, kills or takes away
        self._hired: Hired | None = None
        self._deeds = 0
        self._at: int | None = None
        self._is_busy = self._is_stopped = self._is_closed = False
        _all.add(self)

    def run(
        self,
        deed: str,
        arguments: Mapping[str, object],
        *,
        patience: float,
        heard: Heard | None = None,
        reached: Reached | None = None,
    ) -> object:
        """Has `deed`, "module:function", called with a Tell and the arguments, and returns what it returns.

        Raises what it raises; DeedFailed, where that is no exception which can be handed over; BenchBroken, where its
        process ended or `kill` was called; BenchStuck, where no word came of it for `patience` seconds. `heard` is
        called with each word of progress, and `reached` with each invoice that is begun; what they raise ends the deed.
        """
        told = pickle.dumps(Order(deed, dict(arguments)))
        with self._turn:
            try:
                ended, payload = self._converse(told, patience, heard, reached)
            finally:
                self._is_busy = False
                if self._is_closed:
                    self._dismiss()
        return _raise(payload) if ended.raised else _result(payload)

    def kill(self) -> None:
        """Ends the deed in hand at once: whoever waits for it hears BenchStopped. The next one finds a new process."""
        with self._gate:
            self._is_stopped = self._is_busy
            if self._hired is not None:
                self._hired.kill()

    def close(self) -> None:
        """Ends it for good, with the deed in hand; nothing is left of it, and nothing more is done here."""
        with self._gate:
            self._is_closed = True
        if not self._turn.acquire(blocking=False):
            self.kill()
            if not self._turn.acquire(timeout=_CLOSING):
                return  # its process has ended; the rest is done by who waited for it
        try:
            self._dismiss()
        finally:
            self._turn.release()

    def _converse(
        self, told: bytes, patience: float, heard: Heard | None, reached: Reached | None
    ) -> tuple[Ended, bytes]:
        """One deed, from the order to its end; a process with which that did not go well is kept no longer."""
        try:
            hired = self._hand_over(told, patience)
            ended = self._listen(hired, patience, heard, reached)
            payload = hired.payload(patience)
        except Gone:
            self._break(self._dismiss())
        except Silent as silent:
            self._abandon()
            raise BenchStuck(self._at, silent.seconds) from None
        except BaseException:
            self._abandon()
            raise
        self._deeds += 1
        if self._deeds >= self._recycle_after or ended.mib > self._recycle_above_mib:
            self._dismiss()
        return ended, payload

    def _hand_over(self, told: bytes, patience: float) -> Hired:
        """Finds a process that takes the order: the one that was kept, or a new one where that has ended since."""
        with self._gate:
            if self._is_closed:
                raise BenchStopped
            self._is_busy, self._is_stopped, self._at = True, False, None
            kept = self._hired
        if kept is not None:
            with suppress(Gone):  # it ended while nobody had work for it, and that is no fault of this deed
                return _order(kept, told, patience)
            self._dismiss()
        with self._gate:
            if self._is_stopped or self._is_closed:
                raise BenchStopped
            fresh = self._hired = Hired()
        fresh.word(_STARTING)  # that it is ready
        return _order(fresh, told, patience)

    def _listen(self, hired: Hired, patience: float, heard: Heard | None, reached: Reached | None) -> Ended:
        while True:
            match hired.word(patience):
                case At(position):
                    self._at = position
                    if reached is not None:
                        reached(position)
                case Progress(stage, done, total) if heard is not None:
                    heard(stage, done, total)
                case Ended() as ended:
                    return ended

    def _break(self, how: str) -> NoReturn:
        if self._is_stopped or self._is_closed:
            raise BenchStopped(self._at) from None
        raise BenchBroken(self._at, how) from None

    def _abandon(self) -> None:
        with self._gate:
            if self._hired is not None:
                self._hired.kill()
        self._dismiss()

    def _dismiss(self) -> str:
        """Takes the process away, and says how it ended."""
        with self._gate:
            hired, self._hired, self._deeds = self._hired, None, 0
        return hired.bury() if hired is not None else ""


_all: Final[WeakSet[Bench]] = WeakSet()


@atexit.register
def _leave_none() -> None:
    """A program that ends would wait for these processes, which hear no signal."""
    for bench in tuple(_all):
        bench.kill()


def _order(hired: Hired, told: bytes, patience: float) -> Hired:
    """Gone from here means that the deed was not begun."""
    hired.tell(told, patience)
    hired.word(patience)  # that it begins
    return hired


def _where(at: int | None) -> str:
    return "" if at is None else f" at invoice {at} of the batch, counted from 0"


def _result(payload: bytes) -> object:
    try:
        return pickle.loads(payload)  # nosec B301  # between two processes of our own
    except Exception as error:
        raise DeedFailed(type(error).__qualname__, f"its result cannot be read: {error}") from error


def _raise(payload: bytes) -> NoReturn:
    raised = pickle.loads(payload)  # nosec B301  # between two processes of our own
    if not isinstance(raised, Raised):
        raise DeedFailed(type(raised).__qualname__, "it is not known what the work raised")
    try:
        error = pickle.loads(raised.pickled or b"")  # nosec B301  # between two processes of our own
    except Exception:  # it cannot be read here: its words say what happened
        error = None
    if not isinstance(error, Exception):
        raise DeedFailed(raised.kind, raised.message, raised.traceback)
    error.add_note(f"In the process of the bench:\n{raised.traceback}")
    raise error
