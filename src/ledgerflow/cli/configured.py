"""Checking the configuration's files, and showing their schemas."""

from collections.abc import Sequence
from pathlib import Path

from ledgerflow.billing.errors import Finding, InputRefused
from ledgerflow.cli.options import sound, surroundings
from ledgerflow.cli.output import complain, show_facts, show_json
from ledgerflow.configuration.reading import Reading, collect, read_files
from ledgerflow.configuration.rules import rules_of
from ledgerflow.configuration.sections import SECTIONS
from ledgerflow.simulation.advice import nearest


def check_folder(folder: Path | None, *, as_json: bool) -> bool:
    """Tells all findings; true if the files would be taken."""
    reading: Reading | None = None
    try:
        reading = read_files(collect(_folder(folder)))
        found = reading.warnings
    except InputRefused as refused:
        found = refused.findings
    if as_json:
        show_json(_facts(reading, found))
        return reading is not None
    complain(*found)
    if reading:
        show_facts({"configuration": "sound", "version": rules_of(reading, {}).version})
    return reading is not None


def show_schema(name: str) -> None:
    """Raises InputRefused where there is no such section."""
    if name not in SECTIONS:
        advice = nearest(name, list(SECTIONS))
        raise InputRefused([Finding("config.unknown_section", "NAME", f"There is no section {sound(name)!r}.", advice)])
    show_json({"$schema": "https://json-schema.org/draft/2020-12/schema", **SECTIONS[name].model_json_schema()})


def _folder(given: Path | None) -> Path:
    if given is not None:
        return given
    named = surroundings(tenant="default").config_dir
    if not named:
        advice = "Name it, or set LEDGERFLOW_CONFIG_DIR."
        raise InputRefused([Finding("config.missing", "DIR", "No folder is named.", advice)])
    return Path(named)


def _facts(reading: Reading | None, found: Sequence[Finding]) -> dict[str, object]:
    return {
        "sound": reading is not None,
        "version": rules_of(reading, {}).version if reading else None,
        "findings": [
            {
                "code": one.code,
                "place": one.place,
                "message": one.message,
                "advice": one.advice,
                "severity": one.severity.value,
            }
            for one in found
        ],
    }
