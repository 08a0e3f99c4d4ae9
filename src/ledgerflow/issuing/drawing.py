"""The deed of drawing a chunk: the files of its invoices, kept as parts on the shelf until the archive is packed.

A part is an archive of consecutive positions and one format. What cannot be drawn is told by position.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from ledgerflow.billing.invoice import Invoice
from ledgerflow.export.archive import Member, members_of, pack
from ledgerflow.export.format import Format
from ledgerflow.issuing.entering import take_up
from ledgerflow.issuing.jobs import Chunk, Failure, Part, Stage
from ledgerflow.issuing.packing import draw_files
from ledgerflow.issuing.ports import Journal, Ledger
from ledgerflow.issuing.shelf import Shelf

_TOLD = 500  # characters of a reason that are kept
PARTS = "parts"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a job makes its files, a folder of its own that goes when the deed is done, and its folder on the shelf."""

    desk: Path
    folder: str


class At(Protocol):
    """Is told which position comes next."""

    def at(self, position: int) -> None:
        """Now this one."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Positions of one format that are to be drawn, both ends included."""

    format: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """A position that a format could not draw, and the error."""

    format: str
    position: int
    error: Exception


@dataclass(frozen=True, slots=True)
class Drawn:
    """What became of positions: the parts that lie on the shelf, and what could not be drawn."""

    parts: tuple[Part, ...] = ()
    refusals: tuple[Refusal, ...] = ()


def lacking(chunk: Chunk, formats: Sequence[str]) -> list[Spread]:
    """What is to be drawn of a chunk: for each format the positions that none of its parts holds."""
    spreads = []
    for code in formats:
        held = {place for part in chunk.parts if part.format == code for place in range(part.first, part.last + 1)}
        free = [place for place in range(chunk.first, chunk.last + 1) if place not in held]
        spreads += [Spread(code, first, last) for first, last in _stretches(free)]
    return spreads


def positions_lacking(chunk: Chunk, formats: Sequence[str]) -> list[int]:
    """The positions of a chunk that lack a file of any format."""
    return sorted({place for one in lacking(chunk, formats) for place in range(one.first, one.last + 1)})


def draw(
    spreads: Sequence[Spread],
    batch: int,
    ledger: Ledger,
    formats: Sequence[Format],
    shelf: Shelf,
    place: Place,
    tell: At,
) -> Drawn:
    """Draws positions and lays the parts on the shelf. Raises what ledger and shelf raise; what a format raises for an
    invoice is a refusal of that one."""
    by_code = {format.code: format for format in formats}
    parts: list[Part] = []
    refusals: list[Refusal] = []
    for spread in spreads:
        pages = _Pages(by_code[spread.format], shelf, place, refusals)
        invoices = ledger.invoices(batch=batch, positions=(spread.first, spread.last))
        parts += pages.draw_all(invoices, tell)
    return Drawn(tuple(parts), tuple(refusals))


def begin_drawing(ledger: Ledger, id: str, run: int) -> bool:
    """Everything of the job is in the ledger, and the next stage begins. Says so to one who asks, of all those who try
    the same piece again: whoever counts what was issued counts it once."""

    def begin(journal: Journal) -> bool:
        job = journal.jobs.hold(id)
        if job.run != run or job.stage is not Stage.ISSUING or not job.is_issued:
            return False
        journal.jobs.keep(replace(job, stage=Stage.DRAWING))
        return True

    return ledger.transact(begin)


def begin_chunk(ledger: Ledger, id: str, run: int, number: int) -> Chunk:
    """The chunk as it was found; from now on it counts as begun. Raises Halted, Overtaken."""

    def begin(journal: Journal) -> Chunk:
        take_up(journal, id, run)
        chunk = journal.jobs.hold_chunk(id, number)
        journal.jobs.keep_chunk(id, replace(chunk, begun=True))
        return chunk

    return ledger.transact(begin)


