"""The look at an uploaded file before anything of it is kept: its kind by content, and all that speaks against it."""

from collections.abc import Iterator, Sequence
from typing import Protocol

import puremagic
from yara_x import TimeoutError as TookTooLong

from ledgerflow.billing.errors import BillingError, Finding, InputRefused
from ledgerflow.intake import hazards
from ledgerflow.intake.inspection import FileKind, inspect, is_package, refuse, require_size, unpacked
from ledgerflow.intake.signatures import known_by_sight

_SURE = 0.4  # of what puremagic says, 0.1 for each byte: it only names what is refused anyway
_HARMLESS = {".xlsx", ".xls", ".csv", ".zip", ".txt", ""}


class ScannerUnreachable(BillingError):
    """The virus scanner cannot be asked ({reason}), so nothing is taken in. Try again later."""


class Scanner(Protocol):
    """Whatever else looks at a file: a virus scanner beside our own signatures."""

    def found(self, content: bytes) -> Sequence[str]:
        """The names of what it found; raises ScannerUnreachable where it cannot say."""


def scan(content: bytes, scanners: Sequence[Scanner] = ()) -> FileKind:
    """The kind of a file that nothing speaks against; raises InputRefused with all that does, and ScannerUnreachable.

    Nothing is read of it as a catalogue yet. Other scanners are asked last, for what passed all else.
    """
    require_size(len(content))
    known = _signed("file", content)
    if known:
        raise InputRefused(known)
    findings = list(_about_parts(content)) if is_package(content) else []
    if any(finding.code == "upload.signature" for finding in findings):
        raise InputRefused(findings)
    kind = _kind(content)
    if kind is FileKind.XLS:
        findings += hazards.of_compound_file(content)
    elif kind is FileKind.CSV:
        findings += hazards.of_text(content.decode("utf-8-sig"))
    if findings:
        raise InputRefused(findings)
    names = [name for scanner in scanners for name in scanner.found(content)]
    if names:
        raise InputRefused([_virus(name) for name in names])
    return kind


def _about_parts(content: bytes) -> Iterator[Finding]:
    """One walk through the parts, each inflated once and not kept."""
    signed: list[Finding] = []

    def looked_at() -> Iterator[tuple[str, bytes]]:
        for name, data in unpacked(content):
            signed.extend(_signed(name, data))
            yield name, data

    yield from list(hazards.of_package(looked_at()))
    yield from signed


def _signed(part: str, data: bytes) -> list[Finding]:
    try:
        known = known_by_sight(data)
    except TookTooLong:
        refuse("upload.slow", "The file is made to keep its readers busy.", "Save the products in a new workbook.")
    advice = "Do not open it. Make the catalogue anew, and look where the file came from."
    return [
        Finding("upload.signature", part, f"This is or holds {words}.", advice, {"found": words, "part": part})
        for words in known
    ]


def _virus(name: str) -> Finding:
    advice = "Do not open it. Have the machine that it came from looked at."
    return Finding("upload.virus", "file", f"The virus scanner found {name}.", advice, {"found": name})


def _kind(content: bytes) -> FileKind:
    """The kind; what is none of ours is called by its name, where that is known."""
    try:
        return inspect(content).kind
    except InputRefused as refusal:
        if refusal.findings[0].code != "workbook.unreadable" or not (name := _name(content)):
            raise
        refuse(
            "upload.kind",
            f"This is no Excel workbook and no CSV text, but looks like: {name}.",
            "Save the catalogue as .xlsx, .xls or CSV (UTF-8) and choose that file.",
            found=name,
        )


def _name(content: bytes) -> str:
    try:
        likely = puremagic.magic_string(content)
    except (puremagic.PureError, ValueError):
        return ""
    best = next((one for one in likely if one.confidence >= _SURE and one.extension not in _HARMLESS), None)
    return str(best.name or best.extension) if best else ""
