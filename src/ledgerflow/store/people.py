"""People in the books, as they are read."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Row, bindparam, inspect, select, tuple_

from ledgerflow.identity.people import ApiKey, Invitation, KeyUnknown, Session, SigningKey, User, UserUnknown
from ledgerflow.identity.roles import Role
from ledgerflow.store.jobs import Reading
from ledgerflow.store.rows import ApiKeyRow, InvitationRow, SessionRow, SigningKeyRow, UserRow
from ledgerflow.store.statements import Question
from ledgerflow.store.tenancy import TenantSession

_Columns = Row[*tuple[Any, ...]]
_BY_ID: BindParameter[str] = bindparam("id")
_USER = Question(select(*inspect(UserRow).columns).where(UserRow.id == _BY_ID))
_SESSION = Question(select(*inspect(SessionRow).columns).where(SessionRow.id == _BY_ID))
_KEY = Question(select(*inspect(ApiKeyRow).columns).where(ApiKeyRow.id == _BY_ID))

HELD = {"populate_existing": True}


class DatabasePeople:
    """The people of a tenant, each question answered as of the moment it is asked; see `people.People`."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    def user(self, id: str) -> User:
        with self._reading() as session:
            row = session.ask(_USER, id=id).one_or_none()
        if row is None:
            raise UserUnknown(id=id)
        return user_of(row)

    def by_email(self, email: str) -> User | None:
        with self._reading() as session:
            row = session.scalar(select(UserRow).where(UserRow.email == email))
        return user_of(row) if row else None

    def invitation(self, digest: str) -> Invitation | None:
        with self._reading() as session:
            return invitation_of(session, digest)

    def users(self, after: str = "", limit: int | None = None) -> Sequence[User]:
        wanted = select(UserRow).where(UserRow.email > after).order_by(UserRow.email).limit(limit)
        with self._reading() as session:
            return [user_of(row) for row in session.scalars(wanted)]

    def session(self, id: str) -> Session | None:
        with self._reading() as session:
            row = session.ask(_SESSION, id=id).one_or_none()
        return session_of(row) if row else None

    def sessions(self, user: str) -> Sequence[Session]:
        here = (SessionRow.user == user, SessionRow.ended == "")
        wanted = select(SessionRow).where(*here).order_by(SessionRow.created_at.desc())
        with self._reading() as session:
            return [session_of(row) for row in session.scalars(wanted)]

    def key(self, id: str) -> ApiKey:
        with self._reading() as session:
            row = session.ask(_KEY, id=id).one_or_none()
        if row is None:
            raise KeyUnknown(id=id)
        return key_of(row)

    def keys(self, after: ApiKey | None = None, limit: int | None = None) -> Sequence[ApiKey]:
        place = ApiKeyRow.created_at, ApiKeyRow.id
        wanted = select(ApiKeyRow).order_by(*(column.desc() for column in place)).limit(limit)
        if after is not None:
            wanted = wanted.where(tuple_(*place) < (after.created_at.isoformat(), after.id))
        with self._reading() as session:
            return [key_of(row) for row in session.scalars(wanted)]

    def signing_keys(self) -> Sequence[SigningKey]:
        with self._reading() as session:
            return signing_keys_of(session)


def invitation_of(session: TenantSession, digest: str) -> Invitation | None:
    row = session.scalar(select(InvitationRow).where(InvitationRow.digest == digest))
    return Invitation(digest, row.user, datetime.fromisoformat(row.expires_at)) if row else None


def signing_keys_of(session: TenantSession) -> list[SigningKey]:
    row = SigningKeyRow
    return [
        SigningKey(
            one.id,
            one.jwk,
            datetime.fromisoformat(one.created_at),
            datetime.fromisoformat(one.retired_at) if one.retired_at else None,
        )
        for one in session.scalars(select(row).order_by(row.created_at.desc(), row.id), execution_options=HELD)
    ]


def user_of(row: UserRow | _Columns) -> User:
    at = datetime.fromisoformat(row.created_at)
    return User(row.id, row.email, row.name, Role(row.role), row.password, row.active, at)


def session_of(row: SessionRow | _Columns) -> Session:
    created, used, expires = (datetime.fromisoformat(at) for at in (row.created_at, row.used_at, row.expires_at))
    return Session(row.id, row.user, row.digest, row.turn, created, used, expires, row.ended)


def key_of(row: ApiKeyRow | _Columns) -> ApiKey:
    created, expires = (datetime.fromisoformat(at) for at in (row.created_at, row.expires_at))
    return ApiKey(row.id, row.name, Role(row.role), row.digest, created, expires, row.ended)
