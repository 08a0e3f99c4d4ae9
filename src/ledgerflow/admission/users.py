"""Users of a tenant: invited by a link that is good once, given another role, shut out."""

from dataclasses import replace
from datetime import datetime, timedelta

from ledgerflow.admission.signing_in import Draw
from ledgerflow.billing.errors import BillingError, Finding, InputRefused
from ledgerflow.identity import passwords
from ledgerflow.identity.people import Invitation, User, digest_of
from ledgerflow.identity.roles import Role
from ledgerflow.issuing.ports import Journal, Ledger

INVITED = timedelta(days=3)


class LastOwner(BillingError):
    """A business keeps one owner at least. Make somebody else an owner first."""


class InvitationOver(BillingError):
    """The link is not good, or not good any more. Ask for another."""


def invite_user(
    ledger: Ledger, email: str, name: str, role: Role, *, at: datetime, actor: str, draw: Draw
) -> tuple[User, str]:
    """Enters a user; the secret by which they set their password is told once. Raises InputRefused, EmailTaken."""
    address = email.strip().casefold()
    before, sign, after = address.partition("@")
    if not (before and sign and "." in after and not any(letter.isspace() for letter in address)) or len(address) > 254:
        message = f"{email!r} is no e-mail address."
        raise InputRefused([Finding("email.malformed", "/email", message, "Write it as in asha@example.com.")])
    user = User(draw(), address, name.strip() or before, role, "", True, at)
    secret = draw()

    def invite(journal: Journal) -> None:
        journal.people.enter_user(user)
        journal.people.invite(Invitation(digest_of(secret), user.id, at + INVITED))
        journal.audit(at, actor, "invite_user", {"user": user.id, "role": role.value})

    ledger.transact(invite)
    return user, secret


def invite_again(ledger: Ledger, id: str, *, at: datetime, actor: str, draw: Draw) -> tuple[User, str]:
    """Another link, for who lost the first, or the password; the old password is good until it is used."""
    secret = draw()

    def invite(journal: Journal) -> User:
        user = journal.people.hold_user(id)
        journal.people.invite(Invitation(digest_of(secret), id, at + INVITED))
        journal.audit(at, actor, "invite_again", {"user": id})
        return user

    return ledger.transact(invite), secret


def take_up_invitation(ledger: Ledger, secret: str, password: str, *, at: datetime) -> User:
    """Sets the password; every session of the user ends. Raises InvitationOver, InputRefused."""
    digest, kept = digest_of(secret), passwords.hash_password(password)

    def take_up(journal: Journal) -> User:
        invitation = journal.people.take_invitation(digest)
        if invitation is None or invitation.expires_at <= at:
            raise InvitationOver()
        user = journal.people.hold_user(invitation.user)
        found = passwords.weak(password, user.email, "/password")
        if found:
            raise InputRefused(found)
        if not user.active:
            raise InvitationOver()
        user = replace(user, password=kept)
        journal.people.keep_user(user)
        journal.people.end_sessions(user.id, "the password was set anew")
        journal.audit(at, user.id, "set_password", {"user": user.id})
        return user

    return ledger.transact(take_up)


def change_user(
    ledger: Ledger, id: str, *, role: Role | None = None, active: bool | None = None, at: datetime, actor: str
) -> User:
    """Another role, or shut out, or let in again; sessions end with either. Raises UserUnknown, LastOwner."""

    def change(journal: Journal) -> User:
        owners = journal.people.count_owners()
        before = journal.people.hold_user(id)
        after = replace(before, role=role or before.role, active=before.active if active is None else active)
        loses = before.active and before.role is Role.OWNER and not (after.active and after.role is Role.OWNER)
        if loses and owners < 2:
            raise LastOwner()
        if after != before:
            journal.people.keep_user(after)
            journal.people.end_sessions(id, "the user was changed")
            facts: dict[str, str | int] = {"user": id, "role": after.role.value, "active": int(after.active)}
            journal.audit(at, actor, "change_user", facts)
        return after

    return ledger.transact(change)
