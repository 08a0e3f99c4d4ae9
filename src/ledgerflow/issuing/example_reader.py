"""Reads one example of a golden file field by field, and keeps each mistake as a Finding with its JSON pointer."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from ledgerflow.billing.errors import Finding, InputRefused
from ledgerflow.billing.money import ZERO

Choice = TypeVar("Choice")
_LARGEST, _FINEST = Decimal("1e15"), -9  # beyond, 28 digits would not hold a product exactly
_MOST_DECIMALS = 4


class ExampleReader:
    """One JSON object on its way in. After a mistake reading goes on with a harmless value, so that all are found."""

    def __init__(self, example: object, place: str, findings: list[Finding] | None = None) -> None:
        self.place = place
        self.findings: list[Finding] = [] if findings is None else findings
        if not isinstance(example, Mapping):
            self.find("not_an_object", "", f"{example!r:.40} is no JSON object.", "Write the example as an object.")
        self.example: Mapping[str, Any] = example if isinstance(example, Mapping) else {}

    def find(self, code: str, key: str, message: str, advice: str) -> None:
        """Notes a mistake in the field `key`."""
        place = f"{self.place}/{key}" if key else self.place or "/"
        self.findings.append(Finding(code, place, message, advice))

    def refuse_if_wrong(self) -> None:
        """Raises InputRefused if anything was found."""
        if self.findings:
            raise InputRefused(self.findings)

    def text(self, key: str) -> str:
        value = self.example.get(key)
        if not isinstance(value, str) or not value:
            self.find("text_missing", key, f"{value!r:.40} is no text.", f"Give `{key}` as a text.")
            return "XXX"
        return value

    def choice(self, key: str, choices: Mapping[str, Choice]) -> Choice:
        """The meaning of one of a few words."""
        value = self.example.get(key)
        if isinstance(value, str) and value in choices:
            return choices[value]
        self.find("not_a_choice", key, f"{value!r:.40} is not known.", f"Use one of: {', '.join(choices)}.")
        return next(iter(choices.values()))

    def digits(self, key: str) -> int:
        """How many decimals a currency has."""
        value = self.example.get(key)
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST_DECIMALS:
            return value
        self.find("not_decimals", key, f"{value!r:.40} is no number of decimals.", "Use 2, or 3 for BHD, KWD and OMR.")
        return 2

    def sequence(self, key: str) -> Sequence[Any]:
        """A list that holds something."""
        value = self.example.get(key)
        if isinstance(value, list) and value:
            return value
        self.find("list_missing", key, f"{value!r:.40} is no list with entries.", f"Give `{key}` at least one entry.")
        return ()

    def parts(self, key: str) -> Iterator["ExampleReader"]:
        """A reader for each object in a list; they share this one's findings."""
        for number, part in enumerate(self.sequence(key)):
            yield ExampleReader(part, f"{self.place}/{key}/{number}", self.findings)

    def amount(self, key: str, **bounds: Decimal) -> Decimal:
        """A number that must be there."""
        if self.example.get(key) is None:
            self.find("amount_missing", key, "The amount is missing.", 'Write it as a text, such as "12.345".')
            return ZERO
        return self.optional_amount(key, **bounds) or ZERO

    def optional_amount(
        self, key: str, *, above: Decimal | None = None, at_least: Decimal | None = None, at_most: Decimal | None = None
    ) -> Decimal | None:
        """A number within its bounds, or None where there is none."""
        value = self.example.get(key)
        if value is None:
            return None
        amount = _decimal(value)
        if amount is None:
            advice = 'Write it as a text, such as "12.345", below a quadrillion and with at most 9 decimals.'
            self.find("not_an_amount", key, f"{value!r:.40} is no exact amount.", advice)
        elif above is not None and amount <= above:
            self.find("too_small", key, f"{amount} is not above {above}.", f"Give more than {above}.")
        elif at_least is not None and amount < at_least:
            self.find("too_small", key, f"{amount} is below {at_least}.", f"Give at least {at_least}.")
        elif at_most is not None and amount > at_most:
            self.find("too_large", key, f"{amount} is above {at_most}.", f"Give at most {at_most}.")
        else:
            return amount
        return None


def _decimal(value: object) -> Decimal | None:
    """Texts, whole numbers and decimals; a binary float is not exact and not taken."""
    if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
        return None
    try:
        amount = Decimal(value)
    except InvalidOperation:
        return None
    exponent = amount.as_tuple().exponent
    fits = isinstance(exponent, int) and exponent >= _FINEST and abs(amount) < _LARGEST
    return amount if fits else None
