"""The tables of who comes in: users, their sessions, keys of machines, and the keys that sign what they are given."""

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ledgerflow.store.rows.base import Row, of_tenant


class UserRow(Row):
    """A person of a tenant; `password` is a hash of argon2id, empty until an invitation is taken up."""

    __tablename__ = "users"
    __table_args__ = (of_tenant(), UniqueConstraint("tenant", "email", name="users_email_once"))
    id: Mapped[str] = mapped_column(primary_key=True)
    email: Mapped[str]
    name: Mapped[str]
    role: Mapped[str]
    password: Mapped[str]
    active: Mapped[bool]
    created_at: Mapped[str]


class InvitationRow(Row):
    """A link by which a user sets a password, once, until it expires; `digest` is that of its secret."""

    __tablename__ = "invitations"
    __table_args__ = (ForeignKeyConstraint(["tenant", "user"], ["users.tenant", "users.id"]),)
    digest: Mapped[str] = mapped_column(primary_key=True)
    user: Mapped[str]
    expires_at: Mapped[str]


class SessionRow(Row):
    """One sign-in: a family of refresh tokens, of which one is good. `digest` is that of its secret."""

    __tablename__ = "sessions"
    __table_args__ = (
        ForeignKeyConstraint(["tenant", "user"], ["users.tenant", "users.id"]),
        Index("sessions_by_user", "tenant", "user"),
        Index("sessions_by_end", "tenant", "expires_at"),
    )
    id: Mapped[str] = mapped_column(primary_key=True)
    user: Mapped[str]
    digest: Mapped[str]
    turn: Mapped[int]
    created_at: Mapped[str]
    used_at: Mapped[str]
    expires_at: Mapped[str]
    ended: Mapped[str]


class ApiKeyRow(Row):
    """A key of a machine; `digest` is that of its secret, which is shown once."""

    __tablename__ = "api_keys"
    __table_args__ = (of_tenant(),)
    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    role: Mapped[str]
    digest: Mapped[str]
    created_at: Mapped[str]
    expires_at: Mapped[str]
    ended: Mapped[str]


class SigningKeyRow(Row):
    """A key by which access tokens are signed, as a private JWK; those of the installation alone."""

    __tablename__ = "signing_keys"
    __table_args__ = (of_tenant(),)
    id: Mapped[str] = mapped_column(primary_key=True)
    jwk: Mapped[str]
    created_at: Mapped[str]
    retired_at: Mapped[str]


class TicketRow(Row):
    """Leave to take one file once, until it expires: a browser's download bears no token."""

    __tablename__ = "tickets"
    __table_args__ = (of_tenant(), Index("tickets_by_end", "tenant", "expires_at"))
    digest: Mapped[str] = mapped_column(primary_key=True)
    actor: Mapped[str]
    subject: Mapped[str]
    expires_at: Mapped[str]
