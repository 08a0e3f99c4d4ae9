"""How wide a column and how high a row must be: Typst draws faster what it need not find out."""

import operator
from collections.abc import Iterable, Sequence
from typing import Final

from ledgerflow.rendering.metrics import code_width, text_width
from ledgerflow.rendering.page import Cell, Column

PAPER: Final = 178.0  # millimetres between the margins
_GAP: Final = 2.4  # that part a column from the next
_AIR: Final = 2.9  # the same, with a little to spare
_SIZE: Final = 8.0  # points of the first line of a cell
_SMALL: Final = 7.0  # of the lines beneath it, and of the heads
_SHORT: Final = 14  # letters of a head that may stand on one line
_WIDEST: Final = 44.0  # millimetres of a column of figures, and
_WIDEST_WORDS: Final = 26.0  # of one of words; what needs more wraps
_LETTER: Final = 3.3  # millimetres of the widest letter
_BREAK: Final = "\u200b"  # where a line may end inside a word


def width(column: Column, cells: Iterable[Cell], roomy: bool = False) -> float:
    """Millimetres that a column needs: its widest cell, its head's longest word; roomy, a short head on one line."""
    texts = [text for text in (column.head.first, column.head.second) if text]
    heads = [part for text in texts for part in ([text] if roomy and len(text) <= _SHORT else text.split())]
    needs = [*(_needed(column, cell) for cell in cells), *(text_width(part, _SMALL, "semibold") for part in heads)]
    return round(min(max(needs), _WIDEST if column.figures else _WIDEST_WORDS) + _AIR, 1)


def longest(column: Column, cells: Iterable[Cell]) -> float:
    """Millimetres that the longest of a column's texts would take on one line."""
    return max(_needed(column, cell) for cell in cells) + _AIR


def rooms(columns: Sequence[Column]) -> tuple[float, ...]:
    """Millimetres that each column has for its text; one without a width of its own has what the others leave."""
    rest = max(PAPER - sum(column.width for column in columns), 0)
    return tuple(column.width - _GAP if column.width else rest for column in columns)


def heights(columns: Sequence[Column], rows: Iterable[Sequence[Cell]]) -> tuple[int, ...]:
    """The lines that each row surely takes; 0 for a row in which a text may wrap."""
    room = rooms(columns)
    return tuple(max(map(len, row)) if all(map(operator.le, map(_needed, columns, row), room)) else 0 for row in rows)


def breakable(text: str, room: float) -> str:
    """The text with places to break in the words that are wider than the room: none may run into its neighbour."""
    if text_width(text, _SIZE) <= room:
        return text
    return " ".join(_broken(word, room) for word in text.split(" "))


def _broken(word: str, room: float) -> str:
    if text_width(word, _SIZE) <= room:
        return word
    most = max(1, int(room / _LETTER))
    return _BREAK.join(word[start : start + most] for start in range(0, len(word), most))


def _needed(column: Column, cell: Cell) -> float:
    first, *beneath = cell
    measured = code_width(first, _SIZE) if column.code else text_width(first, _SIZE)
    return max([measured, *(text_width(text, _SMALL) for text in beneath)])
