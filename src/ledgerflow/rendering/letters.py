"""Which letters the shipped fonts can print: pages are set without any other, so that they are equal everywhere."""

from functools import cache
from importlib.resources import as_file, files
from typing import Final
from unicodedata import category, normalize

_FONT: Final = "IBMPlexSansArabic-Regular.ttf"  # the face of every text; codes fall back to it too
_PACKAGE: Final = "fontpkg_ibm_plex_sans_arabic"
_UNPRINTED: Final = "Cf"  # joiners and marks of direction shape their neighbours and have no picture


def unprintable(letters: str) -> str:
    """Of these letters those that no page can show, each once, in order."""
    if letters.isascii() and letters.isprintable():
        return ""
    wanted = dict.fromkeys(normalize("NFC", "".join(letter for letter in letters if not _has_sign(letter))))
    return "".join(letter for letter in wanted if ord(letter) not in _glyphs() and category(letter) != _UNPRINTED)


def _has_sign(letter: str) -> bool:
    """A sign of its own in the font, though another letter counts as equal to it: the ohm, which is no omega."""
    return ord(letter) in _glyphs() and normalize("NFC", letter) != letter


@cache
def _glyphs() -> frozenset[int]:
    from fontTools.ttLib import TTFont  # here, so that only who has letters beyond ASCII waits for it

    with as_file(files(_PACKAGE) / "files" / _FONT) as path, TTFont(path, lazy=True) as font:
        return frozenset(font.getBestCmap())
