"""How wide a column must be. Widths are worked out here, because fixed ones draw faster than those Typst finds out."""

from collections.abc import Iterable
from typing import Final

from ledgerflow.rendering.page import Cell, Label

PAPER: Final = 178.0  # millimetres between the margins
_SHORT: Final = 14  # letters of a head that may stand on one line
_DIGIT: Final = 1.7  # millimetres of a digit of a table's 8 points: six tenths of an em
_SMALL_DIGIT: Final = 1.49  # and of the 7 points beneath
_AIR: Final = 2.9  # between a column and the next


def width(head: Label, cells: Iterable[Cell], roomy: bool = False) -> float:
    """Millimetres that a column needs: its widest cell, its head's longest word; roomy, a short head on one line."""
    texts = [text for text in (head.first, head.second) if text]
    heads = [part for text in texts for part in ([text] if roomy and len(text) <= _SHORT else text.split())]
    lines = [
        _length(text) * (_SMALL_DIGIT if beneath else _DIGIT) for cell in cells for beneath, text in enumerate(cell)
    ]
    return round(max([*lines, *(_length(part) * 1.4 for part in heads)]) + _AIR, 1)


def longest(cells: Iterable[Cell]) -> float:
    """Millimetres that the longest of these words would take on one line."""
    return max(_length(cell[0]) for cell in cells) * 1.4 + _AIR


def _length(text: str) -> float:
    """The length of a text in digits' widths."""
    return sum(_letter(letter) for letter in text)


def _letter(letter: str) -> float:
    if letter in ".,٬٫":
        return 0.46
    if letter == "-":
        return 0.67
    if letter in "%٪MW":
        return 1.55
    return 0.8 if letter.isalpha() and letter > "\u0600" else 1.2 if letter.isupper() else 1.0
