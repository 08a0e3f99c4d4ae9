"""Widths of text: the table is the font's own, and nothing is drawn wider than it says."""

import json
import string
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest
import typst
from numpy.random import Generator, Philox

from ledgerflow.rendering.metrics import UNKNOWN, Weight, code_width, text_width

ROOT = Path(__file__).parents[2]
FONTS = [Path(str(files(package))) / "files" for package in ("fontpkg_ibm_plex_sans_arabic", "fontpkg_ibm_plex_mono")]
MILLIMETRE = 72 / 25.4  # in points
MEASURE = Path(__file__).with_name("measure.typ")
ARABIC = "ابتثجحخدذرزسشصضطظعغفقكلمنهويىئؤءةآأإ ،"
NAMES = [
    "W" * 40,
    "MWMW MWMW",
    "iiiiii",
    "AVAVAVA To Ty fi ffi",
    "Zażółć gęślą jaźń",
    "₹1,18,000.50",
    "لا إله الآن الأول",
    "مستشفىومستوصفوصيدليةومختبر",
    "ـــــــ",
    "زيت زيتون EXTRA VIRGIN 500ML بكر",
    "مُعَجَّنَاتٌ",
    "٢٫٣٥٠",
]


def drawn(texts: list[str], weight: Weight = "regular", font: str = "IBM Plex Sans Arabic") -> list[float]:
    """Millimetres that Typst takes for the texts at 8 points."""
    said = json.dumps([("ar" if max(text) > "\u0600" else "en", text) for text in texts])
    told = typst.query(
        MEASURE,
        "<widths>",
        field="value",
        one=True,
        font_paths=FONTS,
        ignore_system_fonts=True,
        sys_inputs={"texts": said, "weight": weight, "font": font},
    )
    return [points * 8 / 100 / MILLIMETRE for points in json.loads(told)]


def invented(letters: str) -> list[str]:
    """Three hundred words without sense, the same in each run."""
    dice = Generator(Philox(len(letters)))
    return ["".join(dice.choice(list(letters), size=dice.integers(5, 60))).strip() or "x" for _ in range(300)]


@pytest.mark.parametrize("weight", ["regular", "semibold"])
@pytest.mark.parametrize(
    "texts",
    [NAMES, invented(string.printable[:95]), invented(ARABIC), invented(ARABIC + string.ascii_letters)],
    ids=["names", "ascii", "arabic", "both"],
)
def test_no_text_is_drawn_wider_than_it_was_measured(texts: list[str], weight: Weight) -> None:
    wider = [
        (text, width, text_width(text, 8, weight))
        for text, width in zip(texts, drawn(texts, weight), strict=True)
        if width > text_width(text, 8, weight)
    ]
    assert not wider


def test_texts_are_measured_to_a_tenth() -> None:
    """Room that is given away would take it from the names."""
    for pool in (string.printable[:95], ARABIC):
        texts = invented(pool)
        assert sum(text_width(text, 8) for text in texts) < 1.1 * sum(drawn(texts))


def test_codes_are_measured_in_their_own_face() -> None:
    codes = ["73239390", "INV/26-27/000123", "WWW"]
    assert [code_width(code, 8) for code in codes] == pytest.approx(drawn(codes, font="IBM Plex Mono"))


def test_what_the_font_lacks_has_no_width() -> None:
    assert text_width("橄欖油", 8) == text_width("Tea\u200b", 8) == code_width("هيل", 8) == UNKNOWN
    assert text_width("", 8) == text_width("ً", 8) == 0


def test_the_table_is_that_of_the_shipped_font() -> None:
    program = "import sys; sys.path.insert(0, 'docs'); import make_advances; sys.stdout.write(make_advances.table())"
    run = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", program], cwd=ROOT, capture_output=True, text=True, encoding="utf-8"
    )
    assert run.stdout == (ROOT / "src/ledgerflow/rendering/advances.toml").read_text("utf-8"), run.stderr
