"""The deed of clearing the shelf: what has lain there long enough, and what writers that were killed left behind."""

from collections.abc import Callable, Iterator
from datetime import datetime

from ledgerflow.issuing.shelf import Shelf


def clear_old(
    shelf: Shelf,
    before: datetime,
    may_clear: Callable[[str, str, datetime], bool],
    unfinished_before: datetime | None = None,
) -> Iterator[str]:
    """Clears the folders `tenant/job` in which nothing is as late as `before`, and tells each when it is gone.

    `may_clear(tenant, job, latest)` keeps what belongs to a job that is still open, or is to be kept longer. Files that
    were never finished go wherever they lie, if they are older than `unfinished_before`, or else than `before`. It may
    be done twice.
    """
    shelf.clear_unfinished(unfinished_before or before)
    for folder, latest in shelf.folders():
        tenant, _, job = folder.partition("/")
        if latest < before and may_clear(tenant, job, latest):
            shelf.clear(folder)
            yield folder
