"""The marks of a worksheet that no reader passes on: how far its cells reach, which are formulas, which are errors."""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field

Position = tuple[int, int]  # row and column, from 0


@dataclass(frozen=True, slots=True)
class SheetMarks:
    """The marks of one worksheet. `formulas` says of each whether a text, even an empty one, is its value."""

    rows: int = 0
    columns: int = 0
    formulas: Mapping[Position, bool] = field(default_factory=dict)
    errors: Set[Position] = frozenset()
