"""The token that whoever reads the series of an installation shows: the operator's, and no tenant's."""

from hmac import compare_digest
from pathlib import Path


class ScrapeToken:
    """What whoever reads the series of an installation shows: a value, or what stands in a file now."""

    def __init__(self, value: str, file: str) -> None:
        self._value, self._file = value, file

    @property
    def is_set(self) -> bool:
        """Whether there is one: nobody reads by it where there is none."""
        return bool(self._now())

    def fits(self, shown: str) -> bool:
        """Whether this is it; it takes as long wherever they differ."""
        expected = self._now()
        return bool(expected) and compare_digest(expected.encode(), shown.encode())

    def _now(self) -> str:
        if self._value or not self._file:
            return self._value
        try:
            return Path(self._file).read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError):
            return ""
