"""What can go wrong in billing, in the words of the trade: our own faults are exceptions, a user's are findings."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar


class Severity(StrEnum):
    """Whether a finding stops the work or only deserves a look."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One mistake in what a user gave us: what, where, and what to do about it.

    `code` and `parameters` stay the same whatever the language of the reader; `message` and `advice` are English.
    `place` is a JSON pointer (`/bounds/lines/minimum`) or a cell (`row 7, column Base Price`).
    """

    code: str
    place: str
    message: str
    advice: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        return f"{self.place}: {self.message} {self.advice}".strip()


class BillingError(Exception):
    """Billing could not go on."""

    message: ClassVar[str]

    def __init_subclass__(cls) -> None:
        cls.message = " ".join((cls.__doc__ or "").split())

    def __init__(self, **parameters: object) -> None:
        self.parameters = parameters
        super().__init__(self.message.format(**parameters))

    def __reduce__(self) -> tuple[object, ...]:
        """An error of a worker process arrives as it was raised."""
        return _revive, (type(self), self.args, self.__dict__)


def _revive(kind: type[BillingError], arguments: tuple[object, ...], state: Mapping[str, object]) -> BillingError:
    error = kind.__new__(kind, *arguments)
    error.__dict__.update(state)
    return error


class InputRefused(BillingError):
    """{count} finding(s): {first}"""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__(count=len(self.findings), first=self.findings[0] if self.findings else "")


class RateUnknown(BillingError):
    """No rate is known for {code} on {day}. Give the line its own rate, or add the code to the rate book."""


class NumberSeriesInvalid(BillingError):
    """The number series {template!r} is not usable: {reason}."""


class NumberSeriesExhausted(BillingError):
    """The series {template} has {left} number(s) left in {period}, and {wanted} are asked for. Give it more digits,
    or the letter {{roll}}."""


class NumbersUnavailable(BillingError):
    """No number of the series {template} can be had: {reason}"""


class BlockLost(BillingError):
    """The numbers {first} to {last} are no longer reserved: they were given back or reclaimed. Reserve others."""


class CommitUnknown(BillingError):
    """It is not known whether the ledger has written this: the answer was lost ({reason}), and the ledger could not be
    asked again. Look at what it holds before doing it once more."""


class InvoiceNumberCollisionException(BillingError):
    """The number {number} is already taken in this ledger, and {attempts} attempts did not find a free one. Another
    series writes the same numbers: give one of the two another template."""


class InvoiceUnknown(BillingError):
    """There is no invoice {number} in this ledger. `ledgerflow invoices` lists those that are there."""


class InvoiceDamaged(BillingError):
    """What the ledger holds of {invoice} cannot be read: somebody changed it past the program. Restore it from a
    backup."""


class BooksMissing(BillingError):
    """There is no ledger at {address} that has books of the tenant {tenant!r}. Check both; `ledgerflow simulate` with
    this --database and --tenant begins new ones."""


class LedgerMissing(BillingError):
    """There is no ledger at {address} yet. `ledgerflow simulate` with this --database makes one."""


class LedgerOutdated(BillingError):
    """The ledger is of revision {found}, and this program keeps books of revision {wanted}. `ledgerflow db upgrade`
    brings older books forward; newer ones need a newer program."""


class StrategyUnknown(BillingError):
    """There is no tax strategy {code!r}. Installed are: {known}."""


class StrategyBroken(BillingError):
    """The tax strategy {code!r} breaks {count} law(s) of billing:
    {laws}"""
