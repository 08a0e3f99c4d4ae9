"""The archive of a batch: its files in one ZIP, the manifest last, the same bytes for the same files.

A file is deflated by whoever makes it, maybe long before and elsewhere, and laid into archives as it is from then on.
The ZIP's comment is a seal, `sha256:` and the hash of every byte before it, so that no flipped bit goes unnoticed,
not even one in a header that every reader skips.
"""

import hashlib
import json
import re
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO, Protocol

MANIFEST = "manifest.json"
VERSION = "ledgerflow.manifest/1"
SEAL = "sha256:"
SEAL_LENGTH = len(SEAL) + 64

_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)  # device names on Windows
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest day a ZIP can name: nothing of the clock
_LOCAL = struct.Struct("<26xHH")  # of what stands before a member: how long its name is, and what follows that


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
class Member:
    """A file as it lies in an archive: `deflated` as RFC 1951 has it, its CRC-32, and what the manifest says of it."""

    path: str
    deflated: bytes
    crc: int
    entry: Entry


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


def deflate(path: str, content: bytes) -> Member:
    """A file made ready for archives."""
    work = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    deflated = work.compress(content) + work.flush()
    return Member(path, deflated, zlib.crc32(content), Entry(hashlib.sha256(content).hexdigest(), len(content)))


def pack(target: Sink, members: Iterable[Member], about: Mapping[str, object]) -> Manifest:
    """Streams members into a ZIP, one in memory at a time, and ends it with `manifest.json` and the seal."""
    sealed = _Sealed(target)
    entries: dict[str, Entry] = {}
    taken = {MANIFEST}
    with zipfile.ZipFile(sealed, "w") as archive:
        for member in members:
            _require_free(member.path, taken)
            taken.add(member.path.casefold())
            entries[member.path] = member.entry
            _lay(archive, member)
        manifest = Manifest(about, entries)
        _lay(archive, deflate(MANIFEST, manifest.to_json()))
        archive.comment = b"." * SEAL_LENGTH
        sealed.hold()
    sealed.close()
    return manifest


def members_of(file: BinaryIO) -> Iterator[Member]:
    """The members of an archive that `pack` made and nobody has touched since, in their order, without the manifest."""
    with zipfile.ZipFile(file) as archive:
        said = json.loads(archive.read(MANIFEST))["files"]
        for info in archive.infolist():
            if info.filename != MANIFEST:
                file.seek(info.header_offset)
                name, extra = _LOCAL.unpack(file.read(_LOCAL.size))
                file.seek(name + extra, 1)
                deflated = file.read(info.compress_size)
                yield Member(info.filename, deflated, info.CRC, Entry(**said[info.filename]))


def _is_plain(part: str) -> bool:
    return part != "" and part[-1] not in ". " and part[0] != " " and not _RESERVED.fullmatch(part)


def _require_free(path: str, taken: set[str]) -> None:
    if not is_safe(path):
        raise MemberRefused(path, "the name is not safe to unpack")
    if path.casefold() in taken:
        raise MemberRefused(path, "the name is taken (capital letters do not tell files apart everywhere)")


def _lay(archive: zipfile.ZipFile, member: Member) -> None:
    """As it is: the standard library would deflate it anew."""
    info = zipfile.ZipInfo(member.path, _EPOCH)
    info.create_system = 3  # Unix, whatever system packs
    info.external_attr = 0o100644 << 16
    info.compress_type = zipfile.ZIP_DEFLATED
    info.CRC, info.compress_size, info.file_size = member.crc, len(member.deflated), member.entry.bytes
    info.header_offset = archive.start_dir
    assert archive.fp is not None  # it is open
    archive.fp.write(info.FileHeader() + member.deflated)
    archive.start_dir = archive.fp.tell()
    archive.filelist.append(info)
    archive.NameToInfo[info.filename] = info


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
