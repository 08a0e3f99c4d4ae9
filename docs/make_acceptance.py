"""Makes acceptance.md from the rows in requirements/, the markers on tests and the figures of the benchmarks.

Run it as `python docs/make_acceptance.py`; a test in the gate compares its output with the committed page.
"""

import ast
import json
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
HEAD = """# Acceptance

Made by `python docs/make_acceptance.py` from the rows in `docs/requirements/`, the tests that carry
`@pytest.mark.requirement`, and the figures of `make bench`. A part without proof is open.
"""


def markers() -> Iterator[tuple[str, str]]:
    """Each requirement marked on a test function or module, with the test's id."""
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        module = path.relative_to(ROOT).as_posix()
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef):
                for decorator in node.decorator_list:
                    yield from ((mark, f"{module}::{node.name}") for mark in _marked(decorator))
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "pytestmark":
                yield from ((mark, module) for mark in _marked(node.value))


def _marked(decorator: ast.expr) -> Iterator[str]:
    if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "pytest.mark.requirement":
        yield from (str(ast.literal_eval(argument)) for argument in decorator.args)


def requirements() -> list[dict[str, Any]]:
    """The rows of the contract, file by file."""
    return [
        requirement
        for path in sorted((ROOT / "docs" / "requirements").glob("*.toml"))
        for requirement in tomllib.loads(path.read_text("utf-8"))["requirement"]
    ]


def figures() -> dict[str, Any]:
    """The last figures that the benchmarks recorded."""
    path = ROOT / "docs" / "figures.json"
    return dict(json.loads(path.read_text("utf-8"))) if path.exists() else {}


def page() -> str:
    """The whole table. An unknown marker is an error: a test would claim what nobody asks."""
    proofs: dict[str, list[str]] = {}
    for mark, test in markers():
        proofs.setdefault(mark, []).append(test)
    rows = requirements()
    known = {part["id"] for row in rows for part in row["parts"]}
    if unknown := sorted(set(proofs) - known):
        sys.exit(f"These markers name no part of docs/requirements: {', '.join(unknown)}")
    return HEAD + "".join(_section(row, proofs, figures()) for row in rows)


def _section(row: dict[str, Any], proofs: dict[str, list[str]], measured: dict[str, Any]) -> str:
    lines = [
        f"\n## {row['id']} {row['title']}\n\n| part | must hold | status | shown by |\n| --- | --- | --- | --- |\n"
    ]
    for part in row["parts"]:
        tests = [f"`{test}`" for test in proofs.get(part["id"], [])]
        figure = measured.get(part.get("figure", ""))
        if figure:
            tests.append(f"`{part.get('by', 'make bench')}`: {figure['value']} ({figure['bar']})")
        shown = bool(tests) and ("figure" not in part or (figure is not None and figure["met"]))
        status = "shown" if shown else "open"
        lines.append(f"| {part['id']} | {part['must']} | {status} | {_few(tests)} |\n")
    return "".join(lines)


def _few(tests: list[str], most: int = 3) -> str:
    more = f" and {len(tests) - most} more" if len(tests) > most else ""
    return "<br>".join(tests[:most]) + more


if __name__ == "__main__":
    (ROOT / "docs" / "acceptance.md").write_text(page(), "utf-8")
