"""Signing in, going on with a refresh token, and signing out.

A refresh token is good once: with each use comes the next of its family. One that is shown again was stolen, by whoever
used it first or by whoever shows it now, so the whole family ends (RFC 9700, section 4.14.2). Two windows of a browser
may show the same token at once: for some seconds the second is told to come again with what the first got, and gets
nothing, as a thief would get nothing.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import NoReturn

from ledgerflow.admission.staying import Stay
from ledgerflow.billing.errors import BillingError
from ledgerflow.identity import passwords
from ledgerflow.identity.people import Session, User, UserUnknown, digest_of
from ledgerflow.identity.tokens import Claims
from ledgerflow.issuing.ports import Journal, Ledger

Draw = Callable[[], str]
"""Draws a secret that nobody can guess: at least 32 bytes, in letters that a URL takes."""

STRANGER = "nobody"  # in the trail, who is not known
TOGETHER = timedelta(seconds=10)  # in which two windows may show the same token
_SHAPE = re.compile(r"[\w-]{1,100}\.\d{1,9}\.[\w-]{1,100}\.[\w-]{1,100}", re.ASCII)
_HALF = len(digest_of(""))
REUSED = "a refresh token was shown again"
_FOREIGN = "the token is not good"
_JUST_USED = "it was used a moment ago"


class NotAdmitted(BillingError):
    """The address, the password or the business is wrong."""


class SignedOut(BillingError):
    """The sign-in is over: {reason}. Sign in again."""


class JustUsed(BillingError):
    """Another window used this refresh token a moment ago. Try again with the one that it got."""


@dataclass(frozen=True, slots=True)
class Admitted:
    """Somebody who came in: the refresh token is told once."""

    user: User
    session: Session
    refresh: str


def sign_in(ledger: Ledger, email: str, password: str, stay: Stay, *, at: datetime, draw: Draw) -> Admitted:
    """Begins a session. Raises NotAdmitted, which does not say what was wrong; the trail does."""
    known = ledger.people.by_email(email.strip().casefold())
    right = passwords.matches(password, known.password if known else "")
    if known is None or not right or not known.active:
        reason = "unknown" if known is None else "inactive" if right else "password"
        _refuse(ledger, known.id if known else STRANGER, reason, at)
    return _admit(ledger, known, password, at + stay.unused, at, draw)


def refuse_stranger(installation: Ledger, password: str, *, at: datetime) -> NoReturn:
    """Who names a tenant that is not there. Takes as long as any refusal, and is in the installation's trail."""
    installation.people.by_email("")
    passwords.matches(password, "")
    _refuse(installation, STRANGER, "tenant", at)


def go_on(ledger: Ledger, token: str, stay: Stay, *, at: datetime, draw: Draw) -> Admitted:
    """The next refresh token, and by it the next access token. How long one stays is asked anew each time: a session
    that began when it was longer is over as others are. Raises SignedOut, JustUsed."""
    shown = Refresh.read(token)
    seen = ledger.people.session(shown.session)
    if seen is None:
        raise SignedOut(reason=_FOREIGN)

    def turn(journal: Journal) -> Admitted | str:
        user = journal.people.hold_user(seen.user)  # before the session, as whoever changes a user does
        held = journal.people.hold_session(shown.session)
        refusal = _refusal(held, shown, stay, at)
        if held is None or refusal:
            if held and not held.ended and refusal == REUSED:
                journal.people.keep_session(replace(held, ended=REUSED))
                journal.audit(at, held.user, "refresh_token_reused", {"session": held.id, "turn": shown.turn})
            return refusal
        if not user.active:
            return "the user was shut out"
        following = Refresh(held.id, held.turn + 1, shown.family, draw())
        expires = min(at + stay.unused, held.created_at + stay.whole)
        session = replace(held, digest=following.digest(), turn=following.turn, used_at=at, expires_at=expires)
        journal.people.keep_session(session)
        return Admitted(user, session, following.text())

    done = ledger.transact(turn)
    if isinstance(done, str):
        raise JustUsed() if done == _JUST_USED else SignedOut(reason=done)
    return done


