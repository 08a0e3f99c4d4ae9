"""What a shelf stands on: files by path that are written whole or not at all. Disks are here, stores in `buckets`."""

import hashlib
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import get_ident
from typing import BinaryIO, Protocol

UNFINISHED = ".unfinished"
BLOCK = 8 * 2**20  # bytes that are held in memory at once


@dataclass(frozen=True, slots=True)
class Lying:
    """A file by its path below the root of the ground."""

    path: str
    bytes: int
    at: datetime


class Ground(Protocol):
    """Paths have slashes, and were looked through before. What goes wrong is raised as the place raises it."""

    def put(self, source: Path, path: str, sha256: str) -> str:
        """Writes a copy and reads it back; it has its name only if its SHA-256 is the one given. Gives that found."""

    def read(self, path: str) -> BinaryIO:
        """Opens a file."""

    def stand(self, path: str) -> Lying:
        """What is known of a file without reading it."""

    def files(self, path: str) -> Iterator[Lying]:
        """All files below a folder, finished or not; none if there is no folder."""

    def folders(self, path: str) -> Iterator[tuple[str, datetime | None]]:
        """The names of the folders in a folder, and since when they are as they are, where the place knows."""

    def remove(self, path: str) -> None:
        """Removes a file that may be gone already."""

    def remove_all(self, path: str) -> None:
        """Removes a folder, which may be gone already, and everything in it."""

    def room(self) -> int | None:
        """How many bytes are free; None where nobody can say."""


def digest_of(file: BinaryIO) -> str:
    """The SHA-256 of what is left to read."""
    digest = hashlib.sha256()
    while block := file.read(BLOCK):
        digest.update(block)
    return digest.hexdigest()


def aside(path: str) -> str:
    """A name in the same folder that no other writer has, in which a killed one's can be recognised."""
    folder, slash, name = path.rpartition("/")
    return f"{folder}{slash}.{name}.{os.getpid()}-{get_ident():x}-{time.monotonic_ns():x}{UNFINISHED}"


class Disk:
    """A folder of a file system. What has its name has reached the disk: file and folder are flushed."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, source: Path, path: str, sha256: str) -> str:
        target, temporary = self.root / path, self.root / aside(path)
        _make(target.parent)
        try:
            _copy(source, temporary)
            with temporary.open("rb") as copy:
                found = digest_of(copy)
            if found == sha256:
                temporary.replace(target)
                _flush(target.parent)
        finally:
            temporary.unlink(missing_ok=True)
        return found

    def read(self, path: str) -> BinaryIO:
        return (self.root / path).open("rb")

    def stand(self, path: str) -> Lying:
        stand = (self.root / path).lstat()
        return Lying(path, stand.st_size, _time(stand))

    def files(self, path: str) -> Iterator[Lying]:
        for folder, _, names in os.walk(self.root / path, onerror=_unless_gone):
            for name in names:
                file = Path(folder) / name
                with suppress(FileNotFoundError):  # cleared, or finished, in the meantime
                    yield self.stand(file.relative_to(self.root).as_posix())

    def folders(self, path: str) -> Iterator[tuple[str, datetime | None]]:
        try:
            entries = sorted((self.root / path).iterdir())
        except FileNotFoundError:
            return
        for entry in entries:
            with suppress(FileNotFoundError):
                if entry.is_dir() and not entry.is_symlink():
                    yield entry.name, _time(entry.lstat())

    def remove(self, path: str) -> None:
        (self.root / path).unlink(missing_ok=True)

    def remove_all(self, path: str) -> None:
        for _ in range(3):  # whoever clears at the same time takes files from under our hands
            with suppress(FileNotFoundError):
                shutil.rmtree(self.root / path)
                break

    def room(self) -> int | None:
        place = self.root
        while not place.exists() and place != place.parent:
            place = place.parent
        return shutil.disk_usage(place).free


def _copy(source: Path, target: Path) -> None:
    """Copies until the disk has it; what is read afterwards comes from there, where the system can be told so."""
    with source.open("rb") as original, target.open("xb") as copy:
        shutil.copyfileobj(original, copy, BLOCK)
        copy.flush()
        os.fsync(copy.fileno())
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(copy.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _make(folder: Path) -> None:
    """Makes a folder and those above it, each of them on the disk before anything lies in it."""
    if folder.is_dir():
        return
    _make(folder.parent)
    folder.mkdir(exist_ok=True)
    _flush(folder.parent)


def _flush(folder: Path) -> None:
    """A new name is in its folder for good; Windows neither needs nor allows it."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _time(stand: os.stat_result) -> datetime:
    return datetime.fromtimestamp(stand.st_mtime, UTC)


def _unless_gone(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise error
