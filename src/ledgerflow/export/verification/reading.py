"""Reading a document that may be damaged: every step knows its place, and says so when it is not as it should be."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

_NUMBER = re.compile(r"-?\d{1,40}(\.\d{1,40})?(E[+-]?\d{1,2})?")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with an archive: what, where, and in which words."""

    code: str
    place: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


class Unreadable(Exception):
    """A document does not have the shape of an invoice."""

    def __init__(self, place: str, wanted: str) -> None:
        super().__init__(f"{place}: {wanted}")
        self.place = place
        self.wanted = wanted


@dataclass(frozen=True, slots=True)
class Node:
    """One value of a JSON document, and the pointer that leads to it."""

    value: object
    place: str

    def __getitem__(self, key: str) -> "Node":
        if not isinstance(self.value, dict) or key not in self.value:
            raise Unreadable(f"{self.place}/{key}", "is missing")
        return Node(self.value[key], f"{self.place}/{key}")

    @property
    def is_null(self) -> bool:
        return self.value is None

    def each(self) -> list["Node"]:
        """The members of a list."""
        if not isinstance(self.value, list):
            raise Unreadable(self.place, "is no list")
        return [Node(member, f"{self.place}/{index}") for index, member in enumerate(self.value)]

    def named(self) -> Iterator[tuple[str, "Node"]]:
        """The members of a table."""
        if not isinstance(self.value, dict):
            raise Unreadable(self.place, "is no table")
        return ((key, Node(value, f"{self.place}/{key}")) for key, value in self.value.items())

    def text(self) -> str:
        if not isinstance(self.value, str):
            raise Unreadable(self.place, "is no text")
        return self.value

    def truth(self) -> bool:
        if not isinstance(self.value, bool):
            raise Unreadable(self.place, "is neither true nor false")
        return self.value

    def whole(self) -> int:
        if not isinstance(self.value, int) or isinstance(self.value, bool):
            raise Unreadable(self.place, "is no whole number")
        return self.value

    def number(self) -> Fraction:
        """An amount, a rate or a quantity: always written as a string, so that no reader makes a float of it."""
        if not isinstance(self.value, str) or not _NUMBER.fullmatch(self.value):
            raise Unreadable(self.place, "is no decimal number in a string")
        return Fraction(Decimal(self.value))

    def optional_number(self) -> Fraction | None:
        return None if self.is_null else self.number()

    def day(self) -> date:
        """The day of a date and time."""
        try:
            return datetime.fromisoformat(self.text()).date()
        except ValueError as error:
            raise Unreadable(self.place, "is no date and time") from error
