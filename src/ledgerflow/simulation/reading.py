"""From YAML or JSON text to a SimulationConfig: every mistake is a finding with a JSON pointer and an advice."""

import json
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from ledgerflow.billing.errors import Finding, InputRefused, Severity
from ledgerflow.billing.mistakes import mistake
from ledgerflow.simulation.advice import nearest
from ledgerflow.simulation.config import SimulationConfig
from ledgerflow.simulation.switches import upgrade_switches

_MOST_KEYS = 10_000  # of one mapping: merges of merges would make billions

Json: TypeAlias = "str | int | float | bool | Sequence[Json] | Mapping[str, Json] | None"


def schema(offered: Mapping[str, Json] | None = None) -> dict[str, Json]:
    """The JSON Schema of a configuration: the form, and the check that a browser can make by itself. What is offered
    stands there as the default of its field."""
    form: dict[str, Json] = SimulationConfig.model_json_schema()
    fields = _table(form["properties"])
    known = {name: {**_table(fields[name]), "default": value} for name, value in (offered or {}).items()}
    return {**form, "properties": {**fields, **known}}


@dataclass(frozen=True, slots=True)
class Reading:
    """A configuration, and what deserves a look in the text that it was read from."""

    config: SimulationConfig
    warnings: tuple[Finding, ...] = ()


def read_config(text: str, source: str, **changes: int) -> SimulationConfig:
    """The configuration of `read_configuration` alone."""
    return read_configuration(text, source, **changes).config


def read_configuration(text: str, source: str, **changes: int) -> Reading:
    """The configuration in a YAML or JSON text, `changes` put in; `source` names it in what is said about it.

    A text of an older version is read as what would be written today, with a warning.
    """
    try:
        entries = json.loads(text, object_pairs_hook=_unique, parse_float=str) if _is_json(text) else _from_yaml(text)
    except (yaml.YAMLError, ValueError, RecursionError) as fault:
        raise InputRefused([_unreadable(fault, source)]) from fault
    if not isinstance(entries, dict):
        raise InputRefused([_no_mapping(source)])
    upgraded, about_switches = upgrade_switches(entries)
    errors = [finding for finding in about_switches if finding.severity is Severity.ERROR]
    try:
        config = SimulationConfig.model_validate({**upgraded, **changes})
    except ValidationError as faults:
        mistakes = [_finding(fault) for fault in faults.errors(include_url=False) if _is_own(fault)]
        raise InputRefused([*errors, *mistakes]) from faults
    if errors:
        raise InputRefused(errors)
    return Reading(config, tuple(about_switches))


class _Reader(yaml.SafeLoader):
    """Reads each scalar as the text that stands there, so that 07 stays a state and NO a country; a key stands once."""

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        super().flatten_mapping(node)
        if len(node.value) > _MOST_KEYS:
            raise yaml.constructor.ConstructorError(problem="it has too many keys", problem_mark=node.start_mark)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Json]:
        self.flatten_mapping(node)
        pairs = [(str(self.construct_object(key)), value) for key, value in node.value]
        _unique([(key, None) for key, _ in pairs])
        return {key: self.construct_object(value, deep=True) for key, value in pairs}


_Reader.yaml_implicit_resolvers = {
    sign: [(tag, pattern) for tag, pattern in resolvers if tag in ("tag:yaml.org,2002:null", "tag:yaml.org,2002:merge")]
    for sign, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _is_json(text: str) -> bool:
    return text.lstrip().startswith("{")


def _from_yaml(text: str) -> Json:
    read: Json = yaml.load(text, Loader=_Reader)  # nosec B506  # it is a SafeLoader
    return {} if read is None else read


def _unique(pairs: Sequence[tuple[str, Json]]) -> dict[str, Json]:
    names = [name for name, _ in pairs]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputRefused([_key_twice(name) for name in twice])
    return dict(pairs)


def _key_twice(name: str) -> Finding:
    return Finding("key_twice", f"/{name}", f"The key {name!r} stands twice.", "Keep one of the two.", {"key": name})


def _unreadable(fault: yaml.YAMLError | ValueError | RecursionError, source: str) -> Finding:
    line, column, problem = 1, 1, (str(fault).splitlines() or ["it ends too early"])[0]
    if isinstance(fault, json.JSONDecodeError):
        line, column, problem = fault.lineno, fault.colno, fault.msg
    elif isinstance(fault, yaml.MarkedYAMLError) and fault.problem_mark:
        line, column = fault.problem_mark.line + 1, fault.problem_mark.column + 1
        problem = fault.problem or problem
    elif isinstance(fault, RecursionError):
        problem = "it is nested too deeply"
    elif isinstance(fault, ValueError):
        problem = "a number has too many digits"
    return Finding(
        code="unreadable",
        place=f"{source}, line {line}, column {column}",
        message=f"This is neither YAML nor JSON: {problem}.",
        advice="Look at the indentation and the quotation marks there.",
        parameters={"line": str(line), "column": str(column)},
    )


def _no_mapping(source: str) -> Finding:
    return Finding("no_mapping", source, "A configuration is a list of keys and values.", "Begin with `business:`.")


def _is_own(fault: ErrorDetails) -> bool:
    """A list whose members are wrong is also told to be too short, as if they were not there."""
    return fault["type"] != "too_short" or not fault["input"]


def _finding(fault: ErrorDetails) -> Finding:
    *path, key = (str(step) for step in fault["loc"])
    fields = _fields(path)
    if fault["type"] == "extra_forbidden":
        return mistake(fault, nearest(key, list(fields)))
    field = _table(fields.get(key))  # what the form says of it is the advice
    return mistake(fault, ": ".join(str(field[word]) for word in ("title", "description") if field.get(word)))


def _fields(path: Sequence[str]) -> Mapping[str, Json]:
    """The fields that the schema knows at a place."""
    whole = schema()
    here: Mapping[str, Json] = whole
    for step in path:
        below = here.get("items") if step.isdigit() else _table(here.get("properties")).get(step)
        here = _table(here.get("additionalProperties") if below is None else below)
        if reference := here.get("$ref"):
            here = _table(_table(whole["$defs"])[str(reference).rsplit("/", 1)[1]])
    return _table(here.get("properties"))


def _table(node: Json) -> Mapping[str, Json]:
    return node if isinstance(node, Mapping) else {}
