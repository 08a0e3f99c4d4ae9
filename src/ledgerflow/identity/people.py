"""Users, their sessions, keys of machines and the keys that sign, and the seam to where they are kept.

Secrets are never kept: `digest` is the SHA-256 of one, which has 256 bits of chance in it and so needs no salt.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Protocol

from ledgerflow.billing.errors import BillingError
from ledgerflow.identity.roles import Role


class UserUnknown(BillingError):
    """There is no user {id}."""


class KeyUnknown(BillingError):
    """There is no key {id}."""


class EmailTaken(BillingError):
    """There is a user with the address {email} already."""


@dataclass(frozen=True, slots=True)
class User:
    """A person of one tenant. `password` is a hash of argon2id, empty until an invitation is taken up."""

    id: str
    email: str
    name: str
    role: Role
    password: str
    active: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Invitation:
    """Leave to set a user's password, once, until it expires."""

    digest: str
    user: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Session:
    """One sign-in: a family of refresh tokens, of which the one of this `turn` is good. `digest` is that of what all of
    the family bear, and that of what this one bears alone. `ended` says why it ended."""

    id: str
    user: str
    digest: str
    turn: int
    created_at: datetime
    used_at: datetime
    expires_at: datetime
    ended: str = ""


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key of a machine, with a role of its own. `ended` says why it ended."""

    id: str
    name: str
    role: Role
    digest: str
    created_at: datetime
    expires_at: datetime
    ended: str = ""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private JWK (RFC 8037). Once retired, which is known some seconds before, it signs nothing more, and is trusted
    until what it signed has expired."""

    id: str
    jwk: str
    created_at: datetime
    retired_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Ticket:
    """Leave to take what `subject` names, once, until it expires."""

    digest: str
    actor: str
    subject: str
    expires_at: datetime


def digest_of(secret: str) -> str:
    """What is kept of a secret."""
    return sha256(secret.encode()).hexdigest()


class PeopleBook(Protocol):
    """What a deed may write of people, in its transaction. What it holds nobody else changes until the deed ends."""

    def enter_user(self, user: User) -> None:
        """Raises EmailTaken."""

    def hold_user(self, id: str) -> User:
        """Raises UserUnknown."""

    def keep_user(self, user: User) -> None:
        """Writes a user that was held."""

    def count_owners(self) -> int:
        """How many active owners have a password; nobody takes one away until the deed ends."""

    def invite(self, invitation: Invitation) -> None:
        """Enters an invitation; earlier ones of the same user are over."""

    def take_invitation(self, digest: str) -> Invitation | None:
        """The invitation, which is over by that."""

    def end_invitations(self, user: str) -> None:
        """Whatever invited a user is over."""

    def enter_session(self, session: Session) -> None:
        """Enters a session."""

    def hold_session(self, id: str) -> Session | None:
        """The session, or None."""

    def keep_session(self, session: Session) -> None:
        """Writes a session that was held."""

    def end_sessions(self, user: str, reason: str, spared: str = "") -> int:
        """Ends all open sessions of a user but one that is spared, and says how many."""

    def enter_key(self, key: ApiKey) -> None:
        """Enters a key of a machine."""

    def hold_key(self, id: str) -> ApiKey:
        """Raises KeyUnknown."""

    def keep_key(self, key: ApiKey) -> None:
        """Writes a key that was held."""

    def enter_signing_key(self, key: SigningKey) -> None:
        """Enters a key that signs."""

    def signing_keys(self) -> Sequence[SigningKey]:
        """All of them, newest first, which nobody else changes until the deed ends."""

    def keep_signing_key(self, key: SigningKey) -> None:
        """Writes a key that was read so."""

    def forget_signing_keys(self, before: datetime) -> int:
        """Takes away those that were retired before then."""

    def give_ticket(self, ticket: Ticket) -> None:
        """Enters a ticket."""

    def take_ticket(self, digest: str) -> Ticket | None:
        """The ticket, which is over by that."""

    def forget(self, before: datetime) -> int:
        """Takes away sessions, invitations and tickets that expired before then."""


class People(Protocol):
    """The people of a tenant, to be read."""

    def user(self, id: str) -> User:
        """Raises UserUnknown."""

    def by_email(self, email: str) -> User | None:
        """The user of that address."""

    def invitation(self, digest: str) -> Invitation | None:
        """The invitation, or None."""

    def users(self, after: str = "", limit: int | None = None) -> Sequence[User]:
        """By address, those after one."""

    def session(self, id: str) -> Session | None:
        """The session, or None."""

    def sessions(self, user: str) -> Sequence[Session]:
        """The open ones of a user, newest first."""

    def key(self, id: str) -> ApiKey:
        """Raises KeyUnknown."""

    def keys(self, after: ApiKey | None = None, limit: int | None = None) -> Sequence[ApiKey]:
        """Keys of machines, newest first, those after one."""

    def signing_keys(self) -> Sequence[SigningKey]:
        """All keys that sign or did, newest first."""
