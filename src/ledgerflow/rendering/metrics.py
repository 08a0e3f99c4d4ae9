"""How much room printed text takes, from the advance widths of the shipped fonts: never less than is drawn."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import Final, Literal

Weight = Literal["regular", "semibold"]

UNKNOWN: Final = float("inf")  # the width of what the font cannot draw: Typst must find it out
_MILLIMETRES: Final = 25.4 / 72 / 1000  # of a thousandth of an em, at one point
_MONOSPACED: Final = 600  # thousandths of an em: each letter of IBM Plex Mono
_KERNING: Final = 1.02  # pairs may stand further apart than their advances say,
_ARABIC_KERNING: Final = 1.08  # Arabic ones by more
_ARABIC: Final = "\u0600"
_TATWEEL: Final = "\u0640"  # joins on both sides and has one form


@dataclass(frozen=True, slots=True)
class _Face:
    """Advances in thousandths of an em: of a letter alone, and of one that is joined to what follows, both or what
    comes before it."""

    alone: Mapping[str, int]
    initial: Mapping[str, int]
    medial: Mapping[str, int]
    final: Mapping[str, int]

    def joined(self, text: str) -> float:
        """The advance of a text with Arabic letters, each in the form that its neighbours give it."""
        letters = [
            letter for letter in text if self.alone.get(letter) != 0
        ]  # marks stand over letters and join nothing
        joins = [self._join(one, other) for one, other in pairwise(letters)]
        sides = zip(letters, [False, *joins], [*joins, False], strict=False)
        return sum(self._advance(letter, before, after) for letter, before, after in sides)

    def _advance(self, letter: str, before: bool, after: bool) -> float:
        forms = (self.medial if after else self.final) if before else self.initial if after else self.alone
        advance = forms.get(letter)
        return self.alone.get(letter, UNKNOWN) if advance is None else advance

    def _join(self, one: str, other: str) -> bool:
        return (one in self.initial or one == _TATWEEL) and (other in self.final or other == _TATWEEL)


@lru_cache(maxsize=4096)
def text_width(text: str, size: float, weight: Weight = "regular") -> float:
    """Millimetres of a text on one line at so many points; `UNKNOWN` where the font lacks one of its letters."""
    face = _face(weight)
    if max(text, default="") < _ARABIC:
        advance = sum(face.alone.get(letter, UNKNOWN) for letter in text) * _KERNING
    else:
        advance = face.joined(text) * _ARABIC_KERNING
    return advance * _MILLIMETRES * size


def code_width(text: str, size: float) -> float:
    """The same in the monospaced face."""
    return len(text) * _MONOSPACED * _MILLIMETRES * size if text.isascii() and text.isprintable() else UNKNOWN


@cache
def _face(weight: Weight) -> _Face:
    table = tomllib.loads(files(__package__).joinpath("advances.toml").read_text("utf-8"))
    return _Face(
        *(
            {letter: int(advance) for advance, letters in table[weight + form].items() for letter in letters}
            for form in ("", "-initial", "-medial", "-final")
        )
    )
