"""The letters that pages can show: those of every name and word that ships, and no guess about the others."""

from pathlib import Path

import pytest

import ledgerflow
from ledgerflow.rendering.letters import unprintable
from ledgerflow.rendering.pdf import format

SOURCE = Path(ledgerflow.__file__).parent
SHIPPED = sorted(path for room in ("simulation", "rendering", "taxes") for path in (SOURCE / room).rglob("*.toml"))


@pytest.mark.parametrize(
    "name",
    [
        "Saffron Coast Pvt Ltd",
        "ساحل الزعفران ذ.م.م.",
        "Škoda Ärger Ñandú",
        "₹ 1,250 – €",
        "گچپژ",
        "e\u0301",
        "10 k\u2126",
        "نم\u200cی",
    ],
)
def test_latin_and_arabic_names_are_printable(name: str) -> None:
    assert unprintable(name) == ""


@pytest.mark.parametrize(
    ("name", "lacking"),
    [
        ("Anil अनिल", "अनिल"),
        ("שלום שלום", "שלום"),
        ("株式会社", "株式会社"),
        ("Tea 😀", "😀"),
        ("Ω Ж", "ΩЖ"),
        ("a\nb", "\n"),
    ],
    ids=["Devanagari", "Hebrew", "Chinese characters", "emoji", "Greek and Cyrillic", "line break"],
)
def test_what_the_fonts_lack_is_named_letter_by_letter(name: str, lacking: str) -> None:
    assert set(format.lacking(name)) == set(lacking)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.relative_to(SOURCE).as_posix())
def test_every_name_and_word_that_ships_is_printable(path: Path) -> None:
    assert unprintable("".join(path.read_text("utf-8").split())) == ""
