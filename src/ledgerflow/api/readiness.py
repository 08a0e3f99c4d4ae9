"""Whether the server is to be sent requests: not while it comes to its end, while its books are migrated or of another
revision, and not without its database."""

from threading import Event

from ledgerflow.inspecting.board import Board
from ledgerflow.inspecting.looks import State

_NEEDED = ("database", "migrations")


class Readiness:
    """Asks the board, which looks once a second at most, however many ask us."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._draining = Event()

    def drain(self) -> None:
        """From now on the server is not ready: it does what it has taken, and is to be given nothing more."""
        self._draining.set()

    def why_not(self) -> str:
        """Why the server is not ready; empty where it is. No address is in it, for anybody may ask."""
        if self._draining.is_set():
            return "it comes to its end"
        for standing in self._board.standing(*_NEEDED):
            if standing.look.state is not State.OK:
                return _WHY[standing.part]
        return ""


_WHY = {
    "database": "its database cannot be reached",
    "migrations": "its books are being migrated, or are of another revision",
}
