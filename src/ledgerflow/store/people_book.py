"""People in the books: what a deed writes of them in its transaction."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from ledgerflow.identity.people import (
    ApiKey,
    EmailTaken,
    Invitation,
    KeyUnknown,
    Session,
    SigningKey,
    Ticket,
    User,
    UserUnknown,
)
from ledgerflow.identity.roles import Role
from ledgerflow.store.counters import take
from ledgerflow.store.people import HELD, key_of, session_of, signing_keys_of, user_of
from ledgerflow.store.rows import ApiKeyRow, InvitationRow, Row, SessionRow, SigningKeyRow, TicketRow, UserRow
from ledgerflow.store.tenancy import TenantSession

_OWNERS = ("owners", "")  # a counter that counts nothing: held by whoever takes one away
_SIGNING = ("signing keys", "")  # the same, for whoever changes which key signs
_PLAIN = {"synchronize_session": False}
_Thing = User | Invitation | Session | ApiKey | SigningKey | Ticket


class SessionPeopleBook:
    """What a deed writes of people; see `people.PeopleBook`."""

    def __init__(self, session: TenantSession) -> None:
        self._session = session

    def enter_user(self, user: User) -> None:
        taken = self._session.scalar(select(UserRow.id).where(UserRow.email == user.email))
        if taken is not None:
            raise EmailTaken(email=user.email)
        try:
            self._enter(UserRow, user)
        except IntegrityError as refusal:  # somebody entered it at this moment
            raise EmailTaken(email=user.email) from refusal

    def hold_user(self, id: str) -> User:
        wanted = select(UserRow).where(UserRow.id == id).with_for_update()
        row = self._session.scalar(wanted, execution_options=HELD)
        if row is None:
            raise UserUnknown(id=id)
        return user_of(row)

    def keep_user(self, user: User) -> None:
        self._keep(UserRow, user.id, user)

    def count_owners(self) -> int:
        take(self._session, *_OWNERS, 0)
        here = (UserRow.role == Role.OWNER.value, UserRow.active, UserRow.password != "")  # nosec B105  # none was set
        return self._session.scalar(select(func.count(UserRow.id)).where(*here)) or 0

    def invite(self, invitation: Invitation) -> None:
        self.end_invitations(invitation.user)
        self._enter(InvitationRow, invitation)

    def end_invitations(self, user: str) -> None:
        gone = delete(InvitationRow).where(InvitationRow.user == user)
        self._session.execute(gone, execution_options=_PLAIN)

    def take_invitation(self, digest: str) -> Invitation | None:
        row = InvitationRow
        wanted = delete(row).where(row.digest == digest).returning(row.user, row.expires_at)
        taken = self._session.execute(wanted, execution_options=_PLAIN).one_or_none()
        return Invitation(digest, taken.user, datetime.fromisoformat(taken.expires_at)) if taken else None

    def enter_session(self, session: Session) -> None:
        self._enter(SessionRow, session)

    def hold_session(self, id: str) -> Session | None:
        wanted = select(SessionRow).where(SessionRow.id == id).with_for_update()
        row = self._session.scalar(wanted, execution_options=HELD)
        return session_of(row) if row else None

    def keep_session(self, session: Session) -> None:
        self._keep(SessionRow, session.id, session)

    def end_sessions(self, user: str, reason: str, spared: str = "") -> int:
        row = SessionRow
        here = (row.user == user, row.ended == "", row.id != spared)
        ending = update(row).where(*here).values(ended=reason).returning(row.id)
        return len(self._session.scalars(ending, execution_options=_PLAIN).all())

    def enter_key(self, key: ApiKey) -> None:
        self._enter(ApiKeyRow, key)

    def hold_key(self, id: str) -> ApiKey:
        wanted = select(ApiKeyRow).where(ApiKeyRow.id == id).with_for_update()
        row = self._session.scalar(wanted, execution_options=HELD)
        if row is None:
            raise KeyUnknown(id=id)
        return key_of(row)

    def keep_key(self, key: ApiKey) -> None:
        self._keep(ApiKeyRow, key.id, key)

    def enter_signing_key(self, key: SigningKey) -> None:
        self._enter(SigningKeyRow, key)

    def signing_keys(self) -> Sequence[SigningKey]:
        take(self._session, *_SIGNING, 0)
        return signing_keys_of(self._session)

    def keep_signing_key(self, key: SigningKey) -> None:
        self._keep(SigningKeyRow, key.id, key)

    def forget_signing_keys(self, before: datetime) -> int:
        row = SigningKeyRow
        here = (row.retired_at != "", row.retired_at < before.isoformat())
        gone = delete(row).where(*here).returning(row.id)
        return len(self._session.scalars(gone, execution_options=_PLAIN).all())

    def give_ticket(self, ticket: Ticket) -> None:
        self._enter(TicketRow, ticket)

    def take_ticket(self, digest: str) -> Ticket | None:
        row = TicketRow
        wanted = delete(row).where(row.digest == digest).returning(row.actor, row.subject, row.expires_at)
        taken = self._session.execute(wanted, execution_options=_PLAIN).one_or_none()
        if taken is None:
            return None
        return Ticket(digest, taken.actor, taken.subject, datetime.fromisoformat(taken.expires_at))

    def forget(self, before: datetime) -> int:
        forgotten = 0
        for row, key in (
            (SessionRow, SessionRow.id),
            (InvitationRow, InvitationRow.digest),
            (TicketRow, TicketRow.digest),
        ):
            gone = delete(row).where(row.expires_at < before.isoformat()).returning(key)
            forgotten += len(self._session.scalars(gone, execution_options=_PLAIN).all())
        return forgotten

    def _enter(self, row: type[Row], thing: _Thing) -> None:
        self._session.execute(insert(row), [{"tenant": self._session.tenant, **_columns(thing)}])

    def _keep(self, row: type[UserRow | SessionRow | ApiKeyRow | SigningKeyRow], id: str, thing: _Thing) -> None:
        columns = {name: value for name, value in _columns(thing).items() if name not in ("id", "created_at")}
        self._session.execute(update(row).where(row.id == id).values(columns), execution_options=_PLAIN)


def _columns(thing: _Thing) -> dict[str, object]:
    """Times in ISO 8601 in UTC, and none as nothing."""
    return {name: _column(value) for name, value in asdict(thing).items()}


def _column(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    return "" if value is None else value
