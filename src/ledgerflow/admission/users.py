"""Users of a tenant: invited by a link that is good once, given another role, shut out."""

from dataclasses import replace
from datetime import datetime, timedelta

from ledgerflow.admission.signing_in import Draw
from ledgerflow.billing.errors import BillingError, Finding, InputRefused
from ledgerflow.identity import passwords
from ledgerflow.identity.people import Invitation, User, UserUnknown, digest_of
from ledgerflow.identity.roles import OF_TENANT, Role
from ledgerflow.issuing.ports import Journal, Ledger

INVITED = timedelta(days=3)
_LONGEST = 254  # letters of an address, as RFC 5321 has it


class LastOwner(BillingError):
    """A business keeps one owner at least who can sign in. Make somebody else an owner first."""


class InvitationOver(BillingError):
    """The link is not good, or not good any more. Ask for another."""


def require_of_tenant(role: Role) -> None:
    """Raises InputRefused for a role that no tenant gives: whoever had it would be more than a tenant is."""
    if role not in OF_TENANT:
        advice = f"Choose from {', '.join(OF_TENANT)}."
        raise InputRefused([Finding("role.foreign", "/role", f"The role {role} is not a tenant's to give.", advice)])


def invite_user(
    ledger: Ledger, email: str, name: str, role: Role, *, at: datetime, actor: str, draw: Draw
) -> tuple[User, str]:
    """Enters a user; the secret by which they set their password is told once. Raises InputRefused, EmailTaken."""
    require_of_tenant(role)
    return _enter(ledger, email, name, role, at, actor, draw)


def invite_operator(
    installation: Ledger, email: str, name: str, *, at: datetime, actor: str, draw: Draw
) -> tuple[User, str]:
    """The same for who looks after the installation, and belongs to no tenant."""
    return _enter(installation, email, name, Role.OPERATOR, at, actor, draw)


def invite_again(ledger: Ledger, id: str, *, at: datetime, actor: str, draw: Draw) -> tuple[User, str]:
    """Another link, for who lost the first, or the password; the old password is good until it is used. Raises
    UserUnknown."""
    secret = draw()

    def invite(journal: Journal) -> User:
        user = journal.people.hold_user(id)
        journal.people.invite(Invitation(digest_of(secret), id, at + INVITED))
        journal.audit(at, actor, "invite_again", {"user": id})
        return user

    return ledger.transact(invite), secret


def take_up_invitation(ledger: Ledger, secret: str, password: str, *, at: datetime) -> User:
    """Sets the password; every session of the user ends. Raises InvitationOver, InputRefused."""
    digest = digest_of(secret)
    invited = _invited(ledger, digest, at)
    found = passwords.weak(password, invited.email, "/password")
    if found:
        raise InputRefused(found)
    kept = passwords.hash_password(password)  # after all else: it is heavy, and a stranger may ask for it

    def take_up(journal: Journal) -> User:
        user = journal.people.hold_user(invited.id)  # before the invitation, as whoever invites again does
        invitation = journal.people.take_invitation(digest)
        if invitation is None or not user.active:
            raise InvitationOver()
        user = replace(user, password=kept)
        journal.people.keep_user(user)
        journal.people.end_sessions(user.id, "the password was set anew")
        journal.audit(at, user.id, "set_password", {"user": user.id})
        return user

    return ledger.transact(take_up)


def change_user(
    ledger: Ledger,
    id: str,
    role: Role | None = None,
    active: bool | None = None,
    name: str = "",
    *,
    at: datetime,
    actor: str,
) -> User:
    """Another role or name, or shut out, or let in again. Sessions end with another role; with who is shut out, links
    too. Raises UserUnknown, LastOwner, InputRefused."""
    if role is not None:
        require_of_tenant(role)

    def change(journal: Journal) -> User:
        owners = journal.people.count_owners()
        before = journal.people.hold_user(id)
        is_active = before.active if active is None else active
        after = replace(before, role=role or before.role, active=is_active, name=name.strip() or before.name)
        if _signs_in_as_owner(before) and not _signs_in_as_owner(after) and owners < 2:
            raise LastOwner()
        if after == before:
            return after
        journal.people.keep_user(after)
        if (after.role, after.active) != (before.role, before.active):
            journal.people.end_sessions(id, "the user was changed")
        if not after.active:
            journal.people.end_invitations(id)
        facts: dict[str, str | int] = {"user": id, "role": after.role.value, "active": int(after.active)}
        journal.audit(at, actor, "change_user", facts)
        return after

    return ledger.transact(change)


def _enter(ledger: Ledger, email: str, name: str, role: Role, at: datetime, actor: str, draw: Draw) -> tuple[User, str]:
    address = _address(email)
    user = User(draw(), address, name.strip() or address.partition("@")[0], role, "", True, at)
    secret = draw()

    def invite(journal: Journal) -> None:
        journal.people.enter_user(user)
        journal.people.invite(Invitation(digest_of(secret), user.id, at + INVITED))
        journal.audit(at, actor, "invite_user", {"user": user.id, "role": role.value})

    ledger.transact(invite)
    return user, secret


def _address(email: str) -> str:
    """As it is kept; raises InputRefused where it is none."""
    address = email.strip().casefold()
    before, sign, after = address.partition("@")
    is_plain = address.isprintable() and not any(letter.isspace() for letter in address) and "@" not in after
    if not (before and sign and "." in after.strip(".") and is_plain) or len(address) > _LONGEST:
        message = f"{email!r} is no e-mail address."
        raise InputRefused([Finding("email.malformed", "/email", message, "Write it as in asha@example.com.")])
    return address


def _invited(ledger: Ledger, digest: str, at: datetime) -> User:
    invitation = ledger.people.invitation(digest)
    if invitation is None or invitation.expires_at <= at:
        raise InvitationOver()
    try:
        return ledger.people.user(invitation.user)
    except UserUnknown as gone:
        raise InvitationOver() from gone


def _signs_in_as_owner(user: User) -> bool:
    return user.active and user.role is Role.OWNER and bool(user.password)
