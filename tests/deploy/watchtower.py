"""What is shipped for Prometheus and Grafana, as its tests read it; and promtool, which says whether it will do."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml
from prometheus_client.metrics import MetricWrapperBase

from ledgerflow.telemetry import meters

ROOT: Final = Path(__file__).parents[2]
PROMETHEUS: Final = ROOT / "deploy" / "prometheus"
DASHBOARD: Final = ROOT / "deploy" / "grafana" / "ledgerflow.json"
RUNBOOK: Final = ROOT / "docs" / "runbook.md"
RULES: Final = sorted((PROMETHEUS / "rules").glob("*.yml"))
TESTS: Final = sorted((PROMETHEUS / "tests").glob("*.yml"))

STANDING: Final[Mapping[str, tuple[str, ...]]] = {
    "queue_depth": ("type", "status"),
    "queue_oldest_age_seconds": ("type",),
    "workers_alive": (),
    "audit_head_age_seconds": (),
    "audit_chains_broken": (),
    "invoices_attempted_30d": (),
    "invoices_failed_30d": (),
    "ledgerflow_books_readable": (),
    "ledgerflow_build_info": ("version",),
}
"""What is read from the books when somebody asks, and its labels; `make alerts` finds them at a real server."""

ITS_OWN: Final[Mapping[str, tuple[str, ...]]] = {"up": (), "process_start_time_seconds": ()}
"""What Prometheus and its client know of any target."""

_SUFFIXES: Final = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum"), "gauge": ("",)}
_WORDS: Final = frozenset(("and", "or", "unless", "on", "by", "offset", "bool", "inf", "nan"))


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as it is shipped; `name` is that of its alert, or of what it records."""

    name: str
    file: Path
    expr: str
    is_alert: bool
    severity: str
    annotations: Mapping[str, str]


def rules() -> list[Rule]:
    """All of them, in their order."""
    return [_rule(path, said) for path in RULES for group in _read(path)["groups"] for said in group["rules"]]


def alerts() -> list[Rule]:
    """Those that call somebody."""
    return [rule for rule in rules() if rule.is_alert]


def _rule(path: Path, said: Mapping[str, Any]) -> Rule:
    name = said.get("alert") or said["record"]
    severity = said.get("labels", {}).get("severity", "")
    return Rule(name, path, said["expr"], "alert" in said, severity, said.get("annotations", {}))


def trials() -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Each test of rules, with its file."""
    for path in TESTS:
        for test in _read(path)["tests"]:
            yield path, test


def panels() -> list[Mapping[str, Any]]:
    """Those of the dashboard."""
    found: list[Mapping[str, Any]] = json.loads(DASHBOARD.read_text("utf-8"))["panels"]
    return found


def asked_by_panels() -> list[str]:
    """What the dashboard asks of Prometheus, as Prometheus is asked."""
    asked = [target["expr"] for panel in panels() for target in panel.get("targets", ())]
    return [
        one.replace("$__rate_interval", "5m").replace("$__range", "6h").replace("$job", "ledgerflow.*") for one in asked
    ]


def series_named(expr: str) -> dict[str, set[str]]:
    """The series that an expression names, each with the labels by which it chooses."""
    found: dict[str, set[str]] = {}
    without_words = re.sub(r'"[^"]*"', '""', expr)
    bare = re.sub(r"\[[^\]]*\]|\b(?:by|on|without|ignoring)\s*\([^)]*\)", " ", without_words)
    for match in re.finditer(r"(?<![\w:.])([a-zA-Z_][\w:]*)\s*(\{[^}]*\}|\(|)", bare):
        name, after = match.groups()
        if after != "(" and name not in _WORDS:
            found.setdefault(name, set()).update(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", after))
    return found


def known() -> dict[str, tuple[str, ...]]:
    """Every series that the program gives, and what rules record of it, with its labels."""
    counted = {
        one.name + suffix: (*meter._labelnames, *(("le",) if suffix == "_bucket" else ()))
        for meter in vars(meters).values()
        if isinstance(meter, MetricWrapperBase)
        for one in meter.describe()
        for suffix in _SUFFIXES[one.type]
    }
    recorded = {rule.name: ("type",) for rule in rules() if not rule.is_alert}
    return {**counted, **STANDING, **ITS_OWN, **recorded}


def promtool(*words: str | Path) -> str:
    """What it says of what must be right."""
    done = subprocess.run(
        [program("promtool"), *map(str, words)], capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def program(name: str) -> str:
    """Where a program of Prometheus is."""
    found = shutil.which(name) or shutil.which(name, path="/usr/local/bin:/opt/prometheus")
    assert found, f"{name} is not installed. Install Prometheus: `apt-get install prometheus` on Debian."
    return found


def _read(path: Path) -> dict[str, Any]:
    return dict(yaml.safe_load(path.read_text("utf-8")))


__all__: Sequence[str] = ("Rule", "alerts", "asked_by_panels", "known", "panels", "promtool", "rules", "series_named")
