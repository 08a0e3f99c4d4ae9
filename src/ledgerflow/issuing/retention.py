"""The deed of clearing the shelf: what has lain there long enough, and what writers that were killed left behind."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ledgerflow.issuing.shelf import Shelf

_UNFINISHED = timedelta(days=1)  # nobody writes one file for longer


@dataclass(frozen=True, slots=True)
class Cleared:
    """The folder of a job that was cleared away, and how many files lay in it."""

    tenant: str
    job: str
    files: int


def clear_old(
    shelf: Shelf, before: datetime, may_clear: Callable[[str, str], bool], *, now: datetime
) -> Sequence[Cleared]:
    """Clears the folders of jobs in which nothing is as late as `before`, and tells them. `may_clear(tenant, job)`
    keeps a job that is still open. What is unfinished since a day goes wherever it lies. May run twice."""
    cleared = []
    for folder, latest in shelf.folders():
        tenant, _, job = folder.partition("/")
        if latest < before and may_clear(tenant, job):
            cleared.append(Cleared(tenant, job, shelf.clear(folder)))
    shelf.clear_unfinished(now - _UNFINISHED)
    return cleared
