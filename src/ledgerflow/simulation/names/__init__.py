"""Names and streets that belong together, read from one file a language or country: English, and the local script.

An entry is `English` or `English|local`. A country's own file comes first, then its language's, then English; so a new
country needs no file here.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import gcd

from ledgerflow.billing.party import Holder


@dataclass(frozen=True, slots=True)
class Wording:
    """A text in English and, where there is one, in the local script."""

    text: str
    local: str = ""

    @classmethod
    def parse(cls, entry: str) -> "Wording":
        text, _, local = entry.partition("|")
        return cls(text, local)

    def fill(self, **words: "Wording") -> "Wording":
        """Both sides with their gaps filled, each from its own side of the words."""
        return Wording(
            self.text.format(**{gap: word.text for gap, word in words.items()}),
            self.local.format(**{gap: word.local for gap, word in words.items()}),
        )

    def numbered(self, number: int) -> "Wording":
        """Both sides with a number in their gap, in Latin digits."""
        return Wording(self.text.format(number=number), self.local.format(number=number))


@dataclass(frozen=True)
class Flavour:
    """The names of one part of the world. `where` lists countries or regions; empty: everywhere else."""

    where: tuple[str, ...]
    given: tuple[Wording, ...]
    family: tuple[Wording, ...]
    stems: tuple[Wording, ...]
    trades: tuple[Wording, ...]
    forms: Mapping[Holder, tuple[Wording, ...]]
    streets: tuple[Wording, ...]

    def person(self, pick: int) -> Wording:
        """The `pick`-th person: no two alike until given and family names are used up, then with a second name."""
        turn, place = _scatter(pick, len(self.given) * len(self.family))
        first, last = divmod(place, len(self.family))
        words = [self.given[first], self.family[last]]
        if turn:
            words.insert(1, self.given[(first + turn) % len(self.given)])
        return Wording(" ".join(word.text for word in words), " ".join(word.local for word in words).strip())

    def firm(self, holder: Holder, pick: int) -> Wording:
        """The `pick`-th firm of this legal form, no two alike."""
        forms = self.forms[holder]
        turn, place = _scatter(pick, len(self.stems) * len(self.trades) * len(forms))
        place, form = divmod(place, len(forms))
        stem, trade = divmod(place, len(self.trades))
        first = self.stems[stem]
        if turn:
            first = Wording("{first} {second}", "{first} {second}" if first.local else "").fill(
                first=first, second=self.stems[(stem + turn) % len(self.stems)]
            )
        return forms[form].fill(stem=first, trade=self.trades[trade])


@dataclass(frozen=True)
class NameBook:
    """The flavours of one file, the most particular first."""

    countries: tuple[str, ...]
    flavours: tuple[Flavour, ...]


@cache
def flavour_of(country: str, language: str, region: str = "") -> Flavour:
    """The names of a place: out of the country's own book, else that of its language, else English; in it those of the
    region, else of the country, else of the rest."""
    books = _books()
    own = next((book for book in books.values() if country in book.countries), None)
    flavours = (own or books.get(language) or books["en"]).flavours
    return next((flavour for flavour in flavours if {region, country}.intersection(flavour.where)), flavours[-1])


@cache
def _books() -> Mapping[str, NameBook]:
    shelf = sorted((entry for entry in files(__name__).iterdir() if entry.name.endswith(".toml")), key=str)
    return {entry.name.removesuffix(".toml"): _read(entry.read_text("utf-8")) for entry in shelf}


def _read(text: str) -> NameBook:
    table = tomllib.loads(text)
    common = table.get("everywhere", {})
    return NameBook(
        countries=tuple(table["countries"]),
        flavours=tuple(_flavour(common | flavour) for flavour in table["flavours"]),
    )


def _flavour(table: Mapping[str, Sequence[str]]) -> Flavour:
    words = {key: tuple(Wording.parse(entry) for entry in table[key]) for key in _LISTS}
    forms = {holder: tuple(Wording.parse(entry) for entry in table[holder.value]) for holder in FIRM_HOLDERS}
    return Flavour(where=tuple(table.get("where", ())), forms=forms, **words)


_LISTS = ("given", "family", "stems", "trades", "streets")
FIRM_HOLDERS = (Holder.COMPANY, Holder.FIRM, Holder.INDIVIDUAL)


def _scatter(pick: int, size: int) -> tuple[int, int]:
    """Walks over 0 … size-1 in strides of about the golden section, each once a turn, so neighbours look unlike."""
    turn, step = divmod(pick, size)
    return turn, (step + 1) * _stride(size) % size


@cache
def _stride(size: int) -> int:
    stride = max(1, int(size * 0.618))
    while gcd(stride, size) > 1:
        stride += 1
    return stride
