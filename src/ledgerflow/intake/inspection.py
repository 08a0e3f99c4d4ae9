"""A look at a file's bytes before any reader is trusted with them: its kind, its size, whether its ZIP is honest.

The packages are those of ECMA-376 part 2 (.xlsx) and MS-CFB (.xls). A decompression bomb is found by inflating each
member no further than it declares itself.
"""

import io
import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NoReturn
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from ledgerflow.billing.errors import Finding, InputRefused, Severity

MAX_BYTES = 5 * 1024**2
MAX_MEMBERS = 1_000
MAX_INFLATED = 100 * 1024**2
MAX_RATIO = 200
_RATIO_MATTERS_FROM = 1024**2

_ZIP = b"PK\x03\x04"
_OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_FLAG = 0x1
_BEFORE_XML = b"\xef\xbb\xbf \t\r\n"
_ENCODING = re.compile(rb"<\?xml[^>]*?encoding\s*=\s*[\"']([^\"']*)")
_ENCODINGS = (b"utf-8", b"utf8", b"us-ascii", b"ascii")
# MS-XLS: the workbook's BOF record, perhaps WriteProtect, then FilePass, be it for RC4 or the old XOR obfuscation.
_FILE_PASS = re.compile(rb"\x09\x08\x10\0.{16}(?:\x86\0\0\0)?\x2f\0", re.DOTALL)


