"""The rules of a process: read, validated, read again until two readings agree, then swapped as one reference.

A reader takes the reference and has all of it; nobody sees half a configuration. What cannot be read changes nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Lock

from ledgerflow.billing.errors import Finding, InputRefused
from ledgerflow.configuration.environment import Said
from ledgerflow.configuration.reading import Files, collect, read_files
from ledgerflow.configuration.rules import Rules, rules_of

_MOST = 10  # readings, after which whoever writes there is not waited for any longer
BETWEEN = 0.02  # seconds between two readings that are to agree


@dataclass(frozen=True, slots=True)
class Failure:
    """A reading that came to nothing: when, and why."""

    at: datetime
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """What holds in this process, since when, and what came to nothing since."""

    rules: Rules
    read_at: datetime
    warnings: tuple[Finding, ...] = ()
    failure: Failure | None = None


class RuleBook:
    """Keeps the rules of this process. Raises InputRefused where it is opened over files that will not do."""

    def __init__(
        self, folder: Path | None, environment: Mapping[str, Said], at: datetime, rest: Callable[[float], object]
    ) -> None:
        self._folder = folder
        self._environment = environment
        self._rest = rest
        self._turn = Lock()
        self._told: dict[Callable[[Rules], None], Rules] = {}
        self._standing = self._read(at)

    @property
    def now(self) -> Rules:
        """The rules in force: take them once, and use what you took."""
        return self._standing.rules

    @property
    def standing(self) -> Standing:
        """The rules in force, and how reading went since."""
        return self._standing

    def tell(self, heard: Callable[[Rules], None]) -> None:
        """Has somebody told, each time that other rules than those of now come into force."""
        self._told[heard] = self.now

    def tell_all(self) -> None:
        """Tells those who have not heard of the rules in force: whoever raises something is told again another time."""
        for heard, last in list(self._told.items()):
            rules = self.now
            if rules != last:
                heard(rules)
                self._told[heard] = rules

    def reread(self, at: datetime, wanted: str = "") -> Standing:
        """Reads the files anew. Whatever is wrong with them leaves the rules in force as they are, and is told in what
        comes back; so is another version than the one that is wanted."""
        with self._turn:
            before = self._standing
            try:
                read = self._read(at)
            except InputRefused as refused:
                self._standing = Standing(before.rules, before.read_at, before.warnings, Failure(at, refused.findings))
                return self._standing
            if wanted and read.rules.version != wanted:
                failure = Failure(at, (_behind(read.rules.version, wanted),))
                self._standing = Standing(before.rules, before.read_at, before.warnings, failure)
                return self._standing
            self._standing = read
            return read

    def _read(self, at: datetime) -> Standing:
        reading = read_files(self._agreed())
        return Standing(rules_of(reading, self._environment), at, reading.warnings)

    def _agreed(self) -> Files:
        """The files once two readings of them are the same, for somebody may be writing there."""
        if self._folder is None:
            return {}
        files = collect(self._folder)
        for _ in range(_MOST):
            self._rest(BETWEEN)
            again = collect(self._folder)
            if again == files:
                return files
            files = again
        message = "The files changed all the time while they were read."
        raise InputRefused([Finding("config.changing", self._folder.name, message, "Read them again in a while.")])


def findings_of(standing: Standing) -> Sequence[Finding]:
    """Why the last reading came to nothing; none where it did not."""
    return standing.failure.findings if standing.failure else ()


def _behind(found: str, wanted: str) -> Finding:
    return Finding(
        "config.behind",
        "",
        f"Version {wanted} was announced, and the files here are version {found}.",
        "Every process must see the same files; they are looked at again.",
        {"found": found, "wanted": wanted},
    )
