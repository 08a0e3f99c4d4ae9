"""Page: exactly what is printed and where, before any drawing. Plain strings, already formatted."""

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class Label:
    """Printed words: the page's own language first, English second where the page has two languages."""

    first: str
    second: str = ""

    def in_currency(self, code: str) -> "Label":
        """The words with the currency that the figures beside or beneath them are in."""
        return Label(f"{self.first} {code}", f"{self.second} {code}" if self.second else "")


@dataclass(frozen=True, slots=True)
class Fact:
    """A label and its one value, in words also in English. `code` is set in a monospaced face: numbers that are read
    letter by letter."""

    label: Label
    value: str
    code: bool = False
    second: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A party or a place: its heading, its names, its address line by line, its identifiers."""

    heading: Label
    names: tuple[str, ...]
    lines: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its head, its width in millimetres (0 takes what is left), figures at the inline end."""

    head: Label
    width: float = 0
    figures: bool = False
    code: bool = False


Cell = tuple[str, ...]  # the text of a cell, then the smaller lines beneath it


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a head that repeats on every page; `foot` is its row of sums, if it has one.

    `heights` is how many lines each row surely takes, so that Typst need not find out; 0 for a row that may wrap.
    """

    title: Label
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    foot: tuple[Cell, ...] = ()
    heights: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Sum:
    """A row of the totals: `plain` rows add up to the `strong` one beneath them, `aside` rows only inform."""

    label: Label
    value: str
    weight: Literal["plain", "strong", "aside"] = "plain"


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code: what it says, its drawing as SVG, and what a blind reader is told of it."""

    content: str
    svg: str
    alternative: str


@dataclass(frozen=True, slots=True)
class Page:
    """One document on paper. `due` is the largest figure; everything else stands in the order of the fields."""

    template: Literal["invoice", "memo"]
    language: str
    right_to_left: bool
    arabic_indic: bool
    accent: str
    heading: str  # the document's name in English, for its metadata
    title: Label
    copy: Label | None
    declaration: Label | None  # what the law wants at the top
    number: str
    day: str
    seller: Block
    buyer: Block
    delivery: Block | None
    facts: tuple[Fact, ...]
    lines: Table
    totals: tuple[Sum, ...]
    due: Sum
    summary: Table | None
    words: tuple[str, ...]
    words_label: Label
    notes: tuple[Label, ...]
    payment: tuple[Fact, ...]
    signature: tuple[Label, Label] | None
    thanks: Label
    specimen: Label
    counter: Label
    generation_id: str
    qr: Code | None = None
    keywords: tuple[str, ...] = field(default=("simulated",))
