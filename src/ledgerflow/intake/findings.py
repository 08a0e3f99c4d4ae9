"""Where findings are gathered, and how a person gets them: errors first, alike warnings folded, no endless list."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from ledgerflow.billing.errors import Finding, Severity

MOST_FINDINGS = 200
_MOST_ROWS_NAMED = 5


@dataclass(slots=True)
class Spot:
    """A cell's place in the sheet (`row` counts from 1), and the list that takes what is found there."""

    row: int
    column: str
    findings: list[Finding]

    def error(self, code: str, message: str, advice: str, **parameters: str) -> None:
        self._add(Severity.ERROR, code, message, advice, parameters)

    def warning(self, code: str, message: str, advice: str, **parameters: str) -> None:
        self._add(Severity.WARNING, code, message, advice, parameters)

    def _add(self, severity: Severity, code: str, message: str, advice: str, parameters: dict[str, str]) -> None:
        where = {"row": str(self.row), "column": self.column}
        place = f"row {self.row}, column {self.column}"
        self.findings.append(Finding(code, place, message, advice, where | parameters, severity))


def readable(findings: Iterable[Finding]) -> list[Finding]:
    """Errors first, warnings of one kind and column folded into one, and no more than a person will read."""
    findings = list(findings)
    kept = [finding for finding in findings if finding.severity is Severity.ERROR]
    kept += _folded(finding for finding in findings if finding.severity is Severity.WARNING)
    if len(kept) <= MOST_FINDINGS:
        return kept
    more = len(kept) - MOST_FINDINGS + 1
    rest = Finding(
        "findings.more",
        "file",
        f"And {more:,} more.",
        "Mend these first, then look again.",
        {"more": str(more)},
        kept[0].severity,
    )
    return [*kept[: MOST_FINDINGS - 1], rest]


def _folded(warnings: Iterable[Finding]) -> Iterator[Finding]:
    alike: dict[tuple[str, str], list[Finding]] = {}
    for warning in warnings:
        alike.setdefault((warning.code, warning.parameters.get("column", warning.place)), []).append(warning)
    for first, *others in alike.values():
        if not others:
            yield first
            continue
        rows = [warning.parameters["row"] for warning in (first, *others)]
        named = ", ".join(rows[:_MOST_ROWS_NAMED])
        rest = f" and {len(rows) - _MOST_ROWS_NAMED:,} more" if len(rows) > _MOST_ROWS_NAMED else ""
        place = f"rows {named}{rest}, column {first.parameters['column']}"
        yield replace(first, place=place, parameters={**first.parameters, "rows": str(len(rows))})
