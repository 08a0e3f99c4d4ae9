"""The marks of the worksheets of an .xls, from its records (MS-XLS) in their container (MS-CFB).

The records are walked before any reader lays the cells out in a grid, since an .xls may claim 65,536 columns, and a
reader that believes it takes all the memory there is.
"""

import struct
from collections.abc import Iterator

from ledgerflow.intake.inspection import refuse_damaged
from ledgerflow.intake.marks import Position, SheetMarks

_STREAMS = ("workbook", "book")
_FREE_FROM = 0xFFFFFFFA  # sector numbers from here on end a chain
_MINI_CUTOFF = 4096
_FAT_SECTORS_IN_HEADER = 109  # they reach over 7 MB, beyond any file that is read

_BOF = (0x0009, 0x0209, 0x0409, 0x0809)
_EOF = 0x000A
_BOUND_SHEET = 0x0085
_DIMENSIONS = 0x0200
_FORMULA = 0x0006
_BOOL_ERR = 0x0205
_MUL_RK = 0x00BD
_CELLS = (_FORMULA, _BOOL_ERR, _MUL_RK, 0x0203, 0x0204, 0x027E, 0x00D6, 0x00FD)
_MOST_CELLS = 65_536 * 256

Record = tuple[int, bytes]


def read_marks(content: bytes) -> dict[str, SheetMarks]:
    """The marks of every worksheet of an inspected .xls, by its name."""
    try:
        stream = _workbook_stream(content)
        bodies = [body for kind, body in _records(stream, 0) if kind == _BOUND_SHEET]
        return {_sheet_name(body): _marks(stream, struct.unpack_from("<I", body)[0]) for body in bodies}
    except (struct.error, IndexError, UnicodeDecodeError) as fault:
        refuse_damaged(f"its records cannot be read ({fault})")


def global_records(content: bytes) -> Iterator[Record]:
    """The records of the workbook as a whole, before any sheet."""
    try:
        yield from _records(_workbook_stream(content), 0)
    except (struct.error, IndexError, UnicodeDecodeError) as fault:
        refuse_damaged(f"its records cannot be read ({fault})")


def stream_names(content: bytes) -> list[str]:
    """What the container holds, in lower case: streams and storages."""
    try:
        return [_entry_name(entry) for entry in _entries(*_sectors(content))]
    except (struct.error, IndexError, UnicodeDecodeError) as fault:
        refuse_damaged(f"its directory cannot be read ({fault})")


def _records(stream: bytes, place: int) -> Iterator[Record]:
    """The records from `place` to the end of its substream; charts nested in a sheet have an end of their own."""
    depth = 0
    while place < len(stream):
        kind, size = struct.unpack_from("<HH", stream, place)
        depth += (kind in _BOF) - (kind == _EOF)
        if not depth and kind != _EOF:
            refuse_damaged("its records do not begin as they should")
        yield kind, stream[place + 4 : place + 4 + size]
        if not depth:
            return
        place += 4 + size


def _marks(stream: bytes, start: int) -> SheetMarks:
    if start >= len(stream):
        refuse_damaged("a sheet lies beyond its end")
    rows = columns = 0
    formulas: dict[Position, bool] = {}
    errors: set[Position] = set()
    for kind, body in _records(stream, start):
        if kind == _DIMENSIONS and len(body) >= 12:
            _check_dimensions(body)
        if kind not in _CELLS:
            continue
        row, column = struct.unpack_from("<HH", body)
        last = struct.unpack_from("<H", body, len(body) - 2)[0] if kind == _MUL_RK else column
        rows, columns = max(rows, row + 1), max(columns, column + 1, last + 1)
        if kind == _FORMULA:
            formulas[row, column] = True
        if (kind == _BOOL_ERR and body[7]) or (kind == _FORMULA and body[6] == 2 and body[12:14] == b"\xff\xff"):
            errors.add((row, column))
    return SheetMarks(rows, columns, formulas, errors)


def _check_dimensions(body: bytes) -> None:
    top, bottom, left, right = struct.unpack_from("<IIHH", body)
    if (bottom - top + 1) * (right - left + 1) > 2 * _MOST_CELLS or bottom < top or right < left:
        refuse_damaged("a sheet claims more cells than the format has")


def _sheet_name(body: bytes) -> str:
    length, flags = body[6], body[7]
    return body[8 : 8 + 2 * length].decode("utf-16-le") if flags & 1 else body[8 : 8 + length].decode("latin-1")


def _sectors(content: bytes) -> tuple[list[bytes], tuple[int, ...], int]:
    """The container's sectors, which of them follows which, and where its directory begins."""
    size = 1 << struct.unpack_from("<H", content, 30)[0]
    sectors = [content[place : place + size] for place in range(size, len(content), size)]
    located = [number for number in struct.unpack_from(f"<{_FAT_SECTORS_IN_HEADER}I", content, 76)]
    table = _numbers(b"".join(sectors[number] for number in located if number < _FREE_FROM))
    return sectors, table, struct.unpack_from("<I", content, 48)[0]


def _entries(sectors: list[bytes], table: tuple[int, ...], start: int) -> list[bytes]:
    directory = _chained(sectors, table, start)
    return [directory[place : place + 128] for place in range(0, len(directory), 128)]


def _entry_name(entry: bytes) -> str:
    return entry[: max(0, struct.unpack_from("<H", entry, 64)[0] - 2)].decode("utf-16-le").lower()


def _workbook_stream(content: bytes) -> bytes:
    """The stream with the workbook's records, put together from its sectors."""
    sectors, table, directory_start = _sectors(content)
    mini_table_start = struct.unpack_from("<I", content, 60)[0]
    entries = _entries(sectors, table, directory_start)
    for entry in entries:
        if entry[66] != 2 or _entry_name(entry) not in _STREAMS:
            continue
        start, length = struct.unpack_from("<II", entry, 116)
        if length >= _MINI_CUTOFF:
            return _chained(sectors, table, start)[:length]
        holder = _chained(sectors, table, struct.unpack_from("<I", entries[0], 116)[0])
        parts = [holder[place : place + 64] for place in range(0, len(holder), 64)]
        return _chained(parts, _numbers(_chained(sectors, table, mini_table_start)), start)[:length]
    refuse_damaged("it holds no workbook")


def _numbers(sector: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(sector) // 4}I", sector[: len(sector) // 4 * 4])


def _chained(sectors: list[bytes], table: tuple[int, ...], number: int) -> bytes:
    found = []
    while number < _FREE_FROM:
        found.append(sectors[number])
        number = table[number]
        if len(found) > len(sectors):
            refuse_damaged("its sectors run in a circle")
    return b"".join(found)
