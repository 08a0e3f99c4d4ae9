"""The audit trail: who did what and when, each entry sealed over the one before, so that no change goes unnoticed."""

from collections.abc import Iterable, Sequence

from ledgerflow.issuing.heads import Head, head_of, read_head
from ledgerflow.issuing.seals import AuditEntry, seal
from ledgerflow.issuing.stretches import stretches
from ledgerflow.issuing.tampering import Tampering, TrailFault, faults_of

__all__ = [
    "AuditEntry",
    "Head",
    "Tampering",
    "TrailFault",
    "head_of",
    "read_head",
    "seal",
    "verify_trail",
]


def verify_trail(entries: Iterable[AuditEntry], head: Head | None = None) -> Sequence[TrailFault]:
    """What was done to a trail since it was written, by sequence: nothing, if it is sound.

    `entries` are the whole trail, oldest first; they are read once and not kept. `head` is the end that the trail had
    at an earlier time, kept elsewhere: only against it do a tail that was cut and a trail that was written anew show.
    """
    return faults_of(stretches(entries, head.sequence if head else 0), head)
