"""Files that are no workbook, or one that should not be read: each is refused for one reason, with advice."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Sequence

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from msoffcrypto.format.ooxml import OOXMLFile

from ledgerflow.billing.errors import Finding, InputRefused
from ledgerflow.intake.catalogue_sheet import read_catalogue
from ledgerflow.intake.inspection import MAX_BYTES, MAX_INFLATED
from ledgerflow.intake.workbook import MAX_COLUMNS, MAX_ROWS, MAX_SHEETS, read_workbook

pytestmark = pytest.mark.requirement("FR-5.1")

HEADER = ["Product Name", "Base Price"]
RICE: Sequence[object] = ["Rice", 649.5]


def workbook(rows: Iterable[Sequence[object]], prepare: Callable[[openpyxl.Workbook], object] = id) -> bytes:
    """An .xlsx with the rows on its first sheet."""
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(list(row))
    prepare(book)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def compound_file(stream: bytes, name: str = "Workbook") -> bytes:
    """The container of .xls (MS-CFB) with one stream: header, allocation table, directory, stream in sectors of 512."""
    stream = stream.ljust(max(4096, -(-len(stream) // 512) * 512), b"\0")
    chain = [FAT, END, *range(3, 2 + len(stream) // 512), END]
    directory = directory_entry("Root Entry", 5, END, 0, child=1) + directory_entry(name, 2, 2, len(stream))
    return compound_header(END) + table(chain) + directory.ljust(512, b"\0") + stream


def small_compound_file(stream: bytes) -> bytes:
    """The same for a stream under 4,096 bytes: it lies in parts of 64 within the root's own stream."""
    parts = -(-len(stream) // 64)
    sectors = -(-parts // 8)
    chain = [FAT, END, END, *range(4, 3 + sectors), END]
    directory = directory_entry("Root Entry", 5, 3, parts * 64, child=1) + directory_entry(
        "Workbook", 2, 0, len(stream)
    )
    small = table([*range(1, parts), END])
    return compound_header(2) + table(chain) + directory.ljust(512, b"\0") + small + stream.ljust(sectors * 512, b"\0")


END, FAT, NONE = 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF


def table(numbers: Sequence[int]) -> bytes:
    return struct.pack(f"<{len(numbers)}I", *numbers).ljust(512, b"\xff")


def compound_header(small_table: int) -> bytes:
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<IIIIIIIIII", 0, 1, 1, 0, 4096, small_table, int(small_table != END), END, 0, 0)
    return header.ljust(512, b"\xff")


def directory_entry(title: str, kind: int, start: int, size: int, child: int = NONE) -> bytes:
    text = f"{title}\0".encode("utf-16-le")
    about = struct.pack("<HBBIII", len(text), kind, 1, NONE, NONE, child)
    return text.ljust(64, b"\0") + about + bytes(36) + struct.pack("<IQ", start, size)


def record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def cell_record(row: int, column: int, cell: object) -> bytes:
    place = struct.pack("<HHH", row, column, 0)
    if isinstance(cell, str):
        return record(0x0204, place + struct.pack("<HB", len(cell), 1) + cell.encode("utf-16-le"))
    return record(0x0203, place + struct.pack("<d", cell))


def xls_stream(cells: bytes, preamble: bytes = b"", offset: int = 0) -> bytes:
    """The records of a workbook (MS-XLS) with one sheet; `preamble` follows its first record."""
    start = record(0x0809, struct.pack("<HHHHII", 0x600, 0x5, 0, 0, 0, 0)) + preamble
    name = "Products"
    offset = offset or len(start) + 4 + 8 + len(name) + 4
    bound = struct.pack("<IHBB", offset, 0, len(name), 0) + name.encode()
    sheet = record(0x0809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0)) + cells + record(0x0A, b"")
    return start + record(0x0085, bound) + record(0x0A, b"") + sheet


def xls_cells(rows: Sequence[Sequence[object]]) -> bytes:
    return b"".join(cell_record(row, column, cell) for row, line in enumerate(rows) for column, cell in enumerate(line))


def xls(rows: Sequence[Sequence[object]]) -> bytes:
    """A workbook of the older format: one sheet of labels and numbers."""
    return compound_file(xls_stream(xls_cells(rows)))


def package(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def altered(content: bytes, changes: dict[str, Callable[[bytes], bytes]]) -> bytes:
    """The package with some of its members changed."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return package({name: changes.get(name, bytes)(archive.read(name)) for name in archive.namelist()})


def the_refusal(content: bytes) -> Finding:
    with pytest.raises(InputRefused) as refusal:
        read_workbook(content)
    (finding,) = refusal.value.findings
    assert finding.message
    assert finding.advice
    return finding


GOOD = workbook([HEADER, RICE])


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello world",
        b"%PDF-1.7\n1 0 obj << /Kids [1, 2] >>",
        b"<html><table><tr><td>Product Name, Base Price</td></tr></table></html>",
        b"\x89PNG\r\n\x1a\n" + bytes(64),
        "Product Name,Base Price\nCafé,2".encode("latin-1"),
        "Product Name\tBase Price\nTea\t2".encode("utf-16"),
        package({"word/document.xml": b"<document/>"}),
        compound_file(b"", name="WordDocument"),
    ],
    ids=["nothing", "text", "pdf", "html", "png", "latin-1", "utf-16", "docx", "doc"],
)
def test_what_is_no_workbook_is_refused(content: bytes) -> None:
    assert the_refusal(content).code == "workbook.unreadable"


def test_other_workbook_formats_are_named() -> None:
    finding = the_refusal(package({"mimetype": b"opendocument", "content.xml": b"<office/>"}))
    assert finding.code == "workbook.kind"
    assert ".xlsx" in finding.advice


def test_a_password_is_recognised_in_either_format() -> None:
    encrypted = io.BytesIO()
    OOXMLFile(io.BytesIO(GOOD)).encrypt("secret", encrypted)
    assert the_refusal(encrypted.getvalue()).code == "workbook.password"
    for scheme in (0, 1):  # XOR obfuscation, RC4
        locked = compound_file(xls_stream(b"", preamble=record(0x002F, struct.pack("<HHH", scheme, 0, 0))))
        assert the_refusal(locked).code == "workbook.password"


def test_an_encrypted_zip_is_a_password_too() -> None:
    flagged = bytearray(GOOD)
    flagged[flagged.index(b"PK\x01\x02") + 8] |= 1
    assert the_refusal(bytes(flagged)).code == "workbook.password"


def test_more_than_five_megabytes_are_refused_before_anything_is_read() -> None:
    finding = the_refusal(b"PK\x03\x04" + bytes(MAX_BYTES))
    assert finding.code == "workbook.too_large"
    assert finding.parameters["limit"] == str(MAX_BYTES)


@pytest.mark.parametrize(
    "bomb",
    [
        {"xl/media/zeros.bin": bytes(4 * 1024**2)},
        {f"xl/media/{number}.bin": bytes(range(256)) * 4096 for number in range(MAX_INFLATED // 1024**2 + 1)},
        {f"xl/media/{number}.bin": b"" for number in range(1001)},
    ],
    ids=["one swollen part", "too much in all", "too many parts"],
)
def test_a_zip_bomb_is_never_inflated(bomb: dict[str, bytes]) -> None:
    assert the_refusal(package({"xl/workbook.xml": b"<workbook/>", **bomb})).code == "workbook.inflates"


def test_a_member_that_inflates_further_than_it_declares_is_refused() -> None:
    """The directory promises 10 bytes, with the right checksum of those 10; the stream holds a million."""
    honest = package({"xl/workbook.xml": bytes(1_000_000)})
    directory = honest.index(b"PK\x01\x02")
    lie = bytearray(honest)
    lie[directory + 16 : directory + 20] = struct.pack("<I", zlib.crc32(bytes(10)))
    lie[directory + 24 : directory + 28] = struct.pack("<I", 10)
    assert the_refusal(bytes(lie)).code == "workbook.damaged"


def test_damage_is_told_from_mischief_by_its_reason() -> None:
    sheet = "xl/worksheets/sheet1.xml"
    entity = b'<!DOCTYPE x [<!ENTITY a "b">]>'
    cut = altered(GOOD, {sheet: lambda xml: xml[:-40]})
    declared = altered(GOOD, {sheet: lambda xml: entity + xml})
    lost = altered(GOOD, {"xl/_rels/workbook.xml.rels": lambda xml: xml.replace(b"rId1", b"rId9")})
    with zipfile.ZipFile(io.BytesIO(GOOD)) as archive:
        sheetless = package({name: archive.read(name) for name in archive.namelist() if name != sheet})
    misplaced = altered(GOOD, {sheet: lambda xml: xml.replace(b'r="A1"', b'r="a-1"')})
    for content in (GOOD[:-300], cut, declared, lost, sheetless, misplaced, compound_file(b"nonsense")):
        assert the_refusal(content).code == "workbook.damaged"
    assert "document type" in the_refusal(declared).message


def test_a_member_that_is_not_where_or_what_the_directory_says_is_refused() -> None:
    moved, unpackable, strange = bytearray(GOOD), bytearray(GOOD), bytearray(GOOD)
    moved[2:4] = b"\x07\x08"
    start = 30 + len("docProps/app.xml")
    unpackable[start : start + 8] = b"\xff" * 8
    strange[strange.index(b"PK\x01\x02") + 10] = 14
    assert the_refusal(b"PK\x03\x04" + bytes(moved)).code == "workbook.damaged"
    assert the_refusal(bytes(unpackable)).code == "workbook.damaged"
    assert the_refusal(bytes(strange)).code == "workbook.damaged"


@given(st.integers(0, len(GOOD) - 1), st.integers(1, 255))
@settings(max_examples=60, deadline=None)
def test_one_wrong_byte_never_breaks_the_reader(place: int, flip: int) -> None:
    """It is read as it was, or refused with one finding; nothing else escapes."""
    content = bytearray(GOOD)
    content[place] ^= flip
    assert reading(bytes(content)) in (["Sheet"], ["workbook.damaged"], ["workbook.password"], ["workbook.unreadable"])


def reading(content: bytes) -> list[str]:
    """The names of the sheets, or the codes of the findings."""
    try:
        return [sheet.name for sheet in read_workbook(content).sheets]
    except InputRefused as refusal:
        return [finding.code for finding in refusal.findings]


def test_a_lonely_cell_in_the_last_corner_is_refused_before_it_fills_the_memory() -> None:
    def corner(book: openpyxl.Workbook) -> None:
        book.worksheets[0]["XFD1048576"] = 1

    assert the_refusal(workbook([HEADER], corner)).code == "workbook.rows"


def test_styled_but_empty_cells_far_below_do_no_harm() -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADER)
        sheet.write_row(1, 0, RICE)
        sheet.write_blank(MAX_ROWS + 1_000, 300, None, book.add_format({"bold": True}))
    assert [product.name for product in read_catalogue(buffer.getvalue()).products] == ["Rice"]


def test_too_many_rows_columns_or_sheets_are_refused_with_their_count() -> None:
    lines = "Product Name,Base Price\n" + "Rice,1\n" * MAX_ROWS
    assert the_refusal(lines.encode()).parameters == {"rows": str(MAX_ROWS + 1)}
    wide = the_refusal(workbook([["x"] * (MAX_COLUMNS + 1)]))
    assert (wide.code, wide.place) == ("workbook.columns", "sheet Sheet")

    def many(book: openpyxl.Workbook) -> None:
        for _ in range(MAX_SHEETS):
            book.create_sheet()

    assert the_refusal(workbook([HEADER], many)).code == "workbook.sheets"
    assert the_refusal(xls([["x"] * (MAX_COLUMNS + 1)])).code == "workbook.columns"

    def corners(book: openpyxl.Workbook) -> None:
        for _ in range(2):
            book.create_sheet().cell(MAX_ROWS, MAX_COLUMNS, 1)

    assert the_refusal(workbook([HEADER], corners)).code == "workbook.cells"


def test_a_workbook_without_a_filled_worksheet_is_refused() -> None:
    def chart_only(book: openpyxl.Workbook) -> None:
        book.create_chartsheet()
        book.remove(book.worksheets[0])

    assert the_refusal(workbook([], chart_only)).code == "workbook.no_sheet"
    assert the_refusal(workbook([])).code == "workbook.empty"
    assert the_refusal(workbook([[None, None]])).code == "workbook.empty"
    assert the_refusal(b",\n,").code == "workbook.empty"


def test_the_older_format_is_read() -> None:
    catalogue = read_catalogue(xls([HEADER, ["Rice", 649.5], ["أرز", 12.25]]))
    assert [(product.name, str(product.price)) for product in catalogue.products] == [
        ("Rice", "649.50"),
        ("أرز", "12.25"),
    ]
    assert catalogue.sheet == "Products"


def test_text_that_no_csv_reader_takes_is_refused() -> None:
    assert the_refusal(b'Product Name,Base Price\n"' + b"x" * 200_000 + b'",1').code == "workbook.unreadable"


def test_an_older_workbook_of_a_few_cells_is_read_from_its_small_stream() -> None:
    catalogue = read_catalogue(small_compound_file(xls_stream(xls_cells([HEADER, RICE]))))
    assert [product.name for product in catalogue.products] == ["Rice"]


def test_formulas_and_errors_of_the_older_format_are_known() -> None:
    place = struct.pack("<HHH", 1, 1, 0)
    formula = record(0x0006, place + struct.pack("<d", 248) + bytes(6) + struct.pack("<H", 3) + b"\x1e\xf8\0")
    broken = record(0x0205, struct.pack("<HHHBB", 2, 1, 0, 0x07, 1))
    rows = [HEADER, ["Tea"], ["Soap"]]
    (sheet,) = read_workbook(compound_file(xls_stream(xls_cells(rows) + formula + broken))).sheets
    assert sheet.rows[1] == ("Tea", 248.0)
    assert sheet.formulas == {(1, 1): True}
    assert sheet.errors == {(2, 1)}


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        (cell_record(65_535, 0, 1.0), "workbook.rows"),
        (cell_record(0, 65_535, 1.0), "workbook.columns"),
        (record(0x00BD, struct.pack("<HH", 0, 1) + bytes(6) + struct.pack("<H", 300)), "workbook.columns"),
        (record(0x0200, struct.pack("<IIHHH", 0, 0xFFFFFFF0, 0, 0xFFF0, 0)), "workbook.damaged"),
        (record(0x0203, b"\0"), "workbook.damaged"),
    ],
    ids=["last row", "last column", "a row of numbers", "dimensions", "a stump"],
)
def test_an_older_workbook_cannot_claim_all_memory(cells: bytes, code: str) -> None:
    assert the_refusal(compound_file(xls_stream(cells))).code == code


def test_an_older_workbook_that_leads_astray_is_damaged() -> None:
    good = xls([HEADER, RICE])
    circle, nowhere = bytearray(good), bytearray(good)
    circle[512 + 8 : 512 + 12] = struct.pack("<I", 2)
    nowhere[512 + 8 : 512 + 12] = struct.pack("<I", 5_000)
    headless = compound_file(record(0x0085, bytes(16)))
    beyond = compound_file(xls_stream(b"", offset=1_000_000))
    panicking = compound_file(xls_stream(b"", preamble=record(0x0042, b"\1")))  # the reader's own fault
    named_in_a_cell = xls([["Workbook"]]).replace("Workbook".encode("utf-16-le"), "Notebook".encode("utf-16-le"), 1)
    for content in (bytes(circle), bytes(nowhere), headless, beyond, panicking, named_in_a_cell):
        assert the_refusal(content).code == "workbook.damaged"


def test_macros_are_told_of_and_not_run() -> None:
    with zipfile.ZipFile(io.BytesIO(GOOD)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    catalogue = read_catalogue(package({**members, "xl/vbaProject.bin": b"macro"}))
    assert "workbook.macros" in [warning.code for warning in catalogue.warnings]


def test_cells_that_do_not_say_where_they_are_follow_one_another() -> None:
    """ECMA-376 lets a writer leave out `r`; some do."""
    sheet = b"""<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>
        <row><c t="inlineStr"><is><t>Product Name</t></is></c><c t="inlineStr"><is><t>Base Price</t></is></c></row>
        <row><c t="inlineStr"><is><t>Rice</t></is></c><c><f>1+1</f></c>
        <c t="str"><f>""</f><v></v></c></row></sheetData></worksheet>"""
    (read,) = read_workbook(altered(GOOD, {"xl/worksheets/sheet1.xml": lambda _: sheet})).sheets
    assert read.rows[1] == ("Rice", "", "")
    assert read.formulas == {(1, 1): False, (1, 2): True}  # the first was never calculated, the second is empty
