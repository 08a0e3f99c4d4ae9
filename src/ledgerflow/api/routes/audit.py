"""The audit trail of a tenant; an operator sees that of the installation."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query

from ledgerflow.api.access import Watcher
from ledgerflow.api.days import Day
from ledgerflow.api.routes.users import Limit
from ledgerflow.api.schemas import GUARDED, Given, Page, refusals
from ledgerflow.issuing.audit import AuditEntry
from ledgerflow.issuing.trail import TrailFilter

router = APIRouter(prefix="/api/admin", tags=["admin"])

Words = Annotated[str, Query(max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")]


class EntryModel(Given):
    """A deed: who did what and when. `hash` seals it over the entry before."""

    sequence: int
    at: datetime
    actor: str
    deed: str
    details: Mapping[str, str | int]
    hash: str


@router.get("/audit", responses=refusals(*GUARDED))
def show_trail(
    caller: Watcher,
    deed: Words = "",
    actor: Words = "",
    first_day: Annotated[Day | None, Query(alias="from", description="First day, in UTC.")] = None,
    last_day: Annotated[Day | None, Query(alias="to", description="Last day, in UTC.")] = None,
    cursor: Annotated[str, Query(pattern=r"^[0-9]{0,18}$", description="`next` of the page before.")] = "",
    limit: Limit = 50,
) -> Page[EntryModel]:
    """The audit trail, newest first. With filters a page may hold few entries, or none, and still name a next one."""
    wanted = TrailFilter(deed, actor, first_day, last_day)
    page = caller.ledger.audit_page(wanted, int(cursor) if cursor else None, limit)
    return Page(items=[_shown(entry) for entry in page.entries], next=str(page.next) if page.next > 1 else None)


def _shown(entry: AuditEntry) -> EntryModel:
    return EntryModel(
        sequence=entry.sequence,
        at=datetime.fromisoformat(entry.at),
        actor=entry.actor,
        deed=entry.deed,
        details=json.loads(entry.details),
        hash=entry.hash,
    )
