"""Whether the server is to be sent requests: not while it comes to its end, and not without its database."""

import time
from threading import Event, Lock

from ledgerflow.store.database import LedgerUnreachable
from ledgerflow.store.lobby import Lobby

_FRESH = 1.0  # seconds for which an answer of the database is good


class Readiness:
    """Asks the database once a second at most, however many ask us."""

    def __init__(self, lobby: Lobby) -> None:
        self._lobby = lobby
        self._draining = Event()
        self._lock = Lock()
        self._asked_at = float("-inf")
        self._reachable = False

    def drain(self) -> None:
        """From now on the server is not ready: it does what it has taken, and is to be given nothing more."""
        self._draining.set()

    def why_not(self) -> str:
        """Why the server is not ready; empty where it is."""
        if self._draining.is_set():
            return "it comes to its end"
        with self._lock:
            if time.monotonic() - self._asked_at >= _FRESH:
                self._reachable = self._ask()
                self._asked_at = time.monotonic()
            return "" if self._reachable else "its database cannot be reached"

    def _ask(self) -> bool:
        try:
            self._lobby.tenants()
        except LedgerUnreachable:
            return False
        return True
