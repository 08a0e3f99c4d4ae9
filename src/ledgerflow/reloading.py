"""How a process keeps to the configuration: opens it, hears the hangup signal and announcements, and reads it anew."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread

from structlog.stdlib import BoundLogger

from ledgerflow.admission.announcing import Announcement, announced
from ledgerflow.configuration.keeping import RuleBook, Standing, findings_of
from ledgerflow.issuing.ports import Ledger
from ledgerflow.settings import Settings
from ledgerflow.store.database import LedgerUnreachable
from ledgerflow.telemetry.meters import RELOADS

_LOOK = 0.5  # seconds between two looks for an announcement

HANGUP: signal.Signals | None = getattr(signal, "SIGHUP", None)
"""None on Windows, where only announcements are heard."""


def open_rules(settings: Settings) -> RuleBook:
    """The rules as the files and the environment have them now. Raises InputRefused with all that is wrong."""
    folder = Path(settings.config_dir) if settings.config_dir else None
    return RuleBook(folder, settings.instead_of_files(), _now(), time.sleep)


class Watch:
    """A thread that reads the rules anew when it is asked to, or when another process announced it."""

    def __init__(self, book: RuleBook, installation: Callable[[], Ledger], log: BoundLogger) -> None:
        self._book = book
        self._installation = installation
        self._log = log
        self._stopping = Event()
        self._is_asked = False
        self._thread = Thread(target=self._go_on, name="configuration", daemon=True)

    def ask(self) -> None:
        """Has the rules read anew soon; a handler of a signal may call this, for it waits for nothing."""
        self._is_asked = True

    def __enter__(self) -> "Watch":
        self._heard = self._done = announced(self._installation())
        self._book.reread(_now())  # for what was announced before that is in the files by now
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join()

    def _go_on(self) -> None:
        away = False
        while not self._stopping.wait(_LOOK):
            try:
                self._turn()
                away = False
            except LedgerUnreachable as trouble:
                if not away:
                    self._log.warning("announcements_unheard", reason=str(trouble))
                away = True
            except Exception as trouble:  # the next look may do better, and whoever hears nothing stays at old rules
                self._log.exception("announcements_unheard", exc_info=trouble)

    def _turn(self) -> None:
        if self._is_asked:
            self._is_asked = False
            tell(self._log, self._book.reread(_now()))
        self._book.tell_all()
        latest = announced(self._installation())
        if latest != self._done:
            self._follow(latest)
            self._book.tell_all()

    def _follow(self, latest: Announcement) -> None:
        """Until the announced version is in force; what is in the way is told once."""
        if self._book.now.version == latest.version:
            self._done = latest
            return
        standing = self._book.reread(_now(), latest.version)
        if not standing.failure:
            self._done = latest
        if latest != self._heard or not standing.failure:
            tell(self._log, standing)
        self._heard = latest


def tell(log: BoundLogger, standing: Standing) -> None:
    """Says in the log how reading went, and counts it."""
    RELOADS.labels("refused" if standing.failure else "read").inc()
    if standing.failure:
        found = [str(finding) for finding in findings_of(standing)]
        log.error("configuration_kept", version=standing.rules.version, findings=found)
    else:
        found = [str(finding) for finding in standing.warnings]
        log.info("configuration_read", version=standing.rules.version, warnings=found)


def let_hangups_wait() -> None:
    """SIGHUP waits until it can be heard, for unheard it would end the process: to be called as one begins."""
    if HANGUP is not None:
        signal.pthread_sigmask(signal.SIG_BLOCK, {HANGUP})


@contextmanager
def hearing_hangups(*asked: Callable[[], None]) -> Iterator[None]:
    """SIGHUP asks for the configuration to be read anew, and ends nothing. To be entered in the main thread."""
    if HANGUP is None:
        yield
        return

    def hear(_signal: int, _frame: object) -> None:
        for one in asked:
            one()

    before = signal.signal(HANGUP, hear)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {HANGUP})
    try:
        yield
    finally:
        signal.signal(HANGUP, before)


def _now() -> datetime:
    return datetime.now(UTC)
