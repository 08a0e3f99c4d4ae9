"""Reads the advance widths of the shipped font into rendering/advances.toml. Run it as `make advances`."""

import json
from collections.abc import Iterable, Mapping
from importlib.resources import files
from pathlib import Path

from fontTools.ttLib import TTFont

TABLE = Path(__file__).parent.parent / "src" / "ledgerflow" / "rendering" / "advances.toml"
FONTS = {"regular": "IBMPlexSansArabic-Regular.ttf", "semibold": "IBMPlexSansArabic-SemiBold.ttf"}
FORMS = {"initial": "init", "medial": "medi", "final": "fina"}  # and the OpenType features that make them
FIRST_PRESENTATION_FORM, LAST_PRESENTATION_FORM = 0xFB50, 0xFEFF  # text has letters, not their forms


def table() -> str:
    """The whole file."""
    parts = [
        "# How far each letter of IBM Plex Sans Arabic advances, in thousandths of an em; an Arabic letter also by its",
        "# joined forms. Made from the font by `make advances`.",
    ]
    for weight, name in FONTS.items():
        font = TTFont(str(files("fontpkg_ibm_plex_sans_arabic") / "files" / name))
        parts += [_section(weight, _advances(font, _letters(font)))]
        parts += [
            _section(f"{weight}-{form}", _advances(font, _formed(font, feature))) for form, feature in FORMS.items()
        ]
    return "\n".join(parts) + "\n"


def _letters(font: TTFont) -> dict[int, str]:
    return {
        code: glyph
        for code, glyph in font.getBestCmap().items()
        if code > 31 and not FIRST_PRESENTATION_FORM <= code <= LAST_PRESENTATION_FORM
    }


def _formed(font: TTFont, feature: str) -> dict[int, str]:
    """The letters that the feature gives another glyph, with that glyph."""
    gsub = font["GSUB"].table
    records = (record for record in gsub.FeatureList.FeatureRecord if record.FeatureTag == feature)
    swaps: dict[str, str] = {}
    for number in sorted({number for record in records for number in record.Feature.LookupListIndex}):
        for part in gsub.LookupList.Lookup[number].SubTable:
            swaps |= getattr(getattr(part, "ExtSubTable", part), "mapping", {})
    return {code: swaps[glyph] for code, glyph in _letters(font).items() if glyph in swaps}


def _advances(font: TTFont, glyphs: Mapping[int, str]) -> dict[int, str]:
    """The letters of each width."""
    em, widths = font["head"].unitsPerEm, font["hmtx"]
    sorted_in: dict[int, list[str]] = {}
    for code, glyph in glyphs.items():
        sorted_in.setdefault(round(widths[glyph][0] * 1000 / em), []).append(chr(code))
    return {advance: "".join(letters) for advance, letters in sorted(sorted_in.items())}


def _section(name: str, advances: Mapping[int, str]) -> str:
    lines: Iterable[str] = (
        f"{advance} = {json.dumps(letters, ensure_ascii=False)}" for advance, letters in advances.items()
    )
    return "\n".join([f"\n[{name}]", *lines])


if __name__ == "__main__":
    TABLE.write_text(table(), "utf-8")
    print(TABLE.name)
