"""The shelf at an address: a folder of a disk, a bucket of S3, or whatever else fsspec opens."""

import hashlib
import io
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, cast
from urllib.parse import unquote

from ledgerflow.issuing.shelf import Laid, ShelfDamaged, ShelfFull, ShelfUnreachable
from ledgerflow.store.buckets import open_store
from ledgerflow.store.database import sqlite_path
from ledgerflow.store.grounds import BLOCK, UNFINISHED, Disk, Ground, Lying, digest_of
from ledgerflow.store.refusals import MIB, Sign, told

_MARGIN = 64 * MIB  # that a disk keeps free for everybody else
_WORD = re.compile(r"[A-Za-z0-9._-]*[A-Za-z0-9_-]")  # no `.`, no `..`, and no dot at an end, which Windows leaves out
_NO_LIBRARY = "`pip install ledgerflow[s3]` brings what it needs."
_NO_FOLDER = "it names no folder of this machine. Write file:///path, or the path alone."


def open_shelf(url: str) -> "UrlShelf":
    """The shelf at `url`: a folder, `file:///folder`, `s3://bucket/folder`, or another address that fsspec opens.

    Nothing is asked of the place yet. An S3 that is not Amazon's is named by AWS_ENDPOINT_URL, as botocore reads it.
    Raises ShelfUnreachable where no library opens such an address.
    """
    sign = Sign.of(url)
    scheme, separator, _ = url.partition("://")
    if not separator or scheme == "file":
        return UrlShelf(url, sign, Disk(_folder(url, sign)))
    try:
        ground = open_store(url)
    except (ImportError, ValueError) as missing:
        advice = _NO_LIBRARY if scheme in ("s3", "s3a") else f"{str(missing).rstrip('.')}."
        raise ShelfUnreachable(shelf=sign.label, reason=f"{scheme}:// cannot be opened here. {advice}") from missing
    return UrlShelf(url, sign, ground)


def shelf_beside(database_url: str) -> str:
    """Where archives lie unless somebody says: beside an SQLite ledger, or at home where the ledger is a server's."""
    path = sqlite_path(database_url)
    return str(Path.home() / ".ledgerflow" / "shelf" if path is None else Path(f"{path}.shelf").absolute())


