"""Announcing that the configuration is to be read anew: one row of the installation, at which every process looks."""

import json
from dataclasses import dataclass
from datetime import datetime

from ledgerflow.issuing.documents import Document
from ledgerflow.issuing.ports import Journal, Ledger

_NAME = "configuration"


@dataclass(frozen=True, slots=True)
class Announcement:
    """`generation` counts the announcements; `version` is what every process is to have in force."""

    generation: int
    version: str


NONE = Announcement(0, "")


def announce(installation: Ledger, version: str, *, at: datetime, actor: str) -> Announcement:
    """Has every process read its files, until it finds this version there."""

    def enter(journal: Journal) -> Announcement:
        before = journal.documents.hold(_NAME)
        generation = before.version + 1 if before else 1
        text = json.dumps({"version": version})
        journal.documents.put(Document(_NAME, generation, text, actor, at))
        journal.audit(at, actor, "reload_configuration", {"generation": generation, "version": version})
        return Announcement(generation, version)

    return installation.transact(enter)


def announced(installation: Ledger) -> Announcement:
    """The last announcement."""
    document = installation.documents.find(_NAME)
    return Announcement(document.version, json.loads(document.text)["version"]) if document else NONE
