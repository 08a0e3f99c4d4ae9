"""The dashboard that is shipped: Grafana can read it, and it asks for what the program gives."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from tests.deploy.watchtower import DASHBOARD, ITS_OWN, asked_by_panels, known, panels, promtool, series_named

SOURCE = {"type": "object", "required": ["type", "uid"], "properties": {"uid": {"const": "${datasource}"}}}
PLACE = {
    "type": "object",
    "required": ["x", "y", "w", "h"],
    "properties": {name: {"type": "integer", "minimum": 0, "maximum": 24 if name in "xw" else 1000} for name in "xywh"},
}
TARGET = {
    "type": "object",
    "required": ["refId", "expr", "datasource"],
    "properties": {"refId": {"type": "string"}, "expr": {"type": "string", "minLength": 1}, "datasource": SOURCE},
}
PANEL = {
    "type": "object",
    "required": ["id", "type", "title", "gridPos"],
    "properties": {
        "id": {"type": "integer", "minimum": 1},
        "type": {"enum": ["row", "stat", "timeseries"]},
        "title": {"type": "string", "minLength": 1},
        "gridPos": PLACE,
        "datasource": SOURCE,
        "targets": {"type": "array", "minItems": 1, "items": TARGET},
    },
    "if": {"properties": {"type": {"const": "row"}}},
    "else": {"required": ["datasource", "description", "fieldConfig", "options", "targets"]},
}
MODEL = {
    "type": "object",
    "required": ["uid", "title", "schemaVersion", "version", "time", "templating", "annotations", "panels"],
    "properties": {
        "uid": {"type": "string", "pattern": "^[a-zA-Z0-9_-]{1,40}$"},
        "title": {"type": "string", "minLength": 1},
        "schemaVersion": {"type": "integer", "minimum": 36},
        "panels": {"type": "array", "minItems": 1, "items": PANEL},
    },
    "not": {"required": ["id"]},  # the number that a Grafana gave it is of no use to another
}


@pytest.fixture(scope="module")
def dashboard() -> dict[str, Any]:
    return dict(json.loads(DASHBOARD.read_text("utf-8")))


def test_it_is_a_dashboard_as_grafana_reads_one(dashboard: dict[str, Any]) -> None:
    jsonschema.Draft202012Validator(MODEL).validate(dashboard)
    assert [one["name"] for one in dashboard["templating"]["list"] if one["type"] == "datasource"] == ["datasource"]
    numbers = [panel["id"] for panel in panels()]
    assert len(set(numbers)) == len(numbers)


def test_no_panel_lies_upon_another_or_beyond_the_edge() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in panels():
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert at["x"] + at["w"] <= 24, panel["title"]
        assert not cells & taken, panel["title"]
        taken |= cells


def test_every_question_is_one_that_prometheus_understands(tmp_path: Path) -> None:
    asked = [{"record": f"panel:{place}", "expr": expr} for place, expr in enumerate(asked_by_panels())]
    assert not any("$" in one["expr"] for one in asked)
    path = tmp_path / "asked.yml"
    path.write_text(yaml.safe_dump({"groups": [{"name": "dashboard", "rules": asked}]}), "utf-8")
    assert f"{len(asked)} rules found" in promtool("check", "rules", path)


def test_it_asks_for_series_that_the_program_gives_and_by_labels_that_they_have() -> None:
    there = known()
    for expr in asked_by_panels():
        for name, labels in series_named(expr).items():
            assert name in there, expr
            assert labels <= {*there[name], "job", "instance"}, expr


def test_whatever_the_program_counts_is_on_it_or_has_a_reason_not_to_be() -> None:
    left_out = {
        "pdf_attempts_total": "the ratio divides by it",
        "ledgerflow_build_info": "no number",
        "ledgerflow_books_readable": "an alert",
        **dict.fromkeys(ITS_OWN, "of any program"),
    }
    shown = {_of(name) for expr in asked_by_panels() for name in series_named(expr)}
    assert {_of(name) for name in known() if not name.startswith("ledgerflow:")} - shown == set(left_out)


def _of(series: str) -> str:
    """What a series of a histogram is one of."""
    return re.sub("_(bucket|sum|count)$", "", series)


@pytest.mark.parametrize(
    ("title", "bar"), [("Failed pages, as a ratio", 0.001), ("Exports, P95", 5), ("Drawing, P95", 1.2)]
)
def test_the_bars_of_the_service_levels_are_drawn(title: str, bar: float) -> None:
    (panel,) = [one for one in panels() if one["title"] == title]
    said = panel["fieldConfig"]["defaults"]
    assert said["thresholds"]["steps"][-1] == {"color": "red", "value": bar}
    assert said["custom"]["thresholdsStyle"]["mode"] != "off"
