"""What is kept of watching over the installation: since when, when audit heads were exported, whose chains are broken.

It is a document of the installation, so that whoever is asked has it from one row.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from ledgerflow.issuing.documents import Document
from ledgerflow.issuing.ports import Journal, Ledger

_NAME: Final = "vigil"
_NAMED: Final = 100  # tenants, for whoever mends them; all are counted


@dataclass(frozen=True, slots=True)
class Vigil:
    """`broken` counts the tenants whose chain did not hold at `checked_at`; the first of them are named."""

    since: datetime
    heads_at: datetime | None = None
    checked_at: datetime | None = None
    broken: int = 0
    named: tuple[str, ...] = ()

    @property
    def heads_since(self) -> datetime:
        """The last export of audit heads that went well, or else the first start."""
        return self.heads_at or self.since


def begin_vigil(installation: Ledger, *, at: datetime, actor: str) -> None:
    """From the first time that this is called, the installation is watched."""
    if vigil_of(installation) is None:
        _change(installation, Vigil(at), at, actor)


def vigil_of(installation: Ledger) -> Vigil | None:
    """What is kept; None where nothing was started yet."""
    document = installation.documents.find(_NAME)
    return _read(document.text) if document else None


def note_heads(installation: Ledger, *, at: datetime, actor: str) -> None:
    """The heads of all tenants were exported."""
    _change(installation, Vigil(at), at, actor, heads_at=at)


def note_chains(installation: Ledger, broken: Sequence[str], *, at: datetime, actor: str) -> None:
    """All chains were looked at, and these do not hold."""
    facts = {"checked_at": at, "broken": len(broken), "named": tuple(broken[:_NAMED])}
    _change(installation, Vigil(at), at, actor, **facts)


def _change(installation: Ledger, first: Vigil, at: datetime, actor: str, **facts: object) -> None:
    def change(journal: Journal) -> None:
        held = journal.documents.hold(_NAME)
        before = _read(held.text) if held and held.text else first
        version = held.version + 1 if held else 1
        after = replace(before, **facts)  # type: ignore[arg-type]  # its own fields, by name
        journal.documents.put(Document(_NAME, version, _text(after), actor, at))

    installation.transact(change)


def _text(vigil: Vigil) -> str:
    times = {name: at.isoformat() if (at := getattr(vigil, name)) else None for name in _TIMES}
    return json.dumps({**times, "broken": vigil.broken, "named": vigil.named})


def _read(text: str) -> Vigil:
    said = json.loads(text)
    since, heads_at, checked_at = (datetime.fromisoformat(said[one]) if said[one] else None for one in _TIMES)
    assert since is not None  # it is written at the beginning
    return Vigil(since, heads_at, checked_at, said["broken"], tuple(said["named"]))


_TIMES: Final = ("since", "heads_at", "checked_at")
