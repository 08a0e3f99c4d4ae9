"""Measuring how real a set of invoice lines is, and telling it."""

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from ledgerflow.billing.errors import Finding, InputRefused, Severity
from ledgerflow.cli.output import complain, show_facts, show_table
from ledgerflow.habits.lines import Lines
from ledgerflow.intake.lines_table import read_lines
from ledgerflow.likeness.features import Classifier
from ledgerflow.likeness.portrait import Portrait, portrait
from ledgerflow.likeness.scoring import Score, score
from ledgerflow.likeness.words import BAR, ENOUGH
from ledgerflow.reporting.realism import caution, described, realism_page, weakest

_COLUMNS = ("metric", "", "score", "bar", "what it asks", "weakest parts")


def measure(
    path: Path,
    against: Path | None,
    classify: Classifier | None,
    *,
    shape: bool = False,
    json_file: Path | None = None,
    html_file: Path | None = None,
) -> None:
    """Reads, measures, shows, and writes what was asked for. Mistakes in either file are told together.

    Where there is no classifier, M9 is left out and the user is told why.
    """
    made, real = _read(path, against)
    result = _score(real, made, classify, shape=shape) if real else None
    ours, theirs = _portrait(made), _portrait(real) if real else None
    if result:
        _show_scores(result)
    else:
        show_facts({name.lower(): value for name, value in described(ours.facts).items()})
        if ours.facts.invoices < ENOUGH:
            complain(_warning("realism.few", str(path), f"There are fewer than {ENOUGH:,} invoices.", "Mind chance."))
    if json_file:
        json_file.write_text(json.dumps(as_json(ours, theirs, result), indent=2) + "\n", "utf-8")
    if html_file:
        html_file.write_text(realism_page(path.name, ours, theirs, result), "utf-8")


def _read(path: Path, against: Path | None) -> tuple[Lines, Lines | None]:
    sets: list[Lines] = []
    findings: list[Finding] = []
    for file in (path, against):
        try:
            sets += [read_lines(file)] if file else []
        except InputRefused as refused:
            findings += [_in_file(finding, file) for finding in refused.findings]
    if findings:
        raise InputRefused(findings)
    return sets[0], sets[1] if against else None


def _in_file(finding: Finding, file: Path | None) -> Finding:
    """Two files are read: a finding says which it is about."""
    return finding if finding.place == str(file) else replace(finding, place=f"{file}, {finding.place}")


def _score(real: Lines, made: Lines, classify: Classifier | None, *, shape: bool) -> Score:
    if not classify:
        words = "M9, the classifier, is left out: it needs scikit-learn."
        complain(_warning("realism.no_classifier", "M9", words, "Install it: pip install 'ledgerflow[likeness]'."))
    return score(real, made, shape=shape, classify=classify)


def _portrait(lines: Lines) -> Portrait:
    found = portrait(lines)
    assert found  # read_lines refuses lines without a sale
    return found


def _show_scores(result: Score) -> None:
    rows = [
        [
            f"{metric.key.partition('_')[0]} {metric.about.title}",
            "" if metric.passed else "below",
            f"{metric.score:.3f}",
            f"{metric.about.bar:.2f}",
            metric.about.question,
            weakest(metric),
        ]
        for metric in result.metrics
    ]
    verdict = "" if result.realism >= BAR else "below"
    mean = ["REALISM", verdict, f"{result.realism:.3f}", f"{BAR:.2f}", "Geometric mean of them all", ""]
    show_table("", _COLUMNS, [*rows, mean], right=["score", "bar"])
    if words := caution(result):
        complain(_warning("realism.few", "REALISM", words, ""))


def _warning(code: str, place: str, message: str, advice: str) -> Finding:
    return Finding(code, place, message, advice, severity=Severity.WARNING)


def as_json(ours: Portrait, reference: Portrait | None, result: Score | None) -> Mapping[str, Any]:
    """Facts of both sides, every metric with its parts, and REALISM."""
    facts = {"facts": asdict(ours.facts)} | ({"reference": asdict(reference.facts)} if reference else {})
    if not result:
        return facts
    metrics = {
        metric.key: {"score": metric.score, "bar": metric.about.bar, "passed": metric.passed, "parts": metric.parts}
        for metric in result.metrics
    }
    return facts | {
        "realism": result.realism,
        "shape": result.shape,
        "meaningful": result.is_meaningful,
        "metrics": metrics,
    }
