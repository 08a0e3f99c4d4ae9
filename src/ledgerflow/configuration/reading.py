"""From files to a configuration: all that is wrong is found at once, each with its file and a JSON pointer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from ledgerflow.billing.errors import Finding, InputRefused, Severity
from ledgerflow.billing.mistakes import mistake
from ledgerflow.configuration.sections import SECTIONS, Configuration
from ledgerflow.configuration.texts import read_text
from ledgerflow.simulation.advice import nearest
from ledgerflow.simulation.switches import upgrade_switches
from ledgerflow.simulation.typed import Typed

Files = Mapping[str, bytes]
"""The files of a folder by their names."""

_LARGEST = 256 * 1024
_SUFFIXES = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class Reading:
    """A configuration; `said` are the keys that stand in a file (`limits.open_batches`), `warnings` deserve a look."""

    configuration: Configuration
    said: frozenset[str] = frozenset()
    warnings: tuple[Finding, ...] = ()


def collect(folder: Path) -> Files:
    """The files of a folder as they are now. Raises InputRefused where they cannot be read."""
    try:
        paths = sorted(path for path in folder.iterdir() if path.suffix in _SUFFIXES and path.name[0] != ".")
        return {path.name: _content(path) for path in paths}
    except OSError as error:
        reason = error.strerror or str(error)
        name = Path(str(error.filename)).name if error.filename else folder.name
        message = f"The configuration cannot be read: {reason}."
        raise InputRefused([Finding("config.unavailable", name, message, "Check the folder.")]) from error


def read_files(files: Files) -> Reading:
    """What the files say. Raises InputRefused with every finding of every file."""
    found: list[Finding] = []
    sections: dict[str, Typed] = {}
    said: set[str] = set()
    for file, content in files.items():
        name, section = _section(file)
        if section is None:
            found.append(_stray(file, name))
            continue
        entries, faults = _entries(name, file, content)
        found += faults
        try:
            sections[name] = section.model_validate(entries)
        except ValidationError as refused:
            found += [_finding(fault, file, section) for fault in refused.errors(include_url=False)]
        said.update(_leaves(name, entries))
    if any(finding.severity is Severity.ERROR for finding in found):
        raise InputRefused(found)
    return Reading(Configuration.model_validate(sections), frozenset(said), tuple(found))


def _content(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_LARGEST + 1)


def _section(file: str) -> tuple[str, type[Typed] | None]:
    path = Path(file)
    return path.stem, SECTIONS.get(path.stem) if path.suffix == ".yaml" else None


def _stray(file: str, name: str) -> Finding:
    if name in SECTIONS:
        return Finding("config.unknown_file", file, f"{file!r} is not read.", f"Call it {name}.yaml.", {"file": file})
    advice = nearest(file, [f"{section}.yaml" for section in SECTIONS])
    return Finding("config.unknown_file", file, f"There is no section {name!r}.", advice, {"file": file})


def _entries(name: str, file: str, content: bytes) -> tuple[Mapping[str, object], Sequence[Finding]]:
    if len(content) > _LARGEST:
        message = f"The file is larger than {_LARGEST // 1024} KiB."
        return {}, [Finding("config.too_large", f"{file}#", message, "Check the path.")]
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return {}, [Finding("config.unreadable", f"{file}#", "This is no UTF-8.", "Save it as UTF-8.")]
    entries, found = read_text(text, file)
    if name != "simulation":
        return entries, found
    upgraded, about = upgrade_switches(entries)
    return upgraded, [*found, *(_within(file, finding) for finding in about)]


def _within(file: str, finding: Finding) -> Finding:
    place = f"{file}#{finding.place}"
    return Finding(finding.code, place, finding.message, finding.advice, finding.parameters, finding.severity)


def _finding(fault: ErrorDetails, file: str, section: type[Typed]) -> Finding:
    if fault["type"] != "extra_forbidden":
        return mistake(fault, "", f"{file}#")
    *path, key = (str(one) for one in fault["loc"])
    known = section.model_fields
    for one in path:
        inner = known[one].annotation if one in known else None
        known = inner.model_fields if isinstance(inner, type) and issubclass(inner, Typed) else {}
    return mistake(fault, nearest(key, list(known)), f"{file}#")


def _leaves(place: str, entry: object) -> set[str]:
    if not isinstance(entry, Mapping):
        return {place}
    return {leaf for key, value in entry.items() for leaf in _leaves(f"{place}.{key}", value)}
