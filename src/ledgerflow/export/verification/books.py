"""The invoices of an archive as one set of books: numbers, dates, notes and the register must agree.

India: at most 16 characters, consecutive, unique in a financial year (CGST Rule 46(b)); a credit note is for an invoice
and no more than it (CGST Act s.34).
"""

import csv
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from io import StringIO
from itertools import pairwise

from ledgerflow.export.verification.reading import Fault, Node, Unreadable
from ledgerflow.export.verification.sale import read_decimals

_GST_NUMBER = re.compile(r"[A-Z1-9][A-Z0-9/-]{0,15}", re.IGNORECASE)
_NOTES = ("credit_note", "debit_note")
_FIELD = re.compile(r"\{(fy|roll|n:0?\d+d?)\}")
_INVOICE_VERSION = "ledgerflow.invoice/1"


@dataclass(frozen=True, slots=True)
class Paper:
    """What the books must know of one document."""

    path: str
    number: str
    series: str
    strategy: str
    kind: str
    day: date
    currency: str
    decimals: int
    seller: object
    buyer: object
    corrects: str
    taxes: Mapping[str, Fraction]
    figures: Mapping[str, Fraction]

    @property
    def sign(self) -> int:
        """A credit note takes back."""
        return -1 if self.kind == "credit_note" else 1


def read_paper(path: str, invoice: Node) -> Paper:
    """The document in a member; raises Unreadable."""
    supply, foot = invoice["supply"], invoice["tax"]["totals"]
    correction = supply["correction"]
    return Paper(
        path=path,
        number=invoice["number"].text(),
        series=invoice["series"].text(),
        strategy=invoice["strategy"].text(),
        kind=invoice["tax"]["document"].text(),
        day=supply["tax_point"].day(),
        currency=supply["currency"]["code"].text(),
        decimals=read_decimals(supply["currency"]),
        seller=(supply["seller"]["name"].value, supply["seller"]["tax_number"].value),
        buyer=(supply["buyer"]["name"].value, supply["buyer"]["tax_number"].value),
        corrects="" if correction.is_null else correction["number"].text(),
        taxes={tax: amount.number() for tax, amount in foot["taxes"].named()},
        figures={name: foot[name].number() for name in _COLUMNS},
    )


def check_marks(path: str, invoice: Node) -> Iterator[Fault]:
    """Whether the document says that it is simulated, is of a form that we know, and lies under its own number."""
    if invoice["simulated"].value is not True:
        yield Fault("not_simulated", f"{path}/simulated", "does not say that the document is simulated")
    if invoice["version"].value != _INVOICE_VERSION:
        yield Fault("version_unknown", f"{path}/version", f"should be {_INVOICE_VERSION}")
    if path != f"json/{invoice['number'].text().replace('/', '-')}.json":
        yield Fault("path_wrong", path, f"holds the invoice {invoice['number'].text()}")


def check_numbers(papers: Iterable[Paper], unused: Iterable[str] = ()) -> Iterator[Fault]:
    """Numbers legal and unique, and in each series consecutive in the order of dates; `unused` ones may be missing."""
    by_number: dict[str, Paper] = {}
    series: dict[tuple[str, str], list[tuple[int, Paper]]] = {}
    for paper in papers:
        if paper.number in by_number:
            yield Fault("number_twice", paper.path, f"has the number of {by_number[paper.number].path}")
        if paper.strategy == "gst" and not _GST_NUMBER.fullmatch(paper.number):
            yield Fault("number_illegal", paper.path, f"{paper.number!r} is not a number that CGST Rule 46 allows")
        by_number[paper.number] = paper
        counted = _count(paper.series, paper.number)
        if counted is None:
            yield Fault("number_illegal", paper.path, f"{paper.number!r} does not follow its series {paper.series!r}")
        else:
            series.setdefault((paper.series, counted[0]), []).append((counted[1], paper))
    for (template, period), members in series.items():
        spared = {found[1] for found in (_count(template, number) for number in unused) if found and found[0] == period}
        yield from _check_order(sorted(members, key=lambda member: member[0]), spared)


