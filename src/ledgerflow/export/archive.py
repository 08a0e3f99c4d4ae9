"""The archive of a batch: its files in one ZIP, the manifest last, the same bytes for the same files.

The ZIP's comment is a seal, `sha256:` and the hash of every byte before it, so that no flipped bit goes unnoticed,
not even one in a header that every reader skips.
"""

import hashlib
import json
import re
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

MANIFEST = "manifest.json"
VERSION = "ledgerflow.manifest/1"
SEAL = "sha256:"
SEAL_LENGTH = len(SEAL) + 64

_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)  # device names on Windows
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest day a ZIP can name: nothing of the clock


class Sink(Protocol):
    """Where an archive goes: a file, a buffer or a response that is being sent; it need not be seekable."""

    def write(self, data: bytes, /) -> object:
        """Takes the next bytes."""


class MemberRefused(Exception):
    """The archive cannot hold {path!r}: {reason}."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__((self.__doc__ or "").format(path=path, reason=reason))
        self.path = path
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Entry:
    """What the manifest says of one file."""

    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an archive holds: every file with its hash, and whatever the batch says of itself."""

    about: Mapping[str, object]
    files: Mapping[str, Entry]

    def to_json(self) -> bytes:
        files = {path: {"sha256": entry.sha256, "bytes": entry.bytes} for path, entry in self.files.items()}
        fixed = {"simulated": True, "version": VERSION}
        document = {**fixed, **self.about, **fixed, "files": files}
        return json.dumps(document, ensure_ascii=False, indent=1, default=str).encode() + b"\n"


def is_safe(path: str) -> bool:
    """Whether a name unpacks on every system to a file inside the folder that one chose, and nowhere else."""
    return path.isprintable() and not re.search(r'[\\:*?"<>|]', path) and all(map(_is_plain, path.split("/")))


def pack(target: Sink, files: Iterable[tuple[str, bytes]], about: Mapping[str, object]) -> Manifest:
    """Streams the files into a ZIP, one in memory at a time, and ends it with `manifest.json` and the seal."""
    sealed = _Sealed(target)
    entries: dict[str, Entry] = {}
    taken = {MANIFEST}
    with zipfile.ZipFile(sealed, "w") as archive:
        for path, content in files:
            _require_free(path, taken)
            taken.add(path.casefold())
            entries[path] = Entry(hashlib.sha256(content).hexdigest(), len(content))
            _add(archive, path, content)
        manifest = Manifest(about, entries)
        _add(archive, MANIFEST, manifest.to_json())
        archive.comment = b"." * SEAL_LENGTH
        sealed.hold()
    sealed.close()
    return manifest


def _is_plain(part: str) -> bool:
    return part != "" and part[-1] not in ". " and part[0] != " " and not _RESERVED.fullmatch(part)


def _require_free(path: str, taken: set[str]) -> None:
    if not is_safe(path):
        raise MemberRefused(path, "the name is not safe to unpack")
    if path.casefold() in taken:
        raise MemberRefused(path, "the name is taken (capital letters do not tell files apart everywhere)")


def _add(archive: zipfile.ZipFile, path: str, content: bytes) -> None:
    member = zipfile.ZipInfo(path, _EPOCH)
    member.create_system = 3  # Unix, whatever system packs
    member.external_attr = 0o100644 << 16
    archive.writestr(member, content, zipfile.ZIP_DEFLATED, compresslevel=6)


class _Sealed:
    """Hashes what passes through; holds the ZIP's tail back until the seal can take its place in the comment."""

    def __init__(self, target: Sink) -> None:
        self._target = target
        self._hash = hashlib.sha256()
        self._tail: list[bytes] | None = None

    def write(self, data: bytes) -> int:
        if self._tail is None:
            self._hash.update(data)
            self._target.write(data)
        else:
            self._tail.append(data)
        return len(data)

    def flush(self) -> None:
        """Nothing waits here."""

    def hold(self) -> None:
        self._tail = []

    def close(self) -> None:
        tail = b"".join(self._tail or ())[:-SEAL_LENGTH]
        self._hash.update(tail)
        self._target.write(tail + f"{SEAL}{self._hash.hexdigest()}".encode())
