"""A corpus of hostile files, made anew each time, each with the code of the finding by which it is refused."""

import io
import zipfile
from collections.abc import Callable, Mapping

import xlsxwriter
from msoffcrypto.format.ooxml import OOXMLFile
from tests.intake.test_bad_workbooks import (
    GOOD,
    altered,
    cell_record,
    compound_file,
    directory_entry,
    package,
    record,
    xls_stream,
)

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE!$H+H*"
SHEET = "xl/worksheets/sheet1.xml"
RELS = "xl/worksheets/_rels/sheet1.xml.rels"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


def parts_of(content: bytes) -> dict[str, bytes]:
    """The parts of a package."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def plus(parts: Mapping[str, bytes]) -> bytes:
    """A good workbook with more parts."""
    return package({**parts_of(GOOD), **parts})


def relation(kind: str, target: str, mode: str = "") -> bytes:
    """A relationships part with one of them."""
    external = f' TargetMode="{mode}"' if mode else ""
    body = f'<Relationship Id="rId1" Type="{_OFFICE}/{kind}" Target="{target}"{external}/>'
    return f'<Relationships xmlns="{_PACKAGE}">{body}</Relationships>'.encode()


def entity(doctype: str) -> bytes:
    """A workbook whose sheet declares a document type."""
    return altered(GOOD, {SHEET: lambda xml: xml.replace(b"<worksheet", doctype.encode() + b"<worksheet", 1)})


def in_utf16(doctype: str) -> bytes:
    """The same where a reader of UTF-8 does not see it."""

    def rewritten(xml: bytes) -> bytes:
        body = xml.decode().partition("?>")[2] if xml.startswith(b"<?xml") else xml.decode()
        return ('<?xml version="1.0" encoding="UTF-16"?>' + doctype + body).encode("utf-16")

    return altered(GOOD, {SHEET: rewritten})


def program() -> bytes:
    """The head of a Windows program, as long as a small one."""
    return b"MZ" + bytes(58) + (0x80).to_bytes(4, "little") + bytes(64) + b"PE\0\0" + bytes(4000)


def encrypted() -> bytes:
    """A workbook with a password, as Excel writes it."""
    buffer = io.BytesIO()
    OOXMLFile(io.BytesIO(GOOD)).encrypt("secret", buffer)
    return buffer.getvalue()


def wide() -> bytes:
    """A row of 16,000 columns."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet()
        for column in range(16_000):
            sheet.write_string(0, column, f"c{column}")
    return buffer.getvalue()


def idle() -> bytes:
    """A product, and a million rows of nothing below it."""
    rows = b"".join(b'<row r="%d"/>' % row for row in range(3, 1_000_003))
    return altered(GOOD, {SHEET: lambda xml: xml.replace(b"</sheetData>", rows + b"</sheetData>")})