def sign_out(ledger: Ledger, session: str, *, at: datetime, reason: str = "signed out") -> None:
    """Ends a session; one that is over stays so."""

    def end(journal: Journal) -> None:
        held = journal.people.hold_session(session)
        if held and not held.ended:
            journal.people.keep_session(replace(held, ended=reason))
            journal.audit(at, held.user, "sign_out", {"session": session, "reason": reason})

    ledger.transact(end)


def claims_of(tenant: str, admitted: Admitted, at: datetime, life: timedelta) -> Claims:
    """What the access token of somebody who came in says."""
    user = admitted.user
    return Claims(user.id, tenant, user.role, admitted.session.id, at + life)


def require_admitted(ledger: Ledger, claims: Claims, at: datetime) -> User:
    """The user behind a token that is good, as the books have them now; raises SignedOut where that changed since."""
    session = ledger.people.session(claims.session)
    if session is None or session.ended or session.expires_at <= at or session.user != claims.subject:
        raise SignedOut(reason=session.ended if session and session.ended else "it has expired")
    try:
        user = ledger.people.user(claims.subject)
    except UserUnknown as gone:
        raise SignedOut(reason="the user is gone") from gone
    if not user.active or user.role is not claims.role:
        raise SignedOut(reason="the user was shut out, or has another role now")
    return user


@dataclass(frozen=True, slots=True)
class Refresh:
    """A refresh token: which session, which turn of it, a secret that all of the family bear, and one of its own. Who
    knows a session by its name alone, as from the trail, cannot end it by a token that they made up."""

    session: str
    turn: int
    family: str
    secret: str

    def text(self) -> str:
        return f"{self.session}.{self.turn}.{self.family}.{self.secret}"

    def digest(self) -> str:
        return digest_of(self.family) + digest_of(self.secret)

    @classmethod
    def read(cls, text: str) -> "Refresh":
        """Raises SignedOut where it is none."""
        if not _SHAPE.fullmatch(text):
            raise SignedOut(reason="no refresh token came")
        session, turn, family, secret = text.split(".")
        return cls(session, int(turn), family, secret)


def _refusal(held: Session | None, shown: Refresh, stay: Stay, at: datetime) -> str:
    """Why a token is refused; empty where it is good."""
    if held is None or not compare_digest(held.digest[:_HALF], shown.digest()[:_HALF]) or shown.turn > held.turn:
        return _FOREIGN
    if held.ended:
        return held.ended
    if min(held.expires_at, held.used_at + stay.unused, held.created_at + stay.whole) <= at:
        return "it has expired"
    if shown.turn < held.turn:
        return _JUST_USED if shown.turn == held.turn - 1 and at < held.used_at + TOGETHER else REUSED
    return "" if compare_digest(held.digest, shown.digest()) else _FOREIGN


def _refuse(ledger: Ledger, actor: str, reason: str, at: datetime) -> NoReturn:
    """In the trail, but for what only repeats itself. Neither the address nor the password is kept."""
    ledger.transact(lambda journal: journal.audit_sparingly(at, actor, "sign_in_refused", {"reason": reason}))
    raise NotAdmitted()


def _admit(ledger: Ledger, known: User, password: str, until: datetime, at: datetime, draw: Draw) -> Admitted:
    first = Refresh(draw(), 0, draw(), draw())
    session = Session(first.session, known.id, first.digest(), 0, at, at, until)
    fresh = passwords.hash_password(password) if passwords.is_outdated(known.password) else ""

    def admit(journal: Journal) -> User:
        user = journal.people.hold_user(known.id)
        if not user.active or user.password != known.password:
            raise NotAdmitted()
        if fresh:
            user = replace(user, password=fresh)
            journal.people.keep_user(user)
        journal.people.enter_session(session)
        journal.audit(at, user.id, "sign_in", {"session": session.id})
        return user

    return Admitted(ledger.transact(admit), session, first.text())