def check_notes(papers: Sequence[Paper]) -> Iterator[Fault]:
    """Whether each note is for an invoice that is here, between the same parties, not older, and not too much."""
    invoices = {paper.number: paper for paper in papers if paper.kind not in _NOTES}
    taken_back: dict[str, Fraction] = {}
    for note in papers:
        if note.kind not in _NOTES:
            continue
        original = invoices.get(note.corrects)
        if original is None:
            yield Fault("note_loose", note.path, f"corrects {note.corrects!r}, which is no invoice of this archive")
            continue
        yield from _check_note(note, original)
        if note.kind == "credit_note":
            taken_back[original.number] = taken_back.get(original.number, Fraction(0)) + note.figures["total"]
    for number, amount in taken_back.items():
        if amount > invoices[number].figures["total"]:
            yield Fault("note_exceeds", invoices[number].path, "has credit notes for more than its own total")


def check_register(content: bytes, papers: Iterable[Paper]) -> Iterator[Fault]:
    """Whether the register has one row for each document, with its figures."""
    try:
        rows = list(csv.DictReader(StringIO(content.decode("utf-8-sig"), newline="")))
    except (UnicodeDecodeError, csv.Error) as error:
        yield Fault("register_wrong", "register.csv", f"is no CSV in UTF-8: {error}")
        return
    by_number = {row.get("Number") or "": row for row in rows}
    numbers = {paper.number for paper in papers}
    if len(rows) != len(by_number) or by_number.keys() != numbers:
        yield Fault("register_wrong", "register.csv", "does not list each document once")
    for paper in papers:
        if paper.number in by_number:
            yield from _check_row(by_number[paper.number], paper)


def _count(series: str, number: str) -> tuple[str, int] | None:
    """The period (year and rolling letter) and the count in a number; None if it does not fit its series."""
    if not _FIELD.search(series):
        found = re.fullmatch(r"(.*?)(\d+)", number)
        return (found[1], int(found[2])) if found else None
    pattern, position = "", 0
    for field in _FIELD.finditer(series):
        pattern += re.escape(series[position : field.start()])
        pattern += {"fy": r"(?P<fy>\d\d-\d\d|\d{4})", "roll": "(?P<roll>[A-Z])"}.get(field[1], r"(?P<n>\d+)")
        position = field.end()
    found = re.fullmatch(pattern + re.escape(series[position:]), number)
    if not found:
        return None
    parts = found.groupdict()
    return f"{parts.get('fy', '')} {parts.get('roll', '')}", int(parts["n"])


def _check_order(members: Sequence[tuple[int, Paper]], unused: Collection[int]) -> Iterator[Fault]:
    for (count, earlier), (following, later) in pairwise(members):
        left_out = following - count - 1
        if left_out > len(unused) or any(count + 1 + place not in unused for place in range(left_out)):
            yield Fault("number_gap", later.path, f"{later.number} does not follow {earlier.number}: there is a gap")
        if later.day < earlier.day:
            yield Fault("number_order", later.path, f"is dated {later.day}, before {earlier.number} of {earlier.day}")


def _check_note(note: Paper, original: Paper) -> Iterator[Fault]:
    if (note.seller, note.buyer, note.currency) != (original.seller, original.buyer, original.currency):
        yield Fault("note_differs", note.path, f"has other parties or another currency than {original.number}")
    if note.day < original.day:
        yield Fault("note_early", note.path, f"is dated before {original.number}, which it corrects")
    if note.figures["total"] < 0:
        yield Fault("note_negative", note.path, "states negative amounts; a note's kind gives them their sign")


_COLUMNS = {
    "taxable_value": "Taxable value",
    "exempt_value": "Exempt value",
    "reverse_charge": "Reverse charge",
    "total": "Total",
    "round_off": "Round off",
    "grand_total": "Grand total",
    "prepaid": "Prepaid",
    "payable": "Payable",
}


def _check_row(row: Mapping[str, str | None], paper: Paper) -> Iterator[Fault]:
    amounts = {title: paper.figures[name] for name, title in _COLUMNS.items()} | dict(paper.taxes)
    words = {"Simulated": "yes", "Date": paper.day.isoformat(), "Currency": paper.currency}
    for title, word in words.items():
        if row.get(title) != word:
            yield Fault("register_wrong", f"register.csv/{paper.number}/{title}", f"should be {word}")
    for title, amount in amounts.items():
        place = f"register.csv/{paper.number}/{title}"
        try:
            agrees = Node(row.get(title), place).number() == amount * paper.sign
        except Unreadable:
            agrees = False
        if not agrees:
            yield Fault("register_wrong", place, "is not what the document says")
