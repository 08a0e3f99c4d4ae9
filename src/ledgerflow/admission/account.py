"""What users do with what is their own: the password, by the one they have, and their sign-ins."""

from dataclasses import replace
from datetime import datetime

from ledgerflow.admission.signing_in import SignedOut
from ledgerflow.billing.errors import BillingError, Finding, InputRefused
from ledgerflow.identity import passwords
from ledgerflow.identity.people import User
from ledgerflow.issuing.ports import Journal, Ledger


class SessionUnknown(BillingError):
    """There is no sign-in {id}."""


def change_password(ledger: Ledger, user: str, old: str, new: str, *, session: str, at: datetime) -> User:
    """Sets another password. Every other sign-in ends, and so does whatever invited the user. Raises InputRefused."""
    known = ledger.people.user(user)
    if not passwords.matches(old, known.password):
        ledger.transact(lambda journal: journal.audit_sparingly(at, user, "password_refused", {"user": user}))
        raise InputRefused([Finding("password.wrong", "/old", "That is not the password you have.", "Try again.")])
    found = passwords.weak(new, known.email, "/new")
    if found:
        raise InputRefused(found)
    kept = passwords.hash_password(new)

    def change(journal: Journal) -> User:
        held = journal.people.hold_user(user)
        if held.password != known.password or not held.active:
            raise SignedOut(reason="the password was set anew")
        after = replace(held, password=kept)
        journal.people.keep_user(after)
        journal.people.end_sessions(user, "the password was changed", session)
        journal.people.end_invitations(user)
        journal.audit(at, user, "change_password", {"user": user})
        return after

    return ledger.transact(change)


def end_session(ledger: Ledger, user: str, session: str, *, at: datetime) -> None:
    """Ends a sign-in of the user's own; one that is over stays so. Raises SessionUnknown, also for somebody else's."""

    def end(journal: Journal) -> None:
        held = journal.people.hold_session(session)
        if held is None or held.user != user:
            raise SessionUnknown(id=session)
        if not held.ended:
            journal.people.keep_session(replace(held, ended="ended by the user"))
            journal.audit(at, user, "sign_out", {"session": session, "reason": "ended by the user"})

    ledger.transact(end)


def end_other_sessions(ledger: Ledger, user: str, *, session: str, at: datetime) -> int:
    """Ends all sign-ins of the user but this one, and says how many."""

    def end(journal: Journal) -> int:
        journal.people.hold_user(user)
        ended = journal.people.end_sessions(user, "ended by the user", session)
        if ended:
            journal.audit(at, user, "sign_out_elsewhere", {"sessions": ended})
        return ended

    return ledger.transact(end)
