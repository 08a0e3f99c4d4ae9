"""From the text of one file to its entries: every key that stands twice is found, each with its place."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import yaml

from ledgerflow.billing.errors import Finding

Entry: TypeAlias = "str | Sequence[Entry] | Mapping[str, Entry] | None"

_DEEPEST = 8


def read_text(text: str, file: str) -> tuple[Mapping[str, Entry], Sequence[Finding]]:
    """The entries, scalars as they stand there, and what is wrong with them as YAML."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError, ValueError) as fault:
        return {}, [_unreadable(fault, file)]
    found: list[Finding] = []
    entries = _entry(root, f"{file}#", found, set()) if root else {}
    if found or isinstance(entries, Mapping):
        return (entries if isinstance(entries, Mapping) else {}), found
    return {}, [Finding("config.no_mapping", f"{file}#", "This is no list of keys and values.", "Begin with a key.")]


def step(key: object) -> str:
    """A step of a JSON pointer (RFC 6901)."""
    return "/" + str(key).replace("~", "~0").replace("/", "~1")


def _entry(node: yaml.Node, place: str, found: list[Finding], seen: set[int]) -> Entry:
    if id(node) in seen or place.count("/") > _DEEPEST:
        message = "What stands elsewhere is not repeated by a reference here, and nothing is nested so deeply."
        found.append(Finding("config.reference", place, message, "Write it out."))
        return None
    if isinstance(node, yaml.ScalarNode):
        return None if node.tag == "tag:yaml.org,2002:null" and not node.style else str(node.value)
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        return [_entry(one, f"{place}{step(number)}", found, seen) for number, one in enumerate(node.value)]
    entries: dict[str, Entry] = {}
    for name, value in node.value:
        key = str(name.value)
        under = f"{place}{step(key)}"
        if key in entries:
            line = name.start_mark.line + 1
            message = f"The key {key!r} stands twice, again in line {line}."
            found.append(Finding("config.key_twice", under, message, "Keep one of the two.", {"key": key}))
        entries[key] = _entry(value, under, found, seen)
    return entries


def _unreadable(fault: Exception, file: str) -> Finding:
    line, column, problem = 1, 1, (str(fault).splitlines() or ["it ends too early"])[0]
    if isinstance(fault, yaml.MarkedYAMLError) and fault.problem_mark:
        line, column = fault.problem_mark.line + 1, fault.problem_mark.column + 1
        problem = fault.problem or problem
    return Finding(
        "config.unreadable",
        f"{file}#",
        f"This is no YAML: {problem} (line {line}, column {column}).",
        "Look at the indentation and the quotation marks there.",
        {"line": str(line), "column": str(column)},
    )