def enter_drawn(
    ledger: Ledger,
    id: str,
    number: int,
    formats: Sequence[str],
    parts: Sequence[Part],
    failures: Sequence[Failure] = (),
    *,
    is_over: bool = True,
) -> None:
    """Enters what was drawn of a chunk, and what failed or is tried next; the counts of the job follow. Until it is
    over, it stays begun."""

    def enter(journal: Journal) -> None:
        job = journal.jobs.hold(id)
        before = journal.jobs.hold_chunk(id, number)
        chunk = replace(before, begun=before.begun and not is_over, parts=_joined(before.parts, parts))
        lacked, lacks = positions_lacking(before, formats), positions_lacking(chunk, formats)
        journal.jobs.forgive(id, [place for place in lacked if place not in lacks])
        journal.jobs.fail(id, failures)
        journal.jobs.keep_chunk(id, chunk)
        final = [failure.reason for failure in failures if failure.is_final]
        reason = final[-1] if final else job.last_error
        drawn, failed = job.drawn + len(lacked) - len(lacks), journal.jobs.count_failed(id)
        journal.jobs.keep(replace(job, drawn=drawn, failed=failed, last_error=reason))

    ledger.transact(enter)


def in_words(error: BaseException) -> str:
    """A reason as it is kept: one line."""
    words = " ".join(str(error).split()) or type(error).__name__
    return words[:_TOLD]


def part_members(parts: Iterable[Part], shelf: Shelf, place: Place) -> Iterator[Member]:
    """The files of parts, in their order, each part checked against its hash before any of its files is taken. Where
    two workers drew the same invoice, its file counts once: they are equal."""
    seen = set[str]()
    for part in parts:
        copy = place.desk / "taken.zip"
        shelf.take(part.name, copy, part.sha256)
        with copy.open("rb") as file:
            for member in members_of(file):
                if member.path not in seen:
                    seen.add(member.path)
                    yield member
        copy.unlink()


def lay_part(members: Iterable[Member], name: str, shelf: Shelf, place: Place) -> str:
    """Lays files on the shelf as a part of that name; gives its SHA-256."""
    source = place.desk / "part.zip"
    with source.open("wb") as file:
        pack(file, members, {})
    laid = shelf.lay(name, source)
    source.unlink()
    return laid.sha256


class _Pages:
    """Draws invoices of one format into parts; one that cannot be drawn ends a part."""

    def __init__(self, format: Format, shelf: Shelf, place: Place, refusals: list[Refusal]) -> None:
        self._format = format
        self._shelf = shelf
        self._place = place
        self._refusals = refusals

    def draw_all(self, invoices: Iterable[Invoice], tell: At) -> Iterator[Part]:
        drawn: list[tuple[int, list[Member]]] = []
        for invoice in invoices:
            tell.at(invoice.position)
            try:
                drawn.append((invoice.position, list(draw_files(self._format, [invoice]))))
            except Exception as error:  # whatever a format raises is told of this invoice, and the others go on
                self._refusals.append(Refusal(self._format.code, invoice.position, error))
                yield from self._lay(drawn)
                drawn = []
        yield from self._lay(drawn)

    def _lay(self, drawn: Sequence[tuple[int, Sequence[Member]]]) -> Iterator[Part]:
        if drawn:
            first, last = drawn[0][0], drawn[-1][0]
            name = f"{self._place.folder}/{PARTS}/{self._format.code}-{first:07}-{last:07}.zip"
            members = (member for _, files in drawn for member in files)
            sha256 = lay_part(members, name, self._shelf, self._place)
            yield Part(name, self._format.code, first, last, sha256)


def _stretches(places: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Consecutive numbers as their first and last."""
    start = 0
    for end in range(1, len(places) + 1):
        if end == len(places) or places[end] != places[end - 1] + 1:
            yield places[start], places[end - 1]
            start = end


def _joined(known: Sequence[Part], new: Sequence[Part]) -> tuple[Part, ...]:
    """A part that was laid twice counts once: it has the same name."""
    by_name = {part.name: part for part in (*known, *new)}
    return tuple(sorted(by_name.values(), key=lambda part: (part.format, part.first)))
