"""The alert rules that are shipped: sound, each tried over made series, and about nothing that is not counted."""

import re
import shutil
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from tests.deploy.watchtower import PROMETHEUS, RULES, TESTS, alerts, known, promtool, rules, series_named, trials

_SELECTS = re.compile(r"\b(?!ledgerflow:)[a-z]\w*\s*\{[^}]*\}")


def test_promtool_finds_nothing_wrong_with_the_configuration_and_its_rules(tmp_path: Path) -> None:
    shutil.copytree(PROMETHEUS, tmp_path / "prometheus")
    (tmp_path / "prometheus" / "scrape.token").write_text("secret")
    said = promtool("check", "config", tmp_path / "prometheus" / "prometheus.yml")
    assert "is valid prometheus config file" in said
    assert [said.count(f"rules/{path.name}") for path in RULES] == [1] * len(RULES)
    assert "WARNING" not in said


def test_servers_and_workers_are_scraped_with_the_token_of_a_file() -> None:
    config = yaml.safe_load((PROMETHEUS / "prometheus.yml").read_text("utf-8"))
    jobs = {job["job_name"]: job["authorization"] for job in config["scrape_configs"]}
    shown = {"type": "Bearer", "credentials_file": "scrape.token"}
    assert jobs == {"ledgerflow": shown, "ledgerflow-workers": shown}


@pytest.mark.requirement("FR-8.2")
@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.stem)
def test_rules_fire_over_made_series_when_they_should_and_not_otherwise(path: Path) -> None:
    promtool("test", "rules", path)


@pytest.mark.requirement("FR-8.2")
def test_each_alert_is_seen_to_fire_to_stay_silent_and_to_resolve() -> None:
    """Silent in a test in which it never fires, and silent after it fired in the same."""
    fires: set[str] = set()
    silent: set[str] = set()
    resolves: set[str] = set()
    for _, test in trials():
        told: dict[str, list[bool]] = {}
        for check in test.get("alert_rule_test", ()):
            told.setdefault(check["alertname"], []).append(bool(check["exp_alerts"]))
        for name, states in told.items():
            fires |= {name for state in states if state}
            silent |= {name} if not any(states) else set()
            resolves |= {name for before, after in pairwise(states) if before and not after}
    assert fires == silent == resolves == {rule.name for rule in alerts()}


def test_a_file_of_rules_has_a_file_of_tests() -> None:
    assert [path.name for path in RULES] == [path.name for path in TESTS]


def test_each_alert_says_how_grave_it_is_what_is_the_matter_and_where_to_read_on() -> None:
    for rule in alerts():
        assert rule.severity in ("warning", "critical"), rule.name
        assert set(rule.annotations) == {"summary", "description", "runbook_url"}, rule.name
        assert rule.annotations["runbook_url"] == f"docs/runbook.md#{rule.name.lower()}"
    grave = {rule.name: rule.severity for rule in alerts()}
    assert (grave["PdfFailures"], grave["NumberCollision"]) == ("warning", "critical")


def test_rules_are_about_series_that_the_program_gives() -> None:
    there = known()
    for rule in rules():
        for name, labels in series_named(rule.expr).items():
            assert name in there, f"{rule.name} asks for {name}"
            assert labels <= {*there[name], "job", "instance"}, f"{rule.name} chooses {name} by {labels}"


def test_rules_look_at_our_targets_alone() -> None:
    """Others beside us in a Prometheus have names as general as ours."""
    for rule in rules():
        for selection in _SELECTS.findall(rule.expr):
            assert 'job=~"ledgerflow.*"' in selection or 'job="ledgerflow"' in selection, f"{rule.name}: {selection}"
        bare = [name for name in series_named(rule.expr) if not name.startswith("ledgerflow:")]
        assert all(re.search(rf"\b{name}\{{", rule.expr) for name in bare), rule.name


def test_series_are_found_in_an_expression_with_the_labels_that_choose_them() -> None:
    expr = (
        'sum by (type) (rate(a_total{job=~"x.*", status="by (z)"}[5m] offset 5m)) / on (type) clamp_min(b:c, 1) > 0.5'
    )
    assert series_named(expr) == {"a_total": {"job", "status"}, "b:c": set()}
