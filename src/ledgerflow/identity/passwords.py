"""Passwords: hashed by argon2id with the parameters of RFC 9106, section 4, second choice; refused where weak.

A hash takes 64 MiB and a tenth of a second: so many are made at once, and who would wait too long is sent away.
"""

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

from ledgerflow.billing.errors import BillingError, Finding

LEAST, MOST = 12, 256  # characters: NIST SP 800-63B asks for eight at least, and for long ones to be taken

_KINDS, _REST = 5, 8  # the least of different letters, and of letters beside those of one's own address
_AT_ONCE, _PATIENCE = 4, 3  # hashes in the making, and seconds that another waits for its turn
_OF_NOBODY = (  # of a password that was thrown away
    "$argon2id$v=19$m=65536,t=3,p=4$csVPndp+YeDBHyIdX9JEfg$+0Qb9hXrMBXAMuL3f1Mp2YszLgpEROilTG/23vCljmo"
)

_hasher = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
_turns = BoundedSemaphore(_AT_ONCE)


class TooManyAtOnce(BillingError):
    """Too many passwords are being checked at this moment. Try again in a while."""


def weak(password: str, email: str, place: str) -> list[Finding]:
    """What is wrong with a new password; nothing is asked of its kinds of letters."""
    if not LEAST <= len(password) <= MOST:
        message = f"A password has {LEAST} to {MOST} characters."
        return [Finding("password.length", place, message, "Take a few words that nobody would guess together.")]
    plain = rest = password.casefold()
    for part in email.casefold().replace("@", ".").split("."):
        rest = rest.replace(part, "") if len(part) > 2 else rest
    if len(set(plain)) < _KINDS or (rest != plain and len(rest) < _REST):
        message = "That password is too easy to guess."
        return [Finding("password.guessable", place, message, "Take a few words that nobody would guess together.")]
    return []


def hash_password(password: str) -> str:
    """What is kept of a password. Raises TooManyAtOnce."""
    with _turn():
        return _hasher.hash(_same(password))


def matches(password: str, kept: str) -> bool:
    """Whether it is the password. Takes as long where there is none to compare with, so that nobody learns which
    addresses are known. Raises TooManyAtOnce."""
    try:
        with _turn():
            return _hasher.verify(kept or _OF_NOBODY, _same(password)) and bool(kept)
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(kept: str) -> bool:
    """Whether it was hashed with weaker parameters than now."""
    return _hasher.check_needs_rehash(kept)


def _same(password: str) -> str:
    """Keyboards write one letter in several ways (NIST SP 800-63B, section 3.1.1.2)."""
    return unicodedata.normalize("NFKC", password)


@contextmanager
def _turn() -> Iterator[None]:
    if not _turns.acquire(timeout=_PATIENCE):
        raise TooManyAtOnce()
    try:
        yield
    finally:
        _turns.release()
