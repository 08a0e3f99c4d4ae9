"""Looks through what processes have logged for what must not be there; by means of its own, not the program's."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

AT = datetime(2026, 11, 25, tzinfo=UTC)

SHAPES = {
    "a token": re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]+"),
    "a key": re.compile(r"\blf\.[\w-]+\.[\w-]{20,}\.[\w-]{20,}"),
    "a hash of a password": re.compile(r"\$argon2"),
    "a private key": re.compile(r'"d": ?"|PRIVATE KEY'),
    "a GSTIN": re.compile(r"\b\d\d[A-Z]{5}\d{4}[A-Z]\wZ\w\b"),
    "a tax number": re.compile(r"(?<![\w.])(?:1|2|3)\d{14}(?!\w)"),
    "an e-mail address": re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+"),
    "a password in a URL": re.compile(r"://[^:/@\s*]+:(?!\*\*\*)[^@\s]+@"),
}
WORDS = ("seven green umbrellas", "correct horse battery", "four words of no sense", "12 High Street", "MG Road")
"""Passwords and streets that tests give to servers and workers."""


def found_in(text: str) -> list[str]:
    """What must not be there, named."""
    shaped = [f"{name}: {match.group()}" for name, shape in SHAPES.items() if (match := shape.search(text))]
    return shaped + [f"words: {word}" for word in WORDS if word in text]


def logged(file: Path) -> Iterator[str]:
    """The lines of a log in a file that may hold other things as well."""
    with file.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if line.startswith("{") and '"event"' in line and _is_line(line):
                yield line


def _is_line(text: str) -> bool:
    try:
        said = json.loads(text)
    except ValueError:
        return False
    return isinstance(said, dict) and {"event", "level", "timestamp"} <= said.keys()


def leaks(folder: Path) -> list[str]:
    """What must not be there, in all logs of a folder, with the file and the beginning of the line."""
    found: list[str] = []
    for file in sorted(folder.rglob("*")):
        if file.is_file() and not file.is_symlink() and _may_be_a_log(file):
            found += [f"{file}: {fault} in {line[:300]}" for line in logged(file) for fault in found_in(line)]
    return found


def _may_be_a_log(file: Path) -> bool:
    return file.suffix == ".log" or file.name in ("log", "told")
