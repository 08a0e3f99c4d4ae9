"""Verifying an archive, and saying what came of it."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ledgerflow.billing.errors import Finding, InputRefused
from ledgerflow.cli.options import read_bytes, require_readable
from ledgerflow.cli.output import complain, show_facts, show_json
from ledgerflow.export.labels import LabelRow, LabelsUnreadable, read_labels
from ledgerflow.export.verification import Verification, verify


def check(archive: Path, labels: Path | None, *, as_json: bool) -> bool:
    """Verifies and tells; true if the archive is sound, but for what is labelled."""
    require_readable(archive, "archive")
    result = verify(archive, _read(labels) if labels else ())
    if as_json:
        show_json(verified(result))
    else:
        complain(*(str(fault) for fault in result.faults))
        words = "sound" if result.accepted else f"{len(result.faults)} fault(s)"
        counts = {"files": result.members, "invoices": result.invoices, "PDFs": result.pdfs}
        show_facts({"archive": words, **{name: str(count) for name, count in counts.items()}})
    return result.accepted


def _read(path: Path) -> Sequence[LabelRow]:
    try:
        return read_labels(read_bytes(path, "labels file"))
    except LabelsUnreadable as fault:
        advice = "Give the labels.csv that was laid beside the archive."
        raise InputRefused([Finding("labels.unreadable", str(path), f"The file {fault}.", advice)]) from fault


def verified(result: Verification) -> dict[str, Any]:
    """The outcome as JSON."""
    return {
        "accepted": result.accepted,
        "faults": [{"code": fault.code, "place": fault.place, "words": str(fault)} for fault in result.faults],
        "files": result.members,
        "invoices": result.invoices,
        "pdfs": result.pdfs,
        "totals": [asdict(total) for total in result.totals],
    }
