"""From YAML or JSON text to a SimulationConfig: every mistake is a finding with a JSON pointer and an advice."""

import json
from collections.abc import Mapping, Sequence
from typing import TypeAlias

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from ledgerflow.billing.errors import Finding, InputRefused
from ledgerflow.simulation.advice import nearest
from ledgerflow.simulation.config import SimulationConfig

Json: TypeAlias = "str | int | float | bool | Sequence[Json] | Mapping[str, Json] | None"


def schema() -> dict[str, Json]:
    """The JSON Schema of a configuration: the form, and the check that a browser can make by itself."""
    return SimulationConfig.model_json_schema()


def read_config(text: str, source: str, **changes: int) -> SimulationConfig:
    """The configuration in a YAML or JSON text, `changes` put in; `source` names it in what is said about it."""
    try:
        entries = json.loads(text, object_pairs_hook=_unique, parse_float=str) if _is_json(text) else _from_yaml(text)
    except (yaml.YAMLError, json.JSONDecodeError) as fault:
        raise InputRefused([_unreadable(fault, source)]) from fault
    if not isinstance(entries, dict):
        raise InputRefused([_no_mapping(source)])
    try:
        return SimulationConfig.model_validate({**entries, **changes})
    except ValidationError as faults:
        raise InputRefused([_finding(fault) for fault in faults.errors(include_url=False)]) from faults


class _Reader(yaml.SafeLoader):
    """Reads each scalar as the text that stands there, so that 07 stays a state and NO a country; a key stands once."""

    def construct_mapping(  # type: ignore[override]  # keys are text here
        self, node: yaml.MappingNode, deep: bool = False
    ) -> dict[str, Json]:
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
    read: Json = yaml.load(text, Loader=_Reader)
    return {} if read is None else read


def _unique(pairs: Sequence[tuple[str, Json]]) -> dict[str, Json]:
    names = [name for name, _ in pairs]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputRefused([_key_twice(name) for name in twice])
    return dict(pairs)


def _key_twice(name: str) -> Finding:
    return Finding("key_twice", f"/{name}", f"The key {name!r} stands twice.", "Keep one of the two.", {"key": name})


def _unreadable(fault: yaml.YAMLError | json.JSONDecodeError, source: str) -> Finding:
    line, column, problem = 1, 1, str(fault).splitlines()[0]
    if isinstance(fault, json.JSONDecodeError):
        line, column, problem = fault.lineno, fault.colno, fault.msg
    elif isinstance(fault, yaml.MarkedYAMLError) and fault.problem_mark:
        line, column = fault.problem_mark.line + 1, fault.problem_mark.column + 1
        problem = fault.problem or problem
    return Finding(
        code="unreadable",
        place=f"{source}, line {line}, column {column}",
        message=f"This is neither YAML nor JSON: {problem}.",
        advice="Look at the indentation and the quotation marks there.",
        parameters={"line": str(line), "column": str(column)},
    )


def _no_mapping(source: str) -> Finding:
    return Finding("no_mapping", source, "A configuration is a list of keys and values.", "Begin with `business:`.")


def _finding(fault: ErrorDetails) -> Finding:
    where = [str(step) for step in fault["loc"]]
    pointer = "".join("/" + step.replace("~", "~0").replace("/", "~1") for step in where)
    if fault["type"] == "extra_forbidden":
        return _unknown_key(pointer, where)
    if fault["type"] == "missing":
        return Finding("missing", pointer, f"{where[-1]!r} is missing.", "Add it.", {"key": where[-1]})
    context = {key: str(value) for key, value in fault.get("ctx", {}).items()}
    given = str(fault["input"])[:80]
    return Finding(
        code=f"value_{fault['type']}",
        place=pointer,
        message=f"{given!r} will not do: {fault['msg'][0].lower()}{fault['msg'][1:]}.",
        advice=_advice(where),
        parameters=context | {"value": given},
    )


def _unknown_key(pointer: str, where: Sequence[str]) -> Finding:
    known = list(_properties(where[:-1]))
    message = f"There is no key {where[-1]!r} here."
    return Finding("unknown_key", pointer, message, nearest(where[-1], known), {"key": where[-1]})


def _advice(where: Sequence[str]) -> str:
    """What the form says of the field."""
    field = _properties(where[:-1]).get(where[-1], {})
    words = [field.get("title"), field.get("description")] if isinstance(field, Mapping) else []
    return ": ".join(str(word) for word in words if word)


def _properties(where: Sequence[str]) -> Mapping[str, Json]:
    """The fields that the schema knows at a place."""
    whole = schema()
    here: Json = whole
    for step in where:
        here = _resolved(here, whole)
        assert isinstance(here, Mapping)
        fields = here.get("properties", {})
        assert isinstance(fields, Mapping)
        here = here.get("items") if step.isdigit() else fields.get(step, here.get("additionalProperties"))
    here = _resolved(here, whole)
    fields = here.get("properties", {}) if isinstance(here, Mapping) else {}
    return fields if isinstance(fields, Mapping) else {}


def _resolved(node: Json, whole: Mapping[str, Json]) -> Json:
    """What a reference points at."""
    reference = node.get("$ref") if isinstance(node, Mapping) else None
    definitions = whole["$defs"]
    if isinstance(reference, str) and isinstance(definitions, Mapping):
        return definitions[reference.rsplit("/", 1)[1]]
    return node
