"""What every request finds in the house: books, laws, shelf, settings, the keys that sign, the clock and secrets."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Event, Lock

from ledgerflow.admission.signing_keys import current_keys
from ledgerflow.admission.staying import Stay, stay_of
from ledgerflow.api.readiness import Readiness
from ledgerflow.api.studio import Studio
from ledgerflow.api.tenant_series import Family
from ledgerflow.assembly import Application
from ledgerflow.configuration.keeping import RuleBook
from ledgerflow.identity.roles import INSTALLATION
from ledgerflow.identity.tokens import Claims, KeyRing, key_named
from ledgerflow.inspecting.board import Board
from ledgerflow.inspecting.figures import FiguresBoard
from ledgerflow.issuing.ports import Ledger
from ledgerflow.issuing.shelf import Shelf
from ledgerflow.settings import Settings
from ledgerflow.store.lobby import Lobby
from ledgerflow.telemetry.exposition import Exposition
from ledgerflow.telemetry.kept import KeptBy
from ledgerflow.telemetry.scraping import ScrapeToken

_FRESH = timedelta(minutes=5)  # after which the keys are read again
_AT_MOST = timedelta(seconds=1)  # between two readings for the sake of who asks for keys, or shows one not known


def draw_secret() -> str:
    """Nobody can guess it: 32 bytes of the system's own chance, in letters that a URL takes."""
    return secrets.token_urlsafe(32)


def now() -> datetime:
    """The moment of a request."""
    return datetime.now(UTC)


class Keys:
    """The keys that sign, read again when they are old, or when a token names one that is not known."""

    def __init__(self, ledger: Callable[[], Ledger]) -> None:
        self._ledger = ledger
        self._lock = Lock()
        self._ring = KeyRing(())
        self._read_at = datetime.min.replace(tzinfo=UTC)

    def ring(self, at: datetime) -> KeyRing:
        """The keys as they are now."""
        with self._lock:
            if at - self._read_at >= _FRESH:
                self._read(at)
            return self._ring

    def verify(self, token: str, at: datetime) -> Claims:
        """What a token says; raises TokenRefused."""
        ring = self.ring(at)
        if not ring.knows(key_named(token)):
            ring = self.latest(at)
        return ring.verify(token, at)

    def latest(self, at: datetime) -> KeyRing:
        """The keys as they were a second ago, for who must know of one that another process made."""
        with self._lock:
            if at - self._read_at >= _AT_MOST:
                self._read(at)
            return self._ring

    def _read(self, at: datetime) -> None:
        self._ring = KeyRing(current_keys(self._ledger(), draw_secret(), at=at))
        self._read_at = at


@dataclass(frozen=True, slots=True)
class House:
    """Put together by who starts the server, who sets `closing` when it is to end: long answers come to theirs."""

    application: Application
    lobby: Lobby
    shelf: Shelf
    settings: Settings
    keys: Keys
    rules: RuleBook
    readiness: Readiness
    series: Exposition
    board: Board
    figures: FiguresBoard = field(default_factory=FiguresBoard)
    studio: Studio = field(default_factory=Studio)
    tenant_series: KeptBy[list[Family]] = field(default_factory=KeptBy)
    closing: Event = field(default_factory=Event)

    def ledger(self, tenant: str) -> Ledger:
        """The books of one tenant."""
        return self.lobby.ledger(tenant)

    @property
    def scrape_token(self) -> ScrapeToken:
        """What whoever reads the series of the installation shows."""
        return ScrapeToken(self.settings.scrape_token, self.settings.scrape_token_file)

    def knows(self, tenant: str) -> bool:
        """Whether there is such a tenant, or it is the installation."""
        return self.lobby.knows(tenant)

    @property
    def stay(self) -> Stay:
        """How long those stay who come in now."""
        return stay_of(self.rules.now.values.security)

    @property
    def installation(self) -> Ledger:
        """What belongs to no tenant: operators, and what they do."""
        return self.lobby.ledger(INSTALLATION)
