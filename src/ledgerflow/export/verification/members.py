"""The archive as a box: its seal, its manifest, and each member's name and hash, whatever has happened to it."""

import hashlib
import json
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from lzma import LZMAError
from typing import BinaryIO

from ledgerflow.export.archive import MANIFEST, SEAL, SEAL_LENGTH, VERSION, is_safe
from ledgerflow.export.verification.reading import Fault, Node, Unreadable

LARGEST = 2**28  # bytes of one member: more than any batch makes, less than a bomb
BROKEN = (  # what `zipfile` raises over damaged bytes
    zipfile.BadZipFile,
    zlib.error,
    LZMAError,
    struct.error,
    EOFError,
    OSError,
    RuntimeError,
    ValueError,
    OverflowError,
    IndexError,
)
_BLOCK = 2**20


def check_seal(stream: BinaryIO, comment: bytes) -> Iterator[Fault]:
    """Whether every byte is as it was packed. An archive that other tools packed again has no comment and no seal."""
    if not comment:
        return
    size = stream.seek(0, 2)
    stream.seek(0)
    left, digest = max(0, size - SEAL_LENGTH), hashlib.sha256()
    while left:
        block = stream.read(min(left, _BLOCK))
        digest.update(block)
        left -= len(block)
    if stream.read() != SEAL.encode() + digest.hexdigest().encode():
        yield Fault("seal_broken", "the archive", "is not, byte for byte, what was packed")


def check_names(archive: zipfile.ZipFile) -> Iterator[Fault]:
    """Names that would unpack elsewhere, and names that stand twice."""
    taken: set[str] = set()
    for member in archive.infolist():
        if member.orig_filename != member.filename or not is_safe(member.filename):
            yield Fault("name_unsafe", repr(member.orig_filename), "is not a safe name for a file")
        if member.filename.casefold() in taken:
            yield Fault("name_twice", member.filename, "is in the archive more than once")
        taken.add(member.filename.casefold())


def read_member(archive: zipfile.ZipFile, path: str) -> bytes | Fault:
    """The bytes of one member, or why they cannot be had."""
    try:
        if archive.getinfo(path).file_size > LARGEST:
            return Fault("member_too_large", path, f"is larger than {LARGEST} bytes")
        return archive.read(path)
    except BROKEN as error:
        return Fault("member_damaged", path, f"cannot be read: {error}")


def read_json(content: bytes) -> Node:
    """A JSON document, every number in it kept as it is written."""
    try:
        return Node(json.loads(content.decode()), "")
    except (ValueError, RecursionError) as error:
        raise Unreadable("", f"is not JSON: {error}") from error


def read_manifest(archive: zipfile.ZipFile) -> tuple[Mapping[str, Node], list[Fault]]:
    """What the manifest says of each file, and what is wrong with the manifest itself."""
    if MANIFEST not in archive.namelist():
        return {}, [Fault("manifest_missing", MANIFEST, "is missing")]
    content = read_member(archive, MANIFEST)
    if isinstance(content, Fault):
        return {}, [content]
    try:
        manifest = read_json(content)
        faults = [
            Fault("manifest_wrong", f"{MANIFEST}/{name}", f"should be {json.dumps(value)}")
            for name, value in (("simulated", True), ("version", VERSION))
            if manifest[name].value != value or type(manifest[name].value) is not type(value)
        ]
        return dict(manifest["files"].named()), faults
    except Unreadable as error:
        return {}, [Fault("manifest_wrong", MANIFEST + error.place, error.wanted)]


def check_inventory(archive: zipfile.ZipFile, files: Mapping[str, Node]) -> Iterator[Fault]:
    """Members that the manifest does not name, and files that it names in vain."""
    present = set(archive.namelist()) - {MANIFEST}
    for path in sorted(present - files.keys()):
        yield Fault("member_extra", path, "is in the archive and not in the manifest")
    for path in sorted(files.keys() - present):
        yield Fault("member_missing", path, "is in the manifest and not in the archive")


def check_hash(path: str, content: bytes, entry: Node) -> Iterator[Fault]:
    """Whether a member is what the manifest says: its length, and its SHA-256 in lower-case hex."""
    try:
        length, digest = entry["bytes"].whole(), entry["sha256"].text()
    except Unreadable as error:
        yield Fault("manifest_wrong", f"{MANIFEST}{error.place}", error.wanted)
        return
    if length != len(content):
        yield Fault("length_wrong", path, f"has {len(content)} bytes, and the manifest says {length}")
    if digest != hashlib.sha256(content).hexdigest():
        yield Fault("hash_wrong", path, "does not have the SHA-256 that the manifest says")
