"""Verifying an archive, and saying what came of it."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from ledgerflow.cli.options import require_readable
from ledgerflow.cli.output import complain, show_facts, show_json
from ledgerflow.export.verification import Verification, verify


def check(archive: Path, *, as_json: bool) -> bool:
    """Verifies and tells; true if the archive is sound."""
    require_readable(archive, "archive")
    result = verify(archive)
    if as_json:
        show_json(verified(result))
    else:
        complain(*(str(fault) for fault in result.faults))
        words = "sound" if result.accepted else f"{len(result.faults)} fault(s)"
        counts = {"files": result.members, "invoices": result.invoices, "PDFs": result.pdfs}
        show_facts({"archive": words, **{name: str(count) for name, count in counts.items()}})
    return result.accepted


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