class FileKind(StrEnum):
    """The files that can be read as a catalogue."""

    XLSX = "xlsx"
    XLS = "xls"
    CSV = "csv"


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a file is, and what deserves a look although it may be read."""

    kind: FileKind
    warnings: tuple[Finding, ...] = ()


def refuse(code: str, message: str, advice: str, *, place: str = "file", **parameters: str) -> NoReturn:
    """Refuses the whole file for one reason."""
    raise InputRefused([Finding(code, place, message, advice, parameters)])


def inspect(content: bytes) -> Inspection:
    """The kind of a file that is safe to read; raises InputRefused otherwise."""
    require_size(len(content))
    if is_package(content):
        return _inspect_package(content)
    if content.startswith(_OLE2):
        return _inspect_compound_file(content)
    if _looks_like_csv(content):
        return Inspection(FileKind.CSV)
    refuse_unreadable()


def require_size(size: int) -> None:
    """Refuses a file of more bytes than are read."""
    if size > MAX_BYTES:
        refuse(
            "workbook.too_large",
            f"The file has {size:,} bytes; at most {MAX_BYTES:,} are read.",
            "Remove pictures and unused sheets, or split the catalogue.",
            size=str(size),
            limit=str(MAX_BYTES),
        )


def is_package(content: bytes) -> bool:
    """Whether it begins as a ZIP does."""
    return content.startswith(_ZIP)


def refuse_unreadable() -> NoReturn:
    """Refuses what no spreadsheet program wrote."""
    refuse(
        "workbook.unreadable",
        "This is no Excel workbook and no CSV text.",
        "Save the catalogue as .xlsx, .xls or CSV (UTF-8) and choose that file.",
    )


def refuse_damaged(reason: str) -> NoReturn:
    """Refuses a workbook that cannot be read to its end."""
    refuse(
        "workbook.damaged",
        f"The workbook is damaged: {reason}.",
        "Open it in a spreadsheet program and save it again.",
        reason=reason,
    )


def refuse_locked() -> NoReturn:
    """Refuses a workbook that asks for a password."""
    refuse(
        "workbook.password",
        "The workbook is protected by a password and cannot be read.",
        "Remove the password (File, Info, Protect Workbook, Encrypt with Password) and save it again.",
    )


def _inspect_compound_file(content: bytes) -> Inspection:
    if _utf16("EncryptedPackage") in content or _FILE_PASS.search(content):
        refuse_locked()
    if _utf16("Workbook") not in content and _utf16("Book") not in content:
        refuse_unreadable()
    return Inspection(FileKind.XLS, _macros(_utf16("_VBA_PROJECT") in content))


def _inspect_package(content: bytes) -> Inspection:
    members = _directory(content)
    names = {member.filename.lower() for member in members}
    if "xl/workbook.xml" not in names:
        _refuse_other_package(names)
    for member in members:
        _checked(content, member)
    return Inspection(FileKind.XLSX, _macros("xl/vbaproject.bin" in names))


def unpacked(content: bytes) -> Iterator[tuple[str, bytes]]:
    """The parts of a ZIP of any kind with their names, one after another, each no more and no less than the directory
    says; raises InputRefused."""
    for member in _directory(content):
        yield member.filename, _checked(content, member)


def _directory(content: bytes) -> list[ZipInfo]:
    try:
        members = ZipFile(io.BytesIO(content)).infolist()
    except (BadZipFile, NotImplementedError, ValueError, struct.error) as fault:
        refuse_damaged(str(fault))
    if any(member.flag_bits & _ENCRYPTED_FLAG for member in members):
        refuse_locked()
    _refuse_bomb(members)
    return members


def _refuse_bomb(members: list[ZipInfo]) -> None:
    inflated = sum(member.file_size for member in members)
    swollen = any(member.file_size > max(_RATIO_MATTERS_FROM, MAX_RATIO * member.compress_size) for member in members)
    if len(members) > MAX_MEMBERS or inflated > MAX_INFLATED or swollen:
        refuse(
            "workbook.inflates",
            f"Unpacked, the workbook has {len(members):,} parts and {inflated:,} bytes, beyond what a catalogue needs.",
            "Copy the product rows into a new workbook and save that.",
            members=str(len(members)),
            bytes=str(inflated),
        )


def _refuse_other_package(names: set[str]) -> NoReturn:
    if "xl/workbook.bin" in names or "content.xml" in names:
        refuse(
            "workbook.kind",
            "The workbook is in a format that is not read here (binary Excel or OpenDocument).",
            "Save it as .xlsx and choose that file.",
        )
    refuse_unreadable()


def _checked(content: bytes, member: ZipInfo) -> bytes:
    """A member inflated; refused where it is not exactly what the directory says, or declares entities."""
    start = member.header_offset
    header = content[start : start + 30]
    if len(header) < 30 or not header.startswith(_ZIP):
        refuse_damaged(f"{member.filename} is not where the directory says")
    name_length, extra_length = struct.unpack("<HH", header[26:])
    start += 30 + name_length + extra_length
    data = _inflate(content[start : start + member.compress_size], member)
    if len(data) != member.file_size or zlib.crc32(data) != member.CRC:
        refuse_damaged(f"{member.filename} does not match its checksum")
    if member.filename.lower().endswith((".xml", ".rels")) or data[:64].lstrip(_BEFORE_XML).startswith(b"<"):
        _check_xml(member.filename, data)
    return data


def _check_xml(name: str, data: bytes) -> None:
    """In another encoding than UTF-8 a document type would not be seen here, and yet be read later."""
    if b"<!DOCTYPE" in data:
        refuse_damaged(f"{name} declares a document type, which a workbook may not")
    encoding = _ENCODING.match(data[:200].lstrip(_BEFORE_XML))
    if b"\0" in data[:64] or (encoding and encoding.group(1).lower() not in _ENCODINGS) or not _begins_as_xml(data):
        refuse_damaged(f"{name} is not in UTF-8, as workbooks are")


def _begins_as_xml(data: bytes) -> bool:
    begin = data[:64].lstrip(_BEFORE_XML)
    return not begin or begin.startswith(b"<")


def _inflate(data: bytes, member: ZipInfo) -> bytes:
    if member.compress_type == ZIP_STORED:
        return data
    if member.compress_type != ZIP_DEFLATED:
        refuse_damaged(f"{member.filename} is packed in an unknown way")
    try:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(data, member.file_size + 1)
    except zlib.error:
        refuse_damaged(f"{member.filename} cannot be unpacked")


def _macros(found: bool) -> tuple[Finding, ...]:
    if not found:
        return ()
    return (
        Finding(
            "workbook.macros",
            "file",
            "The workbook holds macros; they were neither read nor run.",
            "Nothing need be done. Save it without macros if you did not expect any.",
            severity=Severity.WARNING,
        ),
    )


def _looks_like_csv(content: bytes) -> bool:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    first = text.lstrip().partition("\n")[0]
    return (
        re.search(r"[,;\t]", first) is not None and not first.startswith(("<", "%PDF", "{\\rtf")) and "\0" not in text
    )


def _utf16(name: str) -> bytes:
    return name.encode("utf-16-le")
