"""A virus scanner beside ours: ClamAV's daemon, asked over a socket by its command INSTREAM (clamd(8))."""

import re
import socket
import struct
from collections.abc import Iterator, Sequence
from urllib.parse import unquote, urlsplit

from ledgerflow.intake.scanning import ScannerUnreachable

_BLOCK = 64 * 1024
_PORT = 3310
_FOUND = re.compile(r"stream: (.+) FOUND")
_LONGEST = 4096  # bytes of an answer


class Clamd:
    """The daemon at `tcp://host:3310` or `unix:///path`. Each file is a connection of its own; unless the daemon says
    in so many words that it is clean, it is not."""

    def __init__(self, url: str, seconds: int = 20) -> None:
        self._url = urlsplit(url)
        self._seconds = seconds

    def found(self, content: bytes) -> Sequence[str]:
        """The name of what it found; raises ScannerUnreachable."""
        try:
            with self._connected() as connection:
                connection.sendall(b"zINSTREAM\0")
                for block in _blocks(content):
                    connection.sendall(block)
                answer = _answer(connection)
        except OSError as trouble:
            raise ScannerUnreachable(reason=trouble.strerror or str(trouble)) from trouble
        if answer == "stream: OK":
            return ()
        if match := _FOUND.fullmatch(answer):
            return (match.group(1),)
        raise ScannerUnreachable(reason=f"it says {answer!r}")

    def ping(self) -> None:
        """Raises ScannerUnreachable where it does not say that it is there."""
        try:
            with self._connected() as connection:
                connection.sendall(b"zPING\0")
                answer = _answer(connection)
        except OSError as trouble:
            raise ScannerUnreachable(reason=trouble.strerror or str(trouble)) from trouble
        if answer != "PONG":
            raise ScannerUnreachable(reason=f"it says {answer!r}")

    def _connected(self) -> socket.socket:
        if self._url.scheme == "unix":
            connection = socket.socket(socket.AF_UNIX)
            try:
                connection.settimeout(self._seconds)
                connection.connect(unquote(self._url.path))
            except OSError:
                connection.close()
                raise
            return connection
        return socket.create_connection((self._url.hostname, self._url.port or _PORT), self._seconds)


def _blocks(content: bytes) -> Iterator[bytes]:
    """Each with its length before it; none is the end."""
    for place in range(0, len(content), _BLOCK):
        block = content[place : place + _BLOCK]
        yield struct.pack("!I", len(block)) + block
    yield struct.pack("!I", 0)


def _answer(connection: socket.socket) -> str:
    answer = b""
    while len(answer) < _LONGEST and (block := connection.recv(_LONGEST)):
        answer += block
    return answer.rstrip(b"\0\n").decode("utf-8", "replace")
