"""The same guesses at who may come in, the catalogue, sheets that wait, what was set up: by every method there is."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import TypeVar

import pytest
from sqlalchemy.exc import IntegrityError
from tests.store.neighbours import AT, LATER

from ledgerflow.billing.catalogue import Product
from ledgerflow.billing.errors import BillingError
from ledgerflow.identity.people import (
    ApiKey,
    EmailTaken,
    Invitation,
    KeyUnknown,
    PeopleBook,
    Session,
    SigningKey,
    Ticket,
    User,
    UserUnknown,
)
from ledgerflow.identity.roles import Role
from ledgerflow.intake.delivery import read_delivery
from ledgerflow.issuing.documents import Document
from ledgerflow.issuing.ports import Journal
from ledgerflow.issuing.stocking import ProductUnknown, Stocked
from ledgerflow.issuing.trail import TrailFilter
from ledgerflow.issuing.uploads import Upload, UploadStatus, UploadUnknown
from ledgerflow.store.documents import DatabaseDocuments, SessionDocumentBook
from ledgerflow.store.ledger import DatabaseLedger
from ledgerflow.store.people import DatabasePeople
from ledgerflow.store.people_book import SessionPeopleBook
from ledgerflow.store.stock import DatabaseStock, SessionStockBook
from ledgerflow.store.uploads import DatabaseUploads, SessionUploadBook

pytestmark = pytest.mark.requirement("FR-7.1")
T = TypeVar("T")
SHEET = b"Product Name,Base Price\nRice,1\n"
_turns = count(1)


@dataclass(frozen=True)
class Hers:
    """What Asha has just set up, and Bina has not."""

    user: User
    session: Session
    invitation: Invitation
    key: ApiKey
    signing: SigningKey
    ticket: Ticket
    stocked: Stocked
    upload: Upload
    document: Document

    @property
    def name(self) -> str:
        return self.user.id


@pytest.fixture
def hers(asha: DatabaseLedger) -> Hers:
    name = f"hers{next(_turns)}"
    soon = AT + timedelta(days=1)
    product = Product(name.upper(), f"Tea {name}", Decimal(5))
    made = Hers(
        User(name, f"{name}@example.com", name, Role.OWNER, "", True, AT),
        Session(name, name, name, 1, AT, AT, soon),
        Invitation(name, name, soon),
        ApiKey(name, name, Role.VIEWER, name, AT, LATER),
        SigningKey(name, "{}", AT, AT),
        Ticket(name, name, "export", soon),
        Stocked(name, 1000 + next(_turns), product, AT),
        Upload(name, "goods.csv", name, UploadStatus.OPEN, read_delivery(SHEET).reading, name, AT),
        Document(name, 1, "{}", name, AT),
    )
    asha.transact(lambda journal: set_up(journal, made))
    return made


def set_up(journal: Journal, made: Hers) -> None:
    people = journal.people
    people.enter_user(made.user)
    people.enter_session(made.session)
    people.invite(made.invitation)
    people.enter_key(made.key)
    people.enter_signing_key(made.signing)
    people.give_ticket(made.ticket)
    journal.stock.put([made.stocked])
    journal.uploads.enter(made.upload)
    journal.documents.put(made.document)
    journal.audit(AT, made.name, "come_in", {})


Ask = Callable[[DatabaseLedger, Hers], object]


def deed(ask: Callable[[Journal, Hers], object]) -> Ask:
    """A question within a transaction, of which nothing stays."""

    def asked(ledger: DatabaseLedger, hers: Hers) -> object:
        answer: list[object] = []

        def once(journal: Journal) -> None:
            answer.append(ask(journal, hers))
            raise _Enough

        with suppress(_Enough):
            ledger.transact(once)
        return answer[0]

    return asked


class _Enough(Exception):
    """The question is answered."""


def known(found: Sequence[T], wanted: T) -> list[T]:
    return [one for one in found if one == wanted]


def refuses(write: Callable[[], object]) -> bool:
    """Whether it is there already."""
    try:
        write()
    except (IntegrityError, EmailTaken):
        return True
    return False


PEOPLE: dict[str, tuple[Ask, object]] = {
    "user": (lambda ledger, hers: ledger.people.user(hers.name), UserUnknown),
    "by_email": (lambda ledger, hers: ledger.people.by_email(hers.user.email), None),
    "users": (lambda ledger, hers: known(ledger.people.users(), hers.user), []),
    "session": (lambda ledger, hers: ledger.people.session(hers.name), None),
    "sessions": (lambda ledger, hers: ledger.people.sessions(hers.name), []),
    "invitation": (lambda ledger, hers: ledger.people.invitation(hers.name), None),
    "key": (lambda ledger, hers: ledger.people.key(hers.name), KeyUnknown),
    "keys": (lambda ledger, hers: known(ledger.people.keys(), hers.key), []),
    "signing_keys": (lambda ledger, hers: known(ledger.people.signing_keys(), hers.signing), []),
}

BOOK: dict[str, tuple[Ask, object]] = {
    "enter_user": (deed(lambda journal, hers: refuses(lambda: journal.people.enter_user(hers.user))), False),
    "hold_user": (deed(lambda journal, hers: journal.people.hold_user(hers.name)), UserUnknown),
    "keep_user": (deed(lambda journal, hers: kept(journal.people, hers)), UserUnknown),
    "count_owners": (deed(lambda journal, hers: loses_an_owner(journal.people, hers)), UserUnknown),
    "invite": (deed(lambda journal, hers: not refuses(lambda: journal.people.invite(hers.invitation))), False),
    "end_invitations": (deed(lambda journal, hers: ends_invitations(journal.people, hers)), False),
    "take_invitation": (deed(lambda journal, hers: journal.people.take_invitation(hers.name)), None),
    "enter_session": (deed(lambda journal, hers: refuses(lambda: journal.people.enter_session(hers.session))), True),
    "hold_session": (deed(lambda journal, hers: journal.people.hold_session(hers.name)), None),
    "keep_session": (deed(lambda journal, hers: keeps_session(journal.people, hers)), False),
    "end_sessions": (deed(lambda journal, hers: journal.people.end_sessions(hers.name, "guessed")), 0),
    "enter_key": (deed(lambda journal, hers: refuses(lambda: journal.people.enter_key(hers.key))), False),
    "hold_key": (deed(lambda journal, hers: journal.people.hold_key(hers.name)), KeyUnknown),
    "keep_key": (deed(lambda journal, hers: keeps_key(journal.people, hers)), KeyUnknown),
    "enter_signing_key": (
        deed(lambda journal, hers: refuses(lambda: journal.people.enter_signing_key(hers.signing))),
        False,
    ),
    "signing_keys": (deed(lambda journal, hers: known(journal.people.signing_keys(), hers.signing)), []),
    "keep_signing_key": (deed(lambda journal, hers: retires(journal.people, hers)), False),
    "forget_signing_keys": (deed(lambda journal, hers: forgets_key(journal.people, hers)), False),
    "give_ticket": (deed(lambda journal, hers: refuses(lambda: journal.people.give_ticket(hers.ticket))), False),
    "take_ticket": (deed(lambda journal, hers: journal.people.take_ticket(hers.name)), None),
    "forget": (deed(lambda journal, hers: forgets(journal.people, hers)), False),
}

STOCK: dict[str, tuple[Ask, object]] = {
    "all": (lambda ledger, hers: known(ledger.stock.all(), hers.stocked), []),
    "catalogue": (lambda ledger, hers: known(ledger.stock.catalogue(), hers.stocked.product), []),
    "count": (lambda ledger, hers: ledger.stock.count() > len(others(ledger, hers)), False),
    "find": (lambda ledger, hers: ledger.stock.find(hers.name), ProductUnknown),
    "page": (lambda ledger, hers: known(ledger.stock.page(0, 1000), hers.stocked), []),
}

STOCK_BOOK: dict[str, tuple[Ask, object]] = {
    "alike": (
        deed(lambda journal, hers: journal.stock.alike(hers.stocked.product.name, hers.stocked.product.sku)),
        [],
    ),
    "find": (deed(lambda journal, hers: journal.stock.find(hers.name)), ProductUnknown),
    "hold": (deed(lambda journal, hers: holds(journal, hers)), False),
    "hold_all": (deed(lambda journal, hers: known(journal.stock.hold_all(), hers.stocked)), []),
    "known": (deed(lambda journal, hers: journal.stock.known([hers.name])), []),
    "put": (deed(lambda journal, hers: replaces(journal, hers)), False),
    "remove": (deed(lambda journal, hers: journal.stock.remove([hers.name])), 0),
}

REST: dict[str, tuple[Ask, object]] = {
    "uploads before": (lambda ledger, hers: known(ledger.uploads.before(LATER), hers.name), []),
    "uploads find": (lambda ledger, hers: ledger.uploads.find(hers.name), UploadUnknown),
    "upload book enter": (deed(lambda journal, hers: refuses(lambda: journal.uploads.enter(hers.upload))), False),
    "upload book count_open": (deed(lambda journal, hers: frees_one(journal, hers)), UploadUnknown),
    "upload book hold": (deed(lambda journal, hers: journal.uploads.hold(hers.name)), UploadUnknown),
    "upload book keep": (deed(lambda journal, hers: takes_upload(journal, hers)), UploadUnknown),
    "upload book remove": (deed(lambda journal, hers: frees_one(journal, hers)), UploadUnknown),
    "documents find": (lambda ledger, hers: ledger.documents.find(hers.name), None),
    "document book has": (deed(lambda journal, hers: journal.documents.has(hers.name)), False),
    "document book hold": (deed(lambda journal, hers: journal.documents.hold(hers.name)), None),
    "document book put": (deed(lambda journal, hers: rewrites(journal, hers)), False),
    "ledger audit_page": (lambda ledger, hers: ledger.audit_page(TrailFilter(actor=hers.name), None, 9).entries, []),
}


def kept(people: PeopleBook, hers: Hers) -> bool:
    people.keep_user(replace(hers.user, name="guessed"))
    return people.hold_user(hers.name).name == "guessed"


def loses_an_owner(people: PeopleBook, hers: Hers) -> bool:
    """Invited owners do not count, so hers is given a password first."""
    people.keep_user(replace(hers.user, password="hashed"))
    people.hold_user(hers.name)
    before = people.count_owners()
    people.keep_user(replace(hers.user, password="hashed", active=False))
    return people.count_owners() < before


def ends_invitations(people: PeopleBook, hers: Hers) -> bool:
    """Whether there was one that is gone by this."""
    people.end_invitations(hers.name)
    return people.take_invitation(hers.name) is None and people.hold_session(hers.name) is not None


def keeps_session(people: PeopleBook, hers: Hers) -> bool:
    people.keep_session(replace(hers.session, ended="guessed"))
    held = people.hold_session(hers.name)
    return held is not None and held.ended == "guessed"


def keeps_key(people: PeopleBook, hers: Hers) -> bool:
    people.keep_key(replace(hers.key, ended="guessed"))
    return people.hold_key(hers.name).ended == "guessed"


def retires(people: PeopleBook, hers: Hers) -> bool:
    people.keep_signing_key(replace(hers.signing, retired_at=LATER))
    return any(key.id == hers.name and key.retired_at == LATER for key in people.signing_keys())


def forgets_key(people: PeopleBook, hers: Hers) -> bool:
    before = known(people.signing_keys(), hers.signing)
    people.forget_signing_keys(LATER)
    return bool(before) and not known(people.signing_keys(), hers.signing)


def forgets(people: PeopleBook, hers: Hers) -> bool:
    before = people.hold_session(hers.name)
    people.forget(LATER)
    return before is not None and people.hold_session(hers.name) is None


def others(ledger: DatabaseLedger, hers: Hers) -> list[Stocked]:
    return [one for one in ledger.stock.all() if one.id != hers.name]


def holds(journal: Journal, hers: Hers) -> bool:
    """Whether what is held has hers in it: by then the number of places is at least that of hers."""
    journal.stock.hold()
    return bool(journal.stock.known([hers.name]))


def replaces(journal: Journal, hers: Hers) -> bool:
    """Whether a product of the same id was there to be written anew."""
    before = len(journal.stock.hold_all())
    journal.stock.put([replace(hers.stocked, updated_at=LATER)])
    return len(journal.stock.hold_all()) == before


def frees_one(journal: Journal, hers: Hers) -> bool:
    journal.uploads.hold(hers.name)
    before = journal.uploads.count_open()
    journal.uploads.remove(hers.name)
    return journal.uploads.count_open() < before


def takes_upload(journal: Journal, hers: Hers) -> bool:
    journal.uploads.keep(replace(hers.upload, status=UploadStatus.TAKEN))
    return journal.uploads.hold(hers.name).status is UploadStatus.TAKEN


def rewrites(journal: Journal, hers: Hers) -> bool:
    """Whether there was one before it was written."""
    before = journal.documents.hold(hers.name)
    journal.documents.put(replace(hers.document, version=2))
    return before is not None


@pytest.mark.parametrize(
    ("books", "asked"),
    [
        (DatabasePeople, {*PEOPLE}),
        (SessionPeopleBook, {*BOOK}),
        (DatabaseStock, {*STOCK}),
        (SessionStockBook, {*STOCK_BOOK}),
        (DatabaseUploads, {name.removeprefix("uploads ") for name in REST if name.startswith("uploads ")}),
        (SessionUploadBook, {name.split()[-1] for name in REST if name.startswith("upload book ")}),
        (DatabaseDocuments, {"find"}),
        (SessionDocumentBook, {name.split()[-1] for name in REST if name.startswith("document book ")}),
    ],
)
def test_every_method_is_asked(books: type, asked: set[str]) -> None:
    """A method that is added without a question here fails."""
    assert {name for name in dir(books) if not name.startswith("_")} == asked


@pytest.mark.parametrize(
    ("ask", "nothing"),
    [
        pytest.param(*asked, id=f"{whose} {name}")
        for whose, all_of_them in (
            ("people", PEOPLE),
            ("book", BOOK),
            ("stock", STOCK),
            ("stock book", STOCK_BOOK),
            ("of", REST),
        )
        for name, asked in all_of_them.items()
    ],
)
def test_a_guess_comes_to_nothing_and_the_owner_is_answered(
    asha: DatabaseLedger, bina: DatabaseLedger, hers: Hers, ask: Ask, nothing: object
) -> None:
    if isinstance(nothing, type) and issubclass(nothing, BillingError):
        with pytest.raises(nothing):
            ask(bina, hers)
    else:
        assert ask(bina, hers) == nothing
    assert asha.people.user(hers.name) == hers.user
    assert asha.people.session(hers.name) == hers.session
    assert asha.people.key(hers.name) == hers.key
    assert asha.stock.find(hers.name) == hers.stocked
    assert asha.uploads.find(hers.name) == hers.upload
    assert asha.documents.find(hers.name) == hers.document
    assert ask(asha, hers), "the owner's same question is answered"
