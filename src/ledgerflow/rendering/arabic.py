"""Arabic numbers that count a noun: agreement in gender, number and case, as amounts in words are read aloud."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Noun:
    """What is counted: one, two, three to ten, eleven to ninety-nine, and after a round hundred."""

    one: str
    two: str
    few: str
    many: str
    round: str
    feminine: bool = False


def _money(noun: tuple[str, str, str, str], adjective: str) -> Noun:
    """A currency with its country's adjective, which agrees (broken plurals count as feminine)."""
    one, two, few, many = noun
    return Noun(
        f"{one} {adjective} واحد",
        f"{two} {adjective}ان",
        f"{few} {adjective}ة",
        f"{many} {adjective}اً",
        f"{one} {adjective}",
    )


_DINAR: Final = ("دينار", "ديناران", "دنانير", "ديناراً")
_RIYAL: Final = ("ريال", "ريالان", "ريالات", "ريالاً")
_DIRHAM: Final = ("درهم", "درهمان", "دراهم", "درهماً")
_FILS: Final = Noun("فلس واحد", "فلسان", "فلوس", "فلساً", "فلس")
_BAISA: Final = Noun("بيسة واحدة", "بيستان", "بيسات", "بيسة", "بيسة", feminine=True)
_HALALA: Final = Noun("هللة واحدة", "هللتان", "هللات", "هللة", "هللة", feminine=True)
_QATARI_DIRHAM: Final = Noun("درهم واحد", "درهمان", "دراهم", "درهماً", "درهم")

_CURRENCIES: Final = {
    "AED": (_money(_DIRHAM, "إماراتي"), _FILS),
    "BHD": (_money(_DINAR, "بحريني"), _FILS),
    "KWD": (_money(_DINAR, "كويتي"), _FILS),
    "OMR": (_money(_RIYAL, "عماني"), _BAISA),
    "QAR": (_money(_RIYAL, "قطري"), _QATARI_DIRHAM),
    "SAR": (_money(_RIYAL, "سعودي"), _HALALA),
}

# Counting masculine things (the word itself is feminine in form from three to ten), then feminine ones.
_ONES: Final = {
    False: ("", "واحد", "اثنان", "ثلاثة", "أربعة", "خمسة", "ستة", "سبعة", "ثمانية", "تسعة", "عشرة"),
    True: ("", "واحدة", "اثنتان", "ثلاث", "أربع", "خمس", "ست", "سبع", "ثماني", "تسع", "عشر"),
}
_COMPOUND: Final = {False: {1: "أحد", 2: "اثنا"}, True: {1: "إحدى", 2: "اثنتا"}}
_TEN: Final = {False: "عشر", True: "عشرة"}
_TENS: Final = ("", "", "عشرون", "ثلاثون", "أربعون", "خمسون", "ستون", "سبعون", "ثمانون", "تسعون")
_HUNDREDS: Final = (
    *("", "مائة", "مائتان", "ثلاثمائة", "أربعمائة", "خمسمائة"),
    *("ستمائة", "سبعمائة", "ثمانمائة", "تسعمائة"),
)
_SCALES: Final = (
    (10**9, Noun("مليار", "ملياران", "مليارات", "ملياراً", "مليار")),
    (10**6, Noun("مليون", "مليونان", "ملايين", "مليوناً", "مليون")),
    (10**3, Noun("ألف", "ألفان", "آلاف", "ألفاً", "ألف")),
)


def currency_nouns(code: str) -> tuple[Noun, Noun] | None:
    """The unit and its part, for the currencies of the Gulf."""
    return _CURRENCIES.get(code)


def counted(number: int, noun: Noun) -> str:
    """`number` of `noun`, from 0 to below a thousand milliards."""
    if number == 1:
        return noun.one
    if number == 2:
        return noun.two
    if number == 0:
        return f"صفر {noun.round}"
    return f"{_number(number, noun)} {_form(number, noun)}"


def _form(number: int, noun: Noun) -> str:
    """The noun's form after the number's last two digits; after 101 and 102 it is the genitive, as usage has it."""
    last = number % 100
    if last < 3:
        return noun.round
    return noun.few if last <= 10 else noun.many


def _number(number: int, noun: Noun) -> str:
    """The number alone, in the construct state where its last word governs the noun."""
    parts = []
    rest = number
    for size, scale in _SCALES:
        group, rest = divmod(rest, size)
        if group:
            parts.append(_scale(group, scale, governs=not rest))
    if rest:
        parts.append(_below_thousand(rest, feminine=noun.feminine))
    return " و".join(parts)


def _scale(group: int, scale: Noun, *, governs: bool) -> str:
    """So many thousands or millions; standing right before what is counted, ألفان loses its ن and ألفاً its tanwin."""
    if group == 1:
        return scale.one
    if group == 2:
        return scale.two.removesuffix("ن") if governs else scale.two
    form = _form(group, scale)
    return f"{_below_thousand(group, feminine=False)} {form.removesuffix('اً') if governs else form}"


def _below_thousand(number: int, *, feminine: bool) -> str:
    hundreds, rest = divmod(number, 100)
    if not rest:
        return "مائتا" if hundreds == 2 else _HUNDREDS[hundreds]
    parts = [_HUNDREDS[hundreds]] if hundreds else []
    parts.append(_below_hundred(rest, feminine=feminine))
    return " و".join(parts)


def _below_hundred(number: int, *, feminine: bool) -> str:
    ones = _ONES[feminine]
    if number <= 10:
        return ones[number]
    tens, one = divmod(number, 10)
    if tens == 1:
        return f"{_COMPOUND[feminine].get(one, ones[one])} {_TEN[feminine]}"
    if not one:
        return _TENS[tens]
    return f"{'إحدى' if feminine and one == 1 else ones[one]} و{_TENS[tens]}"