def formula(text: str) -> bytes:
    """A workbook with one formula."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Product Name", "Base Price"])
        sheet.write_row(1, 0, ["Rice", 649.5])
        sheet.write_formula(1, 2, text, None, 0)
    return buffer.getvalue()


def older(*records: bytes) -> bytes:
    """An .xls with such records among those of the book."""
    return compound_file(xls_stream(cell_record(0, 0, 1.0), b"".join(records), len(b"".join(records))))


def older_with(stream: str) -> bytes:
    """An .xls with another storage beside its book."""
    content = bytearray(compound_file(xls_stream(cell_record(0, 0, 1.0))))
    place = content.find("Root Entry".encode("utf-16-le")) + 256
    content[place : place + 128] = directory_entry(stream, 1, 0xFFFFFFFE, 0)
    return bytes(content)


DDE = '<ddeLink ddeService="cmd" ddeTopic="/c calc"/>'
CORPUS: Mapping[str, tuple[Callable[[], bytes], str]] = {
    "eicar.com": (lambda: EICAR, "upload.signature"),
    "eicar.zip": (lambda: package({"eicar.com": EICAR}), "upload.signature"),
    "eicar-in-media.xlsx": (lambda: plus({"xl/media/image1.png": EICAR}), "upload.signature"),
    "eicar-in-cell.csv": (lambda: b"Product Name,Base Price\nRice,1\n" + EICAR + b",2\n", "upload.signature"),
    "bomb.xlsx": (lambda: plus({"xl/media/zero.bin": bytes(90 * 1024**2)}), "workbook.inflates"),
    "many-parts.xlsx": (lambda: plus({f"xl/media/{n}.bin": b"x" for n in range(1_001)}), "workbook.inflates"),
    "xxe.xlsx": (lambda: entity('<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'), "workbook.damaged"),
    "xxe-utf16.xlsx": (lambda: in_utf16('<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'), "workbook.damaged"),
    "laughs.xlsx": (lambda: entity(f'<!DOCTYPE x [<!ENTITY l0 "ha">{_LAUGHS}]>'), "workbook.damaged"),
    "macro.xlsm": (lambda: plus({"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0 macros"}), "upload.macros"),
    "macro-by-another-name.xlsx": (
        lambda: plus({RELS: relation("vbaProject", "../part.bin"), "xl/part.bin": b"x"}),
        "upload.macros",
    ),
    "macro-sheet.xlsx": (lambda: plus({"xl/macrosheets/sheet1.xml": b"<macrosheet/>"}), "upload.macros"),
    "link.xlsx": (lambda: plus({"xl/externalLinks/externalLink1.xml": b"<externalLink/>"}), "upload.external_links"),
    "link-image.xlsx": (
        lambda: plus({RELS: relation("image", "http://example.com/pixel.png", "External")}),
        "upload.external_links",
    ),
    "link-share.xlsx": (
        lambda: plus({RELS: relation("hyperlink", "file://server/share", "External")}),
        "upload.external_links",
    ),
    "link-formula.xlsx": (lambda: formula('=WEBSERVICE("http://example.com")'), "upload.external_links"),
    "object.xlsx": (lambda: plus({"xl/embeddings/oleObject1.bin": b"\xd0\xcf\x11\xe0"}), "upload.embedded_objects"),
    "activex.xlsx": (lambda: plus({"xl/activeX/activeX1.xml": b"<ocx/>"}), "upload.embedded_objects"),
    "dde.xlsx": (lambda: plus({"xl/other.xml": DDE.encode()}), "upload.dde"),
    "dde-formula.xlsx": (lambda: formula("=foo|'bar'!A0"), "upload.dde"),
    "dde.csv": (lambda: b"Product Name,Base Price\n=cmd|'/c calc'!A0,5\n", "upload.signature"),
    "dde-unknown.csv": (lambda: b"Product Name,Base Price\n=foo|'/c calc'!A0,5\n", "upload.dde"),
    "program.xlsx": (program, "upload.signature"),
    "program.xls": (lambda: b"\x7fELF" + bytes(500), "upload.signature"),
    "program-inside.xlsx": (lambda: plus({"xl/media/image1.png": program()}), "upload.signature"),
    "script.csv": (lambda: b"#!/bin/sh\necho a,b\n", "upload.signature"),
    "page.xls": (lambda: b"<html><script>alert(1)</script><table><tr><td>a,b</td></tr></table>", "upload.signature"),
    "paper.xlsx": (lambda: b"%PDF-1.7\n1 0 obj, stream\n", "upload.kind"),
    "cut.xlsx": (lambda: GOOD[: len(GOOD) // 2], "workbook.damaged"),
    "secret.xlsx": (encrypted, "workbook.password"),
    "wide.xlsx": (wide, "workbook.columns"),
    "idle.xlsx": (idle, "workbook.idle_rows"),
    "nothing.xlsx": (lambda: b"", "workbook.unreadable"),
    "macro.xls": (lambda: older_with("_VBA_PROJECT_CUR"), "upload.macros"),
    "object.xls": (lambda: older_with("MBD0001A2B3"), "upload.embedded_objects"),
    "link.xls": (lambda: older(record(0x01AE, b"\x01\0\x05\0\0\x01abcd")), "upload.external_links"),
    "dde.xls": (lambda: older(record(0x0023, b"\x02\0" + bytes(8))), "upload.dde"),
}
"""What the file is called, how it is made, and why it is refused."""
