"""The words of a document in one language or two, read from terms.toml; the page's own language comes first."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from ledgerflow.rendering.figures import local_digits
from ledgerflow.rendering.page import Label

_LOCAL = {"ar": 1}
_RIGHT_TO_LEFT = frozenset({"ar"})


@dataclass(frozen=True, slots=True)
class Terms:
    """The vocabulary of one page."""

    language: str
    digits: str = "latin"

    @property
    def page_language(self) -> str:
        """The language the page is tagged with: its own where we have its words, else English."""
        return self.language if self.language in _LOCAL else "en"

    @property
    def right_to_left(self) -> bool:
        return self.language in _RIGHT_TO_LEFT

    @property
    def arabic_indic(self) -> bool:
        return self.right_to_left and self.digits == "arabic-indic"

    def __call__(self, section: str, word: str) -> Label:
        """The word as a label: Arabic over English on an Arabic page, English alone on an English one."""
        english, *local = _words()[section].get(word, (word,))
        return self.both(english, local[_LOCAL[self.language] - 1] if local and self.language in _LOCAL else "")

    def both(self, english: str, local: str) -> Label:
        """A statement that is already in both languages."""
        if self.language not in _LOCAL or not local:
            return Label(english)
        return Label(self.local(local), english)

    def local(self, text: str) -> str:
        """A text of the local side in the page's digits."""
        return local_digits(text) if self.arabic_indic else text


@cache
def _words() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    return tomllib.loads(files(__package__).joinpath("terms.toml").read_text("utf-8"))
