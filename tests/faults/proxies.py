"""Somebody between a program and PostgreSQL, who cuts the line at the worst moment: when COMMIT is said."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import Enum, auto

_COMMIT = b"Q\x00\x00\x00\x0bCOMMIT\x00"
_LATE = 0.7  # seconds


class Cut(Enum):
    """What becomes of a COMMIT: it never arrives; its answer is swallowed; or it arrives when the line is cut."""

    BEFORE = auto()
    ANSWER = auto()
    LATE = auto()


class Proxy:
    """Forwards all connections to a port, until the COMMIT that is chosen, counted over all of them from 1. `closes`
    says whether nobody is let in afterwards."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._lock = threading.Lock()
        self._commits = 0
        self._chosen = 0
        self._how = Cut.BEFORE
        self._closes = False
        self._late = _LATE
        self._lines: list[threading.Thread] = []
        self.cuts = 0
        self.is_open = True

    @property
    def port(self) -> int:
        port: int = self._listener.getsockname()[1]
        return port

    def choose(self, place: int, how: Cut, *, closes: bool = False, late: float = _LATE) -> None:
        """Cuts the line at the COMMIT at that place, from now; a late one arrives so many seconds after."""
        with self._lock:
            self._commits, self._chosen, self._how, self._closes = 0, place, how, closes
            self._late = late

    def serve(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                if not self.is_open:
                    client.close()
                    continue
                self._lines.append(threading.Thread(target=self._forward, args=(client,), daemon=True))
                self._lines[-1].start()

    def settle(self) -> None:
        """Waits until all that was said has arrived. The clients are gone."""
        for line in self._lines:
            line.join(timeout=10)

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _forward(self, client: socket.socket) -> None:
        with client, socket.create_connection(("127.0.0.1", self._port)) as server:
            answers = threading.Thread(target=_to_client, args=(client, server), daemon=True)
            answers.start()
            self._to_server(client, server)
            answers.join()

    def _to_server(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while said := client.recv(65536):
                if said.startswith(_COMMIT) and self._is_chosen():
                    self._cut(client, server, said)
                    break
                server.sendall(said)
        _end(client, server)

    def _is_chosen(self) -> bool:
        with self._lock:
            self._commits += 1
            return self._commits == self._chosen

    def _cut(self, client: socket.socket, server: socket.socket, commit: bytes) -> None:
        self.is_open = not self._closes
        self.cuts += 1
        if self._how is Cut.BEFORE:
            return
        _end(client)  # before the server hears of it, so that its answer reaches nobody
        if self._how is Cut.LATE:
            time.sleep(self._late)
        server.sendall(commit)
        time.sleep(_LATE / 2)  # it writes


def _to_client(client: socket.socket, server: socket.socket) -> None:
    with suppress(OSError):
        while said := server.recv(65536):
            client.sendall(said)
    _end(client)


def _end(*lines: socket.socket) -> None:
    for line in lines:
        with suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)


@contextmanager
def proxy_to(port: int) -> Iterator[Proxy]:
    """A proxy on a port of its own."""
    proxy = Proxy(port)
    thread = threading.Thread(target=proxy.serve, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.close()
        thread.join(timeout=10)
