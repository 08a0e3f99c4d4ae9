"""What an uploaded workbook may not hold, though a reader would pass it by: macros, links outward, objects, DDE.

The parts of an .xlsx may bear any name (ECMA-376 part 2), so beside names their content types and relationships are
looked at; those of an .xls (MS-XLS) are its streams and the records of its books.
"""

import html
import re
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from xml.etree import ElementTree

from ledgerflow.billing.errors import Finding
from ledgerflow.intake.inspection import refuse_damaged
from ledgerflow.intake.sheet_records import global_records, stream_names


class Hazard(StrEnum):
    """Each is the end of a finding's code, `upload.…`."""

    MACROS = "macros"
    LINKS = "external_links"
    OBJECTS = "embedded_objects"
    DDE = "dde"


_TOLD: Mapping[Hazard, tuple[str, str]] = {
    Hazard.MACROS: ("The workbook holds macros.", "Save it as a workbook without macros (.xlsx)."),
    Hazard.LINKS: (
        "The workbook takes data from another file or from the network.",
        "Break its links (Data, Edit Links; Queries & Connections), so that only values stay, and save it.",
    ),
    Hazard.OBJECTS: (
        "An object or a control is embedded in the workbook.",
        "Copy the product rows alone into a new workbook and save that.",
    ),
    Hazard.DDE: (
        "A formula or link of the workbook calls another program (DDE).",
        "Copy the product rows as values into a new workbook and save that.",
    ),
}

_WORDS: Mapping[Hazard, re.Pattern[str]] = {
    Hazard.MACROS: re.compile(r"vba|macro|dialogsheet|intlmacro", re.I),
    Hazard.LINKS: re.compile(r"externallink|connections|querytable|webextension|dataFeed", re.I),
    Hazard.OBJECTS: re.compile(r"oleobject|embeddings|activex|relationships/package|relationships/control\b", re.I),
}
_HYPERLINK = re.compile(r"https?:|mailto:|tel:", re.I)
_FORMULA = re.compile(rb"<(?:\w+:)?f(?:\s[^>]*)?>(.*?)</", re.S)
_TEXT = re.compile(r'"[^"]*"')
_OUTWARD = re.compile(r"\b(?:WEBSERVICE|RTD)\s*\(", re.I)
_MACRO_CALL = re.compile(r"\b(?:CALL|REGISTER(?:\.ID)?|EXEC)\s*\(", re.I)
_AUTO_OPEN = re.compile(rb"definedName[^>]*\"_xlnm\.(?:Auto_Open|Auto_Close)", re.I)
_DDE = re.compile(r"['\w.]\s*\|.*!")

_BOUND_SHEET, _SUP_BOOK, _EXTERN_NAME, _DCON = 0x0085, 0x01AE, 0x0023, (0x0050, 0x0051, 0x0052)
_OWN_BOOKS = (b"\x01\x04", b"\x01\x3a")  # the workbook itself, and add-in functions


def of_package(parts: Iterable[tuple[str, bytes]]) -> Iterator[Finding]:
    """Each hazard of an .xlsx once, with the part where it was first seen; raises InputRefused."""
    seen: dict[Hazard, str] = {}
    for name, data in parts:
        for hazard in _in_part(name, data):
            seen.setdefault(hazard, name)
    yield from (_told(hazard, name) for hazard, name in seen.items())


def of_compound_file(content: bytes) -> Iterator[Finding]:
    """Each hazard of an .xls once; raises InputRefused."""
    yield from (_told(hazard, "file") for hazard in dict.fromkeys(_in_compound_file(content)))


def of_text(text: str) -> Iterator[Finding]:
    """Each hazard of a CSV once."""
    cells = re.finditer(r"(?:^|[,;\t\n])\s*\"?\s*([=+@-][^,;\t\n]*\|[^,;\t\n]*!)", text)
    if next(cells, None):
        yield _told(Hazard.DDE, "file")


def _in_part(name: str, data: bytes) -> Iterator[Hazard]:
    yield from _named_in(name)
    lower = name.lower()
    if lower.endswith(".rels"):
        yield from _in_relationships(name, data)
    elif lower == "[content_types].xml":
        yield from _named_in(data.decode("utf-8", "replace"))
    elif lower.endswith(".bin") and b"Attribut\0e" in data:
        yield Hazard.MACROS
    elif data[:64].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        yield from _in_sheet(data)


def _named_in(text: str) -> Iterator[Hazard]:
    yield from (hazard for hazard, words in _WORDS.items() if words.search(text))


def _in_relationships(name: str, data: bytes) -> Iterator[Hazard]:
    try:
        relations = list(ElementTree.fromstring(data))  # nosec B314  # a document type was refused before
    except ElementTree.ParseError as fault:
        refuse_damaged(f"{name} cannot be read ({fault})")
    for relation in relations:
        kind, target = relation.get("Type", ""), relation.get("Target", "")
        yield from _named_in(kind)
        outward = relation.get("TargetMode", "").lower() == "external"
        if outward and not (kind.endswith("/hyperlink") and _HYPERLINK.match(target)):
            yield Hazard.LINKS


def _in_sheet(data: bytes) -> Iterator[Hazard]:
    if b"ddeLink" in data:
        yield Hazard.DDE
    if _AUTO_OPEN.search(data):
        yield Hazard.MACROS
    for match in _FORMULA.finditer(data):
        yield from _in_formula(html.unescape(match.group(1).decode("utf-8", "replace")))


def _in_formula(formula: str) -> Iterator[Hazard]:
    formula = _TEXT.sub('""', formula)  # what stands in quotation marks calls nothing
    if "|" in formula and _DDE.search(formula):
        yield Hazard.DDE
    if "(" in formula and _OUTWARD.search(formula):
        yield Hazard.LINKS
    if "(" in formula and _MACRO_CALL.search(formula):
        yield Hazard.MACROS


def _in_compound_file(content: bytes) -> Iterator[Hazard]:
    for stream in stream_names(content):
        if stream.startswith("_vba_project") or stream == "macros":
            yield Hazard.MACROS
        elif stream.startswith(("mbd", "\x01ole", "ctls", "\x01compobj ")):
            yield Hazard.OBJECTS
    for kind, body in global_records(content):
        if kind == _BOUND_SHEET and len(body) > 5 and body[5] in (1, 6):  # a sheet of Excel 4.0 macros; a module
            yield Hazard.MACROS
        elif kind in _DCON or (kind == _SUP_BOOK and body[2:4] not in _OWN_BOOKS):
            yield Hazard.LINKS
        elif kind == _EXTERN_NAME and body and body[0] & 0x1E:  # kept up to date, a picture, an object, a link to one
            yield Hazard.DDE


def _told(hazard: Hazard, part: str) -> Finding:
    message, advice = _TOLD[hazard]
    return Finding(f"upload.{hazard}", part, message, advice, {"part": part})
