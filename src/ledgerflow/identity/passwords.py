"""Passwords: hashed by argon2id with the parameters of RFC 9106, section 4, second choice; refused where weak."""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

from ledgerflow.billing.errors import Finding

LEAST, MOST = 12, 256  # characters: NIST SP 800-63B asks for eight at least, and for long ones to be taken

_hasher = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)


def weak(password: str, email: str, place: str) -> list[Finding]:
    """What is wrong with a new password; nothing is asked of its kinds of letters."""
    if not LEAST <= len(password) <= MOST:
        message = f"A password has {LEAST} to {MOST} characters."
        return [Finding("password.length", place, message, "Take a few words that nobody would guess together.")]
    known = {part for part in email.casefold().replace("@", ".").split(".") if len(part) > 3}
    plain = password.casefold()
    if len(set(plain)) < 5 or any(part in plain and len(part) * 2 > len(plain) for part in known):
        message = "That password is too easy to guess."
        return [Finding("password.guessable", place, message, "Take a few words that nobody would guess together.")]
    return []


def hash_password(password: str) -> str:
    """What is kept of a password."""
    return _hasher.hash(password)


def matches(password: str, kept: str) -> bool:
    """Whether it is the password. Takes as long where there is none to compare with, so that nobody learns which
    addresses are known."""
    try:
        return _hasher.verify(kept or _of_nobody(), password) and bool(kept)
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(kept: str) -> bool:
    """Whether it was hashed with weaker parameters than now."""
    return _hasher.check_needs_rehash(kept)


@cache
def _of_nobody() -> str:
    return _hasher.hash("the password of nobody")
