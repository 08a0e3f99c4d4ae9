"""A logo that was uploaded: PNG or JPEG by its content, whole, of a size that a page can bear; nothing else."""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from ledgerflow.billing.errors import Finding, InputRefused

LARGEST = 512 * 1024
_MOST_PIXELS = 2000  # a side
_PNG = b"\x89PNG\r\n\x1a\n"
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_PASSES = 7  # of an interlaced picture, each with a byte a row
_FRAMES = frozenset({0xC0, 0xC1, 0xC2})  # baseline, extended, progressive; no other is drawn everywhere
_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})  # markers without a length


@dataclass(frozen=True, slots=True)
class Logo:
    """A picture that was looked through."""

    media_type: str
    width: int
    height: int
    content: bytes


class _Broken(Exception):
    """Why it is no picture that we take."""


def read_logo(content: bytes) -> Logo:
    """Raises InputRefused where it is too large, no PNG or JPEG, or broken."""
    if len(content) > LARGEST:
        raise InputRefused([too_large()])
    try:
        if content.startswith(_PNG):
            return Logo("image/png", *_png(content), content)
        if content.startswith(b"\xff\xd8\xff"):
            return Logo("image/jpeg", *_jpeg(content), content)
    except (_Broken, struct.error, IndexError, zlib.error) as fault:
        reason = str(fault) if isinstance(fault, _Broken) else "it ends too early, or is damaged"
        message = f"The picture cannot be used: {reason}."
        raise InputRefused([Finding("logo.broken", "", message, "Save it again as PNG or JPEG.")]) from fault
    raise InputRefused([Finding("logo.unknown", "", "This is neither PNG nor JPEG.", "Save it as one of them.")])


def too_large() -> Finding:
    """That more came than a logo may have."""
    message = f"The picture is larger than {LARGEST // 1024} KiB."
    return Finding("logo.too_large", "", message, "Save it with fewer pixels.")


def _png(content: bytes) -> tuple[int, int]:
    chunks = list(_chunks(content))
    if not chunks or chunks[0][0] != b"IHDR" or chunks[-1][0] != b"IEND":
        raise _Broken("it does not begin or end as a PNG does")
    width, height, depth, colours, _, _, interlace = struct.unpack(">IIBBBBB", chunks[0][1])
    _require_size(width, height)
    if colours not in _CHANNELS or depth not in (1, 2, 4, 8, 16):
        raise _Broken("its colours are unknown")
    row = 1 + (width * depth * _CHANNELS[colours] + 7) // 8
    _require_pixels(b"".join(data for kind, data in chunks if kind == b"IDAT"), row * height, bool(interlace))
    return width, height


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(_PNG)
    while at < len(content):
        length, kind = struct.unpack_from(">I4s", content, at)
        data = content[at + 8 : at + 8 + length]
        (sum_,) = struct.unpack_from(">I", content, at + 8 + length)
        if zlib.crc32(kind + data) != sum_:
            raise _Broken("a part of it is damaged")
        yield kind, data
        at += 12 + length


def _require_pixels(packed: bytes, expected: int, is_interlaced: bool) -> None:
    """What is unpacked is as much as the picture has, and never more than that in memory."""
    most = 2 * expected + _PASSES * _MOST_PIXELS if is_interlaced else expected
    unpacking = zlib.decompressobj()
    unpacked = len(unpacking.decompress(packed, most + 1))
    if unpacked > most or not unpacking.eof or (unpacked < expected and not is_interlaced):
        raise _Broken("it has not the pixels that it says")


def _jpeg(content: bytes) -> tuple[int, int]:
    size: tuple[int, int] | None = None
    at = 2
    while True:
        if content[at] != 0xFF:
            raise _Broken("a part of it is damaged")
        marker = content[at + 1]
        if marker == 0xFF or marker in _ALONE:
            at += 1 if marker == 0xFF else 2
            continue
        (length,) = struct.unpack_from(">H", content, at + 2)
        if marker in _FRAMES:
            height, width = struct.unpack_from(">HH", content, at + 5)
            size = (width, height)
        if marker == 0xDA:  # the pixels follow
            break
        at += 2 + length
    if size is None or not content.rstrip(b"\0").endswith(b"\xff\xd9"):
        raise _Broken("it does not end as a JPEG does, or does not say how large it is")
    _require_size(*size)
    return size


def _require_size(width: int, height: int) -> None:
    if not (1 <= width <= _MOST_PIXELS and 1 <= height <= _MOST_PIXELS):
        raise _Broken(f"it has {width} × {height} pixels, and {_MOST_PIXELS} a side at most are taken")
