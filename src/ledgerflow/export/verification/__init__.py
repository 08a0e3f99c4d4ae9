"""Verifying an archive by an arithmetic of its own: it shares no code with what made the invoices.

Every fault is a value with a code, a place and words; a damaged archive never raises.
"""

import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO

from ledgerflow.export.archive import MANIFEST
from ledgerflow.export.labels import LabelRow
from ledgerflow.export.verification.books import (
    Paper,
    check_marks,
    check_notes,
    check_numbers,
    check_register,
    read_paper,
)
from ledgerflow.export.verification.figures import check_figures
from ledgerflow.export.verification.labelled import check_labels, inexcusable, missing_numbers
from ledgerflow.export.verification.members import (
    BROKEN,
    check_hash,
    check_inventory,
    check_names,
    check_seal,
    read_json,
    read_manifest,
    read_member,
)
from ledgerflow.export.verification.pages import check_pdf
from ledgerflow.export.verification.reading import Fault, Node, Unreadable

__all__ = ["CurrencyTotals", "Fault", "Verification", "verify"]

_REGISTER = "register.csv"


@dataclass(frozen=True, slots=True)
class CurrencyTotals:
    """What the documents in one currency come to, credit notes subtracted."""

    currency: str
    documents: int
    taxable_value: Decimal
    exempt_value: Decimal
    taxes: Mapping[str, Decimal]
    grand_total: Decimal


@dataclass(frozen=True, slots=True)
class Verification:
    """The outcome: what is wrong, and what was looked at."""

    faults: tuple[Fault, ...]
    members: int = 0
    invoices: int = 0
    pdfs: int = 0
    totals: tuple[CurrencyTotals, ...] = ()

    @property
    def accepted(self) -> bool:
        return not self.faults


def verify(archive: BinaryIO | Path | str, labels: Sequence[LabelRow] = ()) -> Verification:
    """Recomputes every invoice of an archive and checks all that surrounds it; what `labels` say was put wrong on
    purpose is no fault."""
    if not isinstance(archive, (Path, str)):
        return _verify(archive, labels)
    try:
        with Path(archive).open("rb") as stream:
            return _verify(stream, labels)
    except OSError as error:
        return Verification((Fault("archive_unreadable", str(archive), f"cannot be read: {error.strerror}"),))


def _verify(stream: BinaryIO, labels: Sequence[LabelRow]) -> Verification:
    try:
        with zipfile.ZipFile(stream) as box:
            faults = [*check_seal(stream, box.comment), *check_names(box)]
            return _Inspection(box, faults, labels).verification()
    except BROKEN as error:
        return Verification((Fault("archive_broken", "the archive", f"is no ZIP that can be read: {error}"),))


class _Inspection:
    """One walk through an archive, member by member, one in memory at a time."""

    def __init__(self, box: zipfile.ZipFile, faults: list[Fault], labels: Sequence[LabelRow]) -> None:
        self._box = box
        self._labels = labels
        self._faults = faults
        self._files, wrong = read_manifest(box)
        self._faults += [*wrong, *check_inventory(box, self._files)]
        self._papers: list[Paper] = []

    def verification(self) -> Verification:
        paths = [path for path in dict.fromkeys(self._box.namelist()) if path != MANIFEST]
        documents = [path for path in paths if path.startswith("json/")]
        pdfs = [path for path in paths if path.startswith("pdf/")]
        for path, content in self._contents(documents):
            self._faults += self._read_document(path, content)
        by_stem = {Path(paper.path).stem: paper for paper in self._papers}
        for path, content in self._contents(pdfs):
            self._faults += _check_page(path, content, by_stem)
        if pdfs:
            self._faults += _check_pairs(documents, pdfs)
        for path, content in self._contents(path for path in paths if not path.startswith(("json/", "pdf/"))):
            self._faults += self._check_other(path, content)
        self._faults += [*check_numbers(self._papers, missing_numbers(self._labels)), *check_notes(self._papers)]
        left = [
            *inexcusable(self._faults, self._labels, self._papers),
            *check_labels(self._labels, {paper.number for paper in self._papers}),
        ]
        faults = tuple(dict.fromkeys(left))  # a document that cannot be read is met twice
        return Verification(faults, len(paths) + 1, len(documents), len(pdfs), _totals(self._papers))

    def _contents(self, paths: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        for path in paths:
            content = read_member(self._box, path)
            if isinstance(content, Fault):
                self._faults.append(content)
                continue
            if path in self._files:
                self._faults += check_hash(path, content, self._files[path])
            yield path, content

    def _read_document(self, path: str, content: bytes) -> Iterator[Fault]:
        try:
            invoice = Node(read_json(content).value, path)
            yield from check_marks(path, invoice)
            yield from check_figures(invoice)
            self._papers.append(read_paper(path, invoice))
        except Unreadable as error:
            yield Fault("unreadable", error.place or path, error.wanted)

    def _check_other(self, path: str, content: bytes) -> Iterator[Fault]:
        if path == _REGISTER:
            yield from check_register(content, self._papers)


def _check_page(path: str, content: bytes, by_stem: Mapping[str, Paper]) -> Iterator[Fault]:
    paper = by_stem.get(Path(path).stem)
    if paper is not None:
        yield from check_pdf(path, content, paper.number)


def _check_pairs(documents: Sequence[str], pdfs: Sequence[str]) -> Iterator[Fault]:
    data = {path.removeprefix("json/").removesuffix(".json") for path in documents}
    pages = {path.removeprefix("pdf/").removesuffix(".pdf") for path in pdfs}
    for stem in sorted(data - pages):
        yield Fault("pdf_missing", f"json/{stem}.json", "has no PDF")
    for stem in sorted(pages - data):
        yield Fault("json_missing", f"pdf/{stem}.pdf", "has no JSON")


def _totals(papers: Sequence[Paper]) -> tuple[CurrencyTotals, ...]:
    by_currency: dict[str, list[Paper]] = {}
    for paper in papers:
        by_currency.setdefault(paper.currency, []).append(paper)
    return tuple(_totals_of(currency, members) for currency, members in by_currency.items())


def _totals_of(currency: str, papers: Sequence[Paper]) -> CurrencyTotals:
    def added(amounts: Iterable[Fraction]) -> Decimal:
        signed = (amount * paper.sign for amount, paper in zip(amounts, papers, strict=True))
        minor = sum(signed, Fraction(0)) * 10 ** papers[0].decimals
        return Decimal(round(minor)).scaleb(-papers[0].decimals)

    names = dict.fromkeys(tax for paper in papers for tax in paper.taxes)
    return CurrencyTotals(
        currency=currency,
        documents=len(papers),
        taxable_value=added(paper.figures["taxable_value"] for paper in papers),
        exempt_value=added(paper.figures["exempt_value"] for paper in papers),
        taxes={tax: added(paper.taxes.get(tax, Fraction(0)) for paper in papers) for tax in names},
        grand_total=added(paper.figures["grand_total"] for paper in papers),
    )
