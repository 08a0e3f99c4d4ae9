"""The marks of the worksheets of an .xlsx, from their own XML.

ECMA-376 part 1, 18.3.1: `<row r><c r t><f/><v/>`. The reach is known before the cells are laid out in a grid, since
one lonely cell in the last corner would ask for 17 thousand million of them.
"""

import io
import posixpath
from collections.abc import Mapping
from functools import reduce
from string import ascii_uppercase, digits
from typing import NoReturn
from xml.etree import ElementTree
from xml.parsers import expat
from zipfile import BadZipFile, ZipFile

from ledgerflow.intake.inspection import refuse, refuse_damaged
from ledgerflow.intake.marks import Position, SheetMarks

_RELATIONSHIP = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_MOST_ROWS = 250_000  # empty ones among them: more would only be there to keep a reader busy
_MOST_CELLS = 2_000_000
_STRICT_RELATIONSHIP = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"


class _Marker:
    """Gathers the marks while the XML streams by. It sees every element, so it notes references and reads them last."""

    def __init__(self) -> None:
        self._row = 0
        self._here = ""
        self._type = ""
        self._rows_left = _MOST_ROWS
        self._cells_left = _MOST_CELLS
        self._filled: list[str] = []
        self._formulas: dict[str, bool] = {}
        self._errors: list[str] = []

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """Takes the opening of an element."""
        if ":" in name:
            name = name.rpartition(":")[2]
        if name in ("v", "is"):
            self._filled.append(self._here)
        elif name == "c":
            self._cells_left -= 1
            self._here = attributes.get("r") or self._next()
            self._type = attributes.get("t", "")
            if self._type == "e":
                self._errors.append(self._here)
        elif name == "f":
            self._formulas[self._here] = self._type == "str"
        elif name == "row":
            self._row = int(attributes.get("r", self._row + 1))
            self._here = ""
            self._rows_left -= 1
            if min(self._rows_left, self._cells_left) < 0:
                _refuse_idle_rows()

    def marks(self) -> SheetMarks:
        """What was gathered."""
        return SheetMarks(
            rows=max((int(reference.lstrip(ascii_uppercase)) for reference in self._filled), default=0),
            columns=max(map(_column, {reference.rstrip(digits) for reference in self._filled}), default=0),
            formulas={_position(reference): is_text for reference, is_text in self._formulas.items()},
            errors=frozenset(map(_position, self._errors)),
        )

    def _next(self) -> str:
        """The place of a cell that does not say it: to the right of the one before."""
        column = _column(self._here.rstrip(digits)) + 1
        letters = ""
        while column:
            column, letter = divmod(column - 1, 26)
            letters = ascii_uppercase[letter] + letters
        return f"{letters}{self._row}"


def _column(letters: str) -> int:
    """A is 1, AA is 27."""
    return reduce(lambda column, letter: column * 26 + ascii_uppercase.index(letter) + 1, letters, 0)


def _position(reference: str) -> Position:
    letters = reference.rstrip(digits)
    return int(reference[len(letters) :]) - 1, _column(letters) - 1


def read_marks(content: bytes) -> dict[str, SheetMarks]:
    """The marks of every worksheet of an inspected .xlsx, by its name."""
    with ZipFile(io.BytesIO(content)) as package:
        parts = {name.lower(): name for name in package.namelist()}
        try:
            return {
                sheet: _marks(package.read(parts[part]))
                for sheet, part in _parts(package, parts).items()
                if part in parts
            }
        except (
            BadZipFile,
            NotImplementedError,
            ElementTree.ParseError,
            expat.ExpatError,
            KeyError,
            ValueError,
        ) as fault:
            refuse_damaged(f"its XML cannot be read ({fault})")


def _parts(package: ZipFile, parts: Mapping[str, str]) -> dict[str, str]:
    """The path of each sheet's part, in lower case, by the sheet's name. The parser (expat) refuses what grows without
    end, and fetches nothing; a document type was refused before."""
    relations = ElementTree.fromstring(package.read(parts["xl/_rels/workbook.xml.rels"]))  # nosec B314
    targets = {relation.attrib["Id"]: relation.attrib["Target"] for relation in relations}
    workbook = ElementTree.fromstring(package.read(parts["xl/workbook.xml"]))  # nosec B314
    return {
        sheet.attrib["name"]: posixpath.normpath(
            posixpath.join("/xl", targets[sheet.get(_RELATIONSHIP) or sheet.attrib[_STRICT_RELATIONSHIP]])
        )
        .lstrip("/")
        .lower()
        for sheet in workbook.iterfind("{*}sheets/{*}sheet")
    }


def _refuse_idle_rows() -> NoReturn:
    refuse(
        "workbook.idle_rows",
        f"The sheet lists more than {_MOST_ROWS:,} rows or {_MOST_CELLS:,} cells, empty ones among them.",
        "Copy the product rows into a new workbook and save that.",
    )


def _marks(xml: bytes) -> SheetMarks:
    marker = _Marker()
    parser = expat.ParserCreate()
    parser.StartElementHandler = marker.start
    parser.Parse(xml, True)
    return marker.marks()
