"""The labels file: one row a document that is not what it seems, with the truth, apart from the books.

It is CSV in UTF-8 with a header. `number` is the document's, and joins it to the register and to the tables.
"""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, fields
from io import StringIO


@dataclass(frozen=True, slots=True)
class LabelRow:
    """What was done to one document: `true` is what should stand there, `shown` what does; `case` joins documents that
    belong together. A missing number has a row of its own, and no document."""

    number: str
    kind: str
    difficulty: str
    case: str
    true: str
    shown: str


class LabelsUnreadable(Exception):
    """A labels file is not of the form that this module writes."""


NAMES = tuple(field.name for field in fields(LabelRow))
_HEADER = ["simulated", *NAMES]


def write_labels(labels: Iterable[LabelRow]) -> bytes:
    """The file. No cell begins with what came from the books' own names, so that none is taken for a formula."""
    text = StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(_HEADER)
    writer.writerows(("yes", *astuple(label)) for label in labels)
    return text.getvalue().encode()


def read_labels(content: bytes) -> Sequence[LabelRow]:
    """The rows of a file; raises LabelsUnreadable with what is wrong, and where."""
    try:
        header, *rows = csv.reader(StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
    except (UnicodeDecodeError, csv.Error, ValueError) as error:
        raise LabelsUnreadable(f"is no CSV in UTF-8 with a header: {error}") from error
    if header != _HEADER:
        raise LabelsUnreadable(f"has not the columns {', '.join(_HEADER)}")
    for place, row in enumerate(rows, 2):
        if len(row) != len(_HEADER):
            raise LabelsUnreadable(f"row {place} has {len(row)} cells and should have {len(_HEADER)}")
    return [LabelRow(*row[1:]) for row in rows]