class UrlShelf:
    """Files by name on some ground. It may be used by threads together, forked, and handed to a spawned process."""

    def __init__(self, url: str, sign: Sign, ground: Ground) -> None:
        self._url = url
        self._sign = sign
        self._ground = ground

    def __reduce__(self) -> tuple[Callable[[str], "UrlShelf"], tuple[str]]:
        return open_shelf, (self._url,)

    def lay(self, name: str, source: Path) -> Laid:
        """Puts a file there, checked by reading it back; raises ShelfFull, ShelfUnreachable, ShelfDamaged."""
        path = _safe(name)
        if path.endswith(UNFINISHED):
            raise ValueError(f"{name!r} is the name of what is not finished.")
        with source.open("rb") as file:
            wanted, size = digest_of(file), file.tell()
        self.require_room(size)
        with self._told(needed=size):
            found = self._ground.put(source, path, wanted)
        if found != wanted:
            raise ShelfDamaged(name=name, shelf=self._sign.label, found=found, wanted=wanted)
        return Laid(name, wanted, size, self._stand(path).at)

    def open(self, name: str) -> AbstractContextManager[BinaryIO]:
        """Reads a file; raises NotOnShelf and ShelfUnreachable, also later, while it is read."""
        return self._reading(name, _safe(name))

    def take(self, name: str, target: Path, sha256: str = "") -> Laid:
        """Copies a file to a path, where nothing stays of one that is damaged or breaks off. What goes wrong in
        writing there is raised as it is: it is no trouble of the shelf's."""
        try:
            with self.open(name) as file, target.open("wb") as copy:
                found, size = _copy(file, copy)
            if sha256 and found != sha256:
                raise ShelfDamaged(name=name, shelf=self._sign.label, found=found, wanted=sha256)
        except BaseException:
            target.unlink(missing_ok=True)
            raise
        return Laid(name, found, size, self._stand(_safe(name)).at)

    def files(self, folder: str) -> Sequence[Laid]:
        """All that lies finished in a folder and its folders, by name."""
        lying = (one for one in self._files(_safe(folder)) if not one.path.endswith(UNFINISHED))
        return sorted((Laid(one.path, "", one.bytes, one.at) for one in lying), key=lambda laid: laid.name)

    def clear(self, folder: str) -> int:
        """Removes a folder with all that lies in it, and looks whether it is gone; says how many files."""
        path = _safe(folder)
        held = len(self._files(path))
        with self._told():
            self._ground.remove_all(path)
        if self._files(path):
            reason = f"{folder} could not be removed. Check that its user may, and that nobody is writing there."
            raise ShelfUnreachable(shelf=self._sign.label, reason=reason, passing=True)
        return held

    def clear_unfinished(self, before: datetime) -> int:
        """Removes what writers that were killed left behind before then; says how many files."""
        left = [one for one in self._files("") if one.path.endswith(UNFINISHED) and one.at < before]
        for one in left:
            with self._told():
                self._ground.remove(one.path)
        return len(left)

    def require_room(self, needed: int) -> None:
        """Raises ShelfFull where fewer bytes are free, and some that are left to others."""
        with self._told():
            free = self._ground.room()
        if free is not None and free < needed + _MARGIN:
            wanted = -(-(needed + _MARGIN) // MIB)
            raise ShelfFull(shelf=self._sign.label, free=free // MIB, needed=wanted)

    def folders(self) -> Iterator[tuple[str, datetime]]:
        """The folders two deep, with the time of the latest file in each, or of the folder where there is none."""
        for tenant, _ in self._folders(""):
            for job, since in self._folders(tenant):
                times = [one.at for one in self._files(f"{tenant}/{job}")]
                latest = max(times, default=since)
                if latest is not None:
                    yield f"{tenant}/{job}", latest

    @contextmanager
    def _reading(self, name: str, path: str) -> Iterator[BinaryIO]:
        with self._told(name):
            raw = self._ground.read(path)
        with raw, io.BufferedReader(_Told(raw, lambda: self._told(name)), BLOCK) as file:
            yield cast(BinaryIO, file)

    def _told(self, name: str = "", needed: int = 0) -> AbstractContextManager[None]:
        return told(self._sign, name, self._ground.room, needed)

    def _files(self, path: str) -> list[Lying]:
        with self._told():
            return list(self._ground.files(path))

    def _folders(self, path: str) -> list[tuple[str, datetime | None]]:
        with self._told():
            return list(self._ground.folders(path))

    def _stand(self, path: str) -> Lying:
        with self._told(path):
            return self._ground.stand(path)


class _Told(io.RawIOBase):
    """A file of a place, of which trouble in reading is told as the shelf tells it."""

    def __init__(self, file: BinaryIO, told: Callable[[], AbstractContextManager[None]]) -> None:
        self._file = file
        self._told = told

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # typeshed has a protocol of its own here
        with self._told():
            block = self._file.read(len(buffer))
        buffer[: len(block)] = block
        return len(block)

    def seek(self, place: int, whence: int = io.SEEK_SET, /) -> int:
        with self._told():
            return self._file.seek(place, whence)

    def tell(self) -> int:
        return self._file.tell()


def _copy(file: BinaryIO, copy: BinaryIO) -> tuple[str, int]:
    """Copies, and gives the SHA-256 and the size."""
    digest, size = hashlib.sha256(), 0
    while block := file.read(BLOCK):
        digest.update(block)
        size += copy.write(block)
    return digest.hexdigest(), size


def _safe(name: str) -> str:
    """The name, if it leads nowhere but down: letters, digits, `-`, `_`, `.`, and slashes between words."""
    if all(_WORD.fullmatch(word) for word in name.split("/")):
        return name
    raise ValueError(f"{name!r} is no name on a shelf: letters, digits, and -_. between slashes.")


def _folder(url: str, sign: Sign) -> Path:
    scheme, separator, rest = url.partition("://")
    if not separator:
        path = Path(scheme).expanduser()
    else:
        path = Path(unquote(re.sub(r"^/(?=[A-Za-z]:)", "", rest.removeprefix("localhost"))))
    if not url or (separator and not path.is_absolute()):
        raise ShelfUnreachable(shelf=sign.label, reason=_NO_FOLDER)
    return path.absolute()
