"""The rules in force: values of all sections with their origin, under a version that follows from the files."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import TypeAlias

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from ledgerflow.billing.errors import Finding, InputRefused
from ledgerflow.billing.mistakes import mistake
from ledgerflow.configuration.environment import ENVIRONMENT, Said
from ledgerflow.configuration.reading import Reading
from ledgerflow.configuration.sections import Configuration, Overrides

Value: TypeAlias = "str | int | float | bool | list[Value] | None"
_DIGITS = 16


class Origin(StrEnum):
    """Where a value comes from; each that follows goes before those above it."""

    DEFAULT = "default"
    FILE = "file"
    ENVIRONMENT = "environment"
    OVERRIDE = "override"


@dataclass(frozen=True, slots=True)
class Rules:
    """A configuration that holds as a whole: whoever has it in hand sees nothing of a later one.

    `origins` names what does not stand at its default, by `section.key`.
    """

    values: Configuration
    version: str
    origins: Mapping[str, Origin]

    def flat(self) -> Mapping[str, Value]:
        """Every value by `section.key`."""
        return flat(self.values.model_dump(mode="json"))

    def origin(self, key: str) -> Origin:
        """Where a value comes from."""
        return self.origins.get(key, Origin.DEFAULT)


def rules_of(reading: Reading, environment: Mapping[str, Said]) -> Rules:
    """What holds where the files say this, and the environment that. Raises InputRefused where a variable is out of
    bounds."""
    origins = dict.fromkeys(reading.said & set(flat(reading.configuration.model_dump(mode="json"))), Origin.FILE)
    origins |= {ENVIRONMENT[name]: Origin.ENVIRONMENT for name in environment}
    return Rules(_instead(reading.configuration, environment), version_of(reading.configuration), origins)


def narrowed(rules: Rules, overrides: Overrides) -> Rules:
    """What holds for a tenant: its own values as far as they are less than those of the installation."""
    values, origins = rules.values, dict(rules.origins)
    for section, said in overrides.model_dump(exclude_none=True).items():
        for key, value in said.items():
            if value < getattr(getattr(values, section), key):
                values = _with(values, section, key, value)
                origins[f"{section}.{key}"] = Origin.OVERRIDE
    return Rules(values, rules.version, origins)


def version_of(configuration: Configuration) -> str:
    """The same for equal values, whatever the files look like."""
    text = json.dumps(configuration.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()[:_DIGITS]


def flat(table: object) -> Mapping[str, Value]:
    """The leaves of a nested table by `a.b`; members of a list of tables by their place."""
    return dict(_flat("", table))


def differences(before: Mapping[str, Value], after: Mapping[str, Value]) -> list[str]:
    """What changed between two flat tables, as a person reads it: `limits.open_batches: 20 → 5`."""
    keys = [*before, *(key for key in after if key not in before)]
    pairs = [(key, _said(before.get(key)), _said(after.get(key))) for key in keys]
    return [f"{key}: {was} → {becomes}" for key, was, becomes in pairs if was != becomes]


def _instead(values: Configuration, environment: Mapping[str, Said]) -> Configuration:
    said = values.model_dump()
    for name, value in environment.items():
        *path, key = ENVIRONMENT[name].split(".")
        node = said
        for step in path:
            node = node[step]
        node[key] = value
    try:
        return Configuration.model_validate(said)
    except ValidationError as refused:
        raise InputRefused([_of_variable(fault) for fault in refused.errors(include_url=False)]) from refused


def _of_variable(fault: ErrorDetails) -> Finding:
    """What is wrong with a variable, by its name: the files alone were found good before."""
    found, key = mistake(fault), ".".join(str(step) for step in fault["loc"])
    name = next((name for name, known in ENVIRONMENT.items() if key.startswith(known)), "")
    place = f"LEDGERFLOW_{name.upper()}" if name else "the environment"
    return Finding(found.code, place, found.message, "Change the variable, or unset it.", found.parameters)


def _with(values: Configuration, section: str, key: str, value: object) -> Configuration:
    changed = getattr(values, section).model_copy(update={key: value})
    return values.model_copy(update={section: changed})


def _flat(place: str, node: object) -> Iterator[tuple[str, Value]]:
    under = f"{place}." if place else ""
    if isinstance(node, Mapping):
        for key, value in node.items():
            yield from _flat(f"{under}{key}", value)
    elif isinstance(node, list | tuple) and any(isinstance(one, Mapping) for one in node):
        for number, one in enumerate(node):
            yield from _flat(f"{under}{number}", one)
    elif isinstance(node, list | tuple):
        yield place, [str(one) for one in node]
    else:
        yield place, node if isinstance(node, str | int | float | bool) or node is None else str(node)


def _said(value: Value) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return "none" if value is None or value == "" else str(value)
