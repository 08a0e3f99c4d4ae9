"""Grounds that fsspec knows: object stores, and whatever else has a URL."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from math import ceil
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from ledgerflow.store.grounds import BLOCK, Lying, aside, digest_of
from ledgerflow.store.refusals import is_of_no_bucket

_PARTS = 10_000  # of which S3 makes one file
_AT_ONCE = 4  # parts that are under way together, each of a block
_TIMES = ("mtime", "LastModified", "last_modified", "updated", "created")  # what places call the time of a file


class System(Protocol):
    """What is used of a file system of fsspec, which tells no types."""

    def put_file(self, source: str, path: str, **options: object) -> None: ...

    def open(self, path: str, mode: str, **options: object) -> BinaryIO: ...

    def find(self, path: str, *, detail: bool) -> Mapping[str, Mapping[str, object]]: ...

    def info(self, path: str) -> Mapping[str, object]: ...

    def ls(self, path: str, detail: bool) -> Sequence[Mapping[str, object]]: ...

    def mv(self, path: str, target: str) -> None: ...

    def rm_file(self, path: str) -> None: ...

    def rm(self, path: str, recursive: bool) -> None: ...

    def makedirs(self, path: str, exist_ok: bool) -> None: ...


class Store:
    """A place behind a URL. A copy is written aside and checked before it takes its name."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._process = os.getpid()
        self._system, self._root = _open(url)

    def put(self, source: Path, path: str, sha256: str) -> str:
        temporary = aside(path)
        try:
            with suppress(NotImplementedError):
                self.system.makedirs(self._full(path).rpartition("/")[0], exist_ok=True)
            self.system.put_file(str(source), self._full(temporary))
            found = self._digest(temporary)
            if found == sha256:
                self.system.mv(self._full(temporary), self._full(path))
                return found
        except BaseException:
            with suppress(Exception):  # what went wrong first is what is told
                self.remove(temporary)
            raise
        self.remove(temporary)
        return found

    def read(self, path: str) -> BinaryIO:
        return self.system.open(self._full(path), "rb", block_size=BLOCK)

    def stand(self, path: str) -> Lying:
        facts = self.system.info(self._full(path))
        return Lying(path, int(str(facts["size"])), _time(facts))

    def files(self, path: str) -> Iterator[Lying]:
        with _unless_gone():
            for name, facts in self.system.find(self._full(path), detail=True).items():
                yield Lying(self._below(name), int(str(facts["size"])), _time(facts))

    def folders(self, path: str) -> Iterator[tuple[str, datetime | None]]:
        with _unless_gone():
            for facts in self.system.ls(self._full(path), detail=True):
                if facts["type"] == "directory":
                    yield str(facts["name"]).rstrip("/").rpartition("/")[2], None

    def remove(self, path: str) -> None:
        with _unless_gone():
            self.system.rm_file(self._full(path))

    def remove_all(self, path: str) -> None:
        with _unless_gone():
            self.system.rm(self._full(path), recursive=True)

    def room(self) -> int | None:
        return None

    @property
    def system(self) -> System:
        """The file system; a forked process has its own, for connections do not survive a fork."""
        if self._process != os.getpid():
            self._system, self._root = _open(self._url)
            self._process = os.getpid()
        return self._system

    def _digest(self, path: str) -> str:
        with self.read(path) as copy:
            return digest_of(copy)

    def _full(self, path: str) -> str:
        return f"{self._root}/{path}".rstrip("/")

    def _below(self, name: str) -> str:
        return name.removeprefix(self._root).lstrip("/")


class Bucket(Store):
    """A bucket of S3. A put has its name when it is whole, and never before, so that nothing needs be written aside.

    What arrived is read back: ETags are no hash of the content where it is encrypted or came in parts, and not every
    store that speaks S3 keeps the checksums of AWS.
    """

    def put(self, source: Path, path: str, sha256: str) -> str:
        size = max(BLOCK, ceil(source.stat().st_size / _PARTS))
        self.system.put_file(
            str(source), self._full(path), chunksize=size, max_concurrency=_AT_ONCE, Metadata={"sha256": sha256}
        )
        found = self._digest(path)
        if found != sha256:
            self.remove(path)
        return found


def open_store(url: str) -> Store:
    """The ground behind a URL. Raises ImportError and ValueError where fsspec lacks what it needs for it."""
    return (Bucket if url.startswith(("s3://", "s3a://")) else Store)(url)


def _open(url: str) -> tuple[System, str]:
    """A file system of our own, that remembers no listing: what another process lays is seen at once."""
    from fsspec.core import url_to_fs  # here, so that whoever keeps a folder does not wait for it

    system, root = url_to_fs(url, skip_instance_cache=True)
    system.dircache.use_listings_cache = False
    return cast(System, system), str(root).rstrip("/")


@contextmanager
def _unless_gone() -> Iterator[None]:
    """What is not there need not be told, unless all of the place is not there."""
    try:
        yield
    except FileNotFoundError as missing:
        if is_of_no_bucket(missing):
            raise


def _time(facts: Mapping[str, object]) -> datetime:
    told = next(facts[name] for name in _TIMES if facts.get(name) is not None)
    if isinstance(told, int | float):
        return datetime.fromtimestamp(told, UTC)
    at = told if isinstance(told, datetime) else datetime.fromisoformat(str(told))
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
