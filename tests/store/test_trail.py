"""The audit trail read from its end: pages that fit, and no more looked at than a page is worth."""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert
from sqlalchemy.orm import Session

from ledgerflow.issuing.ports import Journal
from ledgerflow.issuing.trail import TrailFilter
from ledgerflow.store.database import open_engine
from ledgerflow.store.ledger import DatabaseLedger
from ledgerflow.store.rows import AuditRow
from ledgerflow.store.trail import _LOOKED_AT

AT = datetime(2026, 11, 1, 23, 59, 59, 500000, tzinfo=UTC)


def enter(ledger: DatabaseLedger, count: int, deed: str = "count") -> None:
    def enter(journal: Journal) -> None:
        for place in range(count):
            journal.audit(AT + timedelta(seconds=place), f"actor {place % 2}", deed, {"place": place})

    ledger.transact(enter)


def test_a_page_is_what_fits_newest_first_on_either_database(ledger: DatabaseLedger) -> None:
    assert ledger.audit_page(TrailFilter()).entries == []
    enter(ledger, 5)
    assert [one.sequence for one in ledger.audit_page(TrailFilter()).entries] == [5, 4, 3, 2, 1]
    page = ledger.audit_page(TrailFilter(actor="actor 0"), limit=2)
    assert ([one.sequence for one in page.entries], page.next) == ([5, 3], 3)
    page = ledger.audit_page(TrailFilter(actor="actor 0"), before=3, limit=2)
    assert ([one.sequence for one in page.entries], page.next) == ([1], 1)
    midnight = TrailFilter(last_day=AT.date())
    assert [one.sequence for one in ledger.audit_page(midnight).entries] == [1], "the day ends with its last moment"
    after = TrailFilter(first_day=AT.date() + timedelta(days=1))
    assert [one.sequence for one in ledger.audit_page(after).entries] == [5, 4, 3, 2]
    assert ledger.audit_page(TrailFilter(), before=10**17).entries == ledger.audit_page(TrailFilter()).entries


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_what_is_rare_is_found_over_several_pages_of_which_each_looks_at_so_many(
    url: str, ledger: DatabaseLedger
) -> None:
    enter(ledger, 1, "rare")
    entry = ledger.audit_page(TrailFilter()).entries[0]
    columns = {"tenant": "default", **asdict(entry), "deed": "count"}
    engine = open_engine(url, as_owner=True)
    with Session(engine) as past_the_deeds, past_the_deeds.begin():
        past_the_deeds.execute(insert(AuditRow), [columns | {"sequence": 2 + place} for place in range(_LOOKED_AT)])
    engine.dispose()
    first = ledger.audit_page(TrailFilter(deed="rare"))
    assert (first.entries, first.next) == ([], 2)
    second = ledger.audit_page(TrailFilter(deed="rare"), before=first.next)
    assert ([one.deed for one in second.entries], second.next) == (["rare"], 1)


def test_what_a_stranger_causes_is_entered_a_few_times_an_hour_and_each_actor_counts_alone(
    ledger: DatabaseLedger,
) -> None:
    def knock(at: datetime, actor: str) -> bool:
        return ledger.transact(lambda journal: journal.audit_sparingly(at, actor, "refused", {}))

    assert [knock(AT, "nobody") for _ in range(25)] == [True] * 20 + [False] * 5
    assert knock(AT, "asha")
    assert knock(AT + timedelta(hours=1), "nobody")
