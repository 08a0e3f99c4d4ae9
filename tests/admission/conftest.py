"""What the tests of admission share: one set of books, in which each test has users of its own."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest

from ledgerflow.admission.signing_in import Admitted, Refresh
from ledgerflow.admission.staying import USUAL
from ledgerflow.api.house import draw_secret
from ledgerflow.identity.passwords import hash_password
from ledgerflow.identity.people import Session, User
from ledgerflow.identity.roles import Role
from ledgerflow.issuing.seals import AuditEntry
from ledgerflow.store.ledger import DatabaseLedger
from ledgerflow.store.opening import open_ledger

AT = datetime(2026, 11, 1, 9, tzinfo=UTC)
WORDS = "four words of no sense"


@dataclass(frozen=True)
class Desk:
    """Where people come in."""

    ledger: DatabaseLedger
    kept: str

    def user(self, role: Role = Role.VIEWER, **facts: object) -> User:
        """A user who has a password."""
        id = draw_secret()
        user = replace(
            User(id, f"{id[:12].lower()}@example.com", "Asha", role, self.kept, True, AT),
            **facts,  # type: ignore[arg-type]  # as a user has them
        )
        self.ledger.transact(lambda journal: journal.people.enter_user(user))
        return user

    def signed_in(self, user: User) -> Admitted:
        """A user who signed in, without the time that a password takes."""
        shown = Refresh(draw_secret(), 0, draw_secret(), draw_secret())
        session = Session(shown.session, user.id, shown.digest(), 0, AT, AT, AT + USUAL.unused)
        self.ledger.transact(lambda journal: journal.people.enter_session(session))
        return Admitted(user, session, shown.text())

    def last(self) -> AuditEntry:
        entry = self.ledger.last_entry()
        assert entry is not None
        return entry

    def trail(self) -> list[AuditEntry]:
        return list(self.ledger.audit_trail())


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with open_ledger(str(tmp_path_factory.mktemp("desk") / "ledger.db")) as ledger:
        ledger.transact(lambda journal: journal.audit(AT, "nobody", "begin", {}))
        yield Desk(ledger, hash_password(WORDS))
