"""What a worker does at set times, done now: on real books and a real shelf."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from operator import methodcaller
from pathlib import Path

import pytest

from ledgerflow.billing.numbering import NumberingRule, NumberSeries
from ledgerflow.identity.people import Invitation, Session, Ticket, User
from ledgerflow.identity.roles import INSTALLATION, Role
from ledgerflow.issuing.heads import read_head
from ledgerflow.issuing.importing import Handed
from ledgerflow.issuing.jobs import Job, JobStatus, Stage, Wish
from ledgerflow.issuing.numbers import reserve_block
from ledgerflow.issuing.ports import Journal
from ledgerflow.issuing.receiving import Counter, receive_upload
from ledgerflow.issuing.trailwatch import check_trail
from ledgerflow.issuing.vigil import Vigil, vigil_of
from ledgerflow.store.ledger import DatabaseLedger
from ledgerflow.store.opening import open_ledger, open_lobby
from ledgerflow.store.shelf import open_shelf
from ledgerflow.telemetry.log import open_log
from ledgerflow.worker.rounds import Rounds

AT = datetime(2026, 4, 1, tzinfo=UTC)
SERIES = NumberSeries("T-{n:04}", NumberingRule(".+"))


def a_job(id: str, status: JobStatus) -> Job:
    return Job(
        id=id,
        key="",
        status=status,
        stage=Stage.NONE,
        wish=Wish.NONE,
        run=1,
        priority=5,
        generation_id="g",
        batch=None,
        planned_from=0,
        total=1,
        issued=0,
        drawn=0,
        failed=0,
        last_error="",
        archive=f"acme/{id}/archive",
        trace_id="t",
        created_at=AT,
    )


@pytest.fixture
def books(tmp_path: Path) -> str:
    url = str(tmp_path / "ledger.db")
    for tenant in ("acme", "other"):
        with open_ledger(url, tenant):
            pass
    return url


def rounds(url: str, shelf: Path, days: int) -> Rounds:
    """Without an engine, which has notes of its own to forget."""
    return Rounds(open_lobby(url), str(shelf), lambda _tenant: days, lambda _before: 0, open_log())


def enter(ledger: DatabaseLedger, job: Job, status: JobStatus) -> None:
    def enter(journal: Journal) -> None:
        journal.jobs.enter(job, "{}")
        journal.jobs.keep(replace(job, status=status))

    ledger.transact(enter)


@pytest.mark.requirement("FR-9.17")
def test_numbers_that_nobody_came_back_for_become_void_for_every_tenant(books: str, tmp_path: Path) -> None:
    for tenant in ("acme", "other"):
        with open_ledger(books, tenant) as ledger:
            until = AT + timedelta(hours=1)
            reserve_block(ledger, SERIES, "", 3, expires_at=until, holder="nobody", at=AT, actor="test")
    rounds(books, tmp_path / "shelf", 30).reclaim()
    for tenant in ("acme", "other"):
        with open_ledger(books, tenant) as ledger:
            assert [one.number for one in ledger.void_numbers()] == ["T-0001", "T-0002", "T-0003"]


@pytest.mark.requirement("FR-9.15", "FR-9.17")
def test_archives_go_after_their_days_but_never_those_of_batches_at_work(books: str, tmp_path: Path) -> None:
    shelf = open_shelf(str(tmp_path / "shelf"))
    states = {"done": JobStatus.SUCCEEDED, "open": JobStatus.RUNNING, "rest": JobStatus.PAUSED}
    (tmp_path / "file").write_bytes(b"drawn")
    with open_ledger(books, "acme") as ledger:
        for id, status in states.items():
            enter(ledger, a_job(id, JobStatus.QUEUED), status)
            shelf.lay(f"acme/{id}/archive/invoices.zip", tmp_path / "file")
        rounds(books, tmp_path / "shelf", 1).clear()
        assert len(shelf.files("acme")) == 3, "nothing is old yet"
        rounds(books, tmp_path / "shelf", 0).clear()
        left = [laid.name for laid in shelf.files("acme")]
        assert left == ["acme/open/archive/invoices.zip", "acme/rest/archive/invoices.zip"]
        assert ledger.jobs.find("done").archive == ""
        assert ledger.jobs.find("open").archive != ""


@pytest.mark.requirement("FR-9.17")
def test_the_end_of_each_trail_is_written_down_on_the_shelf(books: str, tmp_path: Path) -> None:
    with open_ledger(books, "acme") as ledger:
        ledger.transact(lambda journal: journal.audit(AT, "test", "something", {}))
        last = ledger.last_entry()
    rounds(books, tmp_path / "shelf", 30).export_heads()
    shelf = open_shelf(str(tmp_path / "shelf"))
    heads = {laid.name.split("/")[1]: laid.name for laid in shelf.files("audit-heads")}
    assert sorted(heads) == ["acme", "other"]
    with shelf.open(heads["acme"]) as file:
        head = read_head(file.read(), "acme")
    assert last is not None
    assert (head.tenant, head.sequence, head.hash) == ("acme", 1, last.hash)


def deeds(ledger: DatabaseLedger, count: int) -> None:
    for place in range(count):
        ledger.transact(methodcaller("audit", AT, "test", f"deed {place}", {}))


def vigil(url: str) -> Vigil:
    with open_lobby(url) as lobby:
        kept = vigil_of(lobby.ledger(INSTALLATION))
    assert kept is not None
    return kept


def forge(url: str, sequence: int) -> None:
    """Who can write in the file changes an entry, and leaves no trigger in the way."""
    with closing(sqlite3.connect(url)) as file, file:
        for (trigger,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit'"):
            file.execute(f"DROP TRIGGER {trigger}")
        file.execute("UPDATE audit SET actor = 'forger' WHERE tenant = 'acme' AND sequence = ?", [sequence])


def test_when_all_heads_were_written_down_is_kept_and_not_when_one_was_not(books: str, tmp_path: Path) -> None:
    (tmp_path / "a file").write_text("and no folder")
    rounds(books, tmp_path / "a file", 30).export_heads()
    rounds(books, tmp_path / "shelf", 30).check_trails()
    assert vigil(books).heads_at is None
    rounds(books, tmp_path / "shelf", 30).export_heads()
    kept = vigil(books)
    assert kept.heads_at is not None
    assert kept.heads_since >= kept.since


def test_a_chain_that_broke_since_it_was_looked_at_is_found_and_told(books: str, tmp_path: Path) -> None:
    watch = rounds(books, tmp_path / "shelf", 30)
    with open_ledger(books, "acme") as ledger:
        deeds(ledger, 5)
    watch.check_trails()
    assert (vigil(books).broken, vigil(books).checked_at is not None) == (0, True)
    with open_ledger(books, "acme") as ledger:
        deeds(ledger, 5)
    forge(books, 7)
    watch.check_trails()
    assert (vigil(books).broken, vigil(books).named) == (1, ("acme",))
    watch.check_trails()
    assert vigil(books).broken == 1, "it stays broken however often it is looked at"
    with closing(sqlite3.connect(books)) as file, file:
        file.execute("UPDATE audit SET actor = 'test' WHERE tenant = 'acme'")
    watch.check_trails()
    assert vigil(books).broken == 0, "it was mended"


def test_a_change_of_what_was_found_sound_before_shows_where_all_of_it_is_read(books: str, tmp_path: Path) -> None:
    watch = rounds(books, tmp_path / "shelf", 30)
    with open_ledger(books, "acme") as ledger:
        deeds(ledger, 5)
    watch.check_trails()
    forge(books, 2)
    watch.check_whole_trails()
    assert vigil(books).named == ("acme",)


def test_a_trail_that_was_cut_shorter_than_it_was_is_broken(books: str, tmp_path: Path) -> None:
    watch = rounds(books, tmp_path / "shelf", 30)
    with open_ledger(books, "acme") as ledger:
        deeds(ledger, 5)
    watch.check_trails()
    forge(books, 0)
    with closing(sqlite3.connect(books)) as file, file:
        file.execute("DELETE FROM audit WHERE tenant = 'acme' AND sequence > 3")
    watch.check_trails()
    assert vigil(books).named == ("acme",)
    with open_ledger(books, "acme") as ledger:
        deeds(ledger, 4)
    watch.check_trails()
    assert vigil(books).named == ("acme",), "and stays so, when it has grown as long again"


def test_what_was_found_sound_is_not_read_again(books: str) -> None:
    with open_ledger(books, "acme") as ledger:
        deeds(ledger, 50)
        check_trail(ledger, "acme", whole=False, at=AT, actor="test")
        deeds(ledger, 1)
        assert [one.sequence for one in ledger.audit_trail(49)] == [50, 51]
        checked = check_trail(ledger, "acme", whole=False, at=AT, actor="test")
        assert (checked.head.sequence, checked.faults) == (51, ())


def test_sign_ins_links_and_tickets_that_expired_are_forgotten_for_every_tenant(books: str, tmp_path: Path) -> None:
    now = datetime.now(UTC)  # noqa: TID251 - the round reads the clock, and so must who stands before it
    soon, over = now + timedelta(hours=1), now - timedelta(days=2)
    for tenant in ("acme", "other"):
        with open_ledger(books, tenant) as ledger:
            ledger.transact(partial(come_in, soon=soon, over=over))
    rounds(books, tmp_path / "shelf", 30).forget_sign_ins()
    for tenant in ("acme", "other"):
        with open_ledger(books, tenant) as ledger:
            assert [one.id for one in ledger.people.sessions("asha")] == ["soon"]
            assert ledger.people.invitation("soon")
            assert ledger.people.invitation("over") is None
            assert ledger.transact(lambda journal: journal.people.take_ticket("over")) is None
            assert ledger.transact(lambda journal: journal.people.take_ticket("soon")) is not None


def come_in(journal: Journal, soon: datetime, over: datetime) -> None:
    """Two users, and of each thing one that is good and one that has been over for long."""
    for user, name, until in (("asha", "soon", soon), ("bina", "over", over)):
        journal.people.enter_user(User(user, f"{user}@example.com", user, Role.OWNER, "", True, AT))
        journal.people.enter_session(Session(name, "asha", "feed", 0, AT, AT, until))
        journal.people.invite(Invitation(name, user, until))
        journal.people.give_ticket(Ticket(name, user, "export", until))


def test_sheets_that_nobody_took_in_for_a_day_are_thrown_away(books: str, tmp_path: Path) -> None:
    counter = Counter("acme", open_shelf(str(tmp_path / "shelf")), (), tmp_path)
    now = datetime.fromtimestamp(tmp_path.stat().st_mtime, UTC)  # when this test began
    sheet = Handed("sheet.csv", b"Product Name,Base Price\nRice,1\n")
    with open_ledger(books, "acme") as ledger:
        ids = [
            receive_upload(ledger, counter, sheet, at=now - age, actor="asha").id
            for age in (timedelta(hours=25), timedelta(hours=23))
        ]
        rounds(books, tmp_path / "shelf", 30).expire()
        assert ledger.uploads.before(now + timedelta(days=1)) == [ids[1]]
    assert {laid.name.split("/")[1] for laid in counter.shelf.files("acme")} == {f"upload-{ids[1]}"}
