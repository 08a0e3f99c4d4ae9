"""The keys that sign access tokens: a new one now and then, the old ones trusted until what they signed has expired."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from ledgerflow.identity.people import SigningKey
from ledgerflow.identity.tokens import ANNOUNCED, LONGEST, new_key
from ledgerflow.issuing.ports import Journal, Ledger

AGE = timedelta(days=30)  # after which the next one signs
TRUSTED = LONGEST + timedelta(minutes=10)  # after it was retired: processes sign by it until they read the keys again


def current_keys(ledger: Ledger, id: str, *, at: datetime) -> Sequence[SigningKey]:
    """The keys that are trusted, newest first; where there is none, one is made. `ledger` is the installation's."""
    keys = ledger.people.signing_keys()
    if not keys or keys[0].retired_at is not None or keys[0].created_at + AGE <= at:
        return rotate_keys(ledger, id, at=at, actor="keys", unless_since=at - AGE)
    return _trusted(keys, at)


def rotate_keys(
    ledger: Ledger, id: str, *, at: datetime, actor: str, unless_since: datetime | None = None
) -> Sequence[SigningKey]:
    """A new key signs in some seconds; nobody is signed out. With `unless_since` nothing is done where another made one
    later than that."""

    def rotate(journal: Journal) -> None:
        known = journal.people.signing_keys()
        signing = [key for key in known if key.retired_at is None]
        if unless_since is not None and signing and signing[0].created_at > unless_since:
            return
        for key in signing:
            journal.people.keep_signing_key(replace(key, retired_at=at + ANNOUNCED))
        journal.people.enter_signing_key(new_key(id, at))
        journal.people.forget_signing_keys(at - TRUSTED)
        journal.audit(at, actor, "rotate_signing_keys", {"key": id})

    ledger.transact(rotate)
    return _trusted(ledger.people.signing_keys(), at)


def _trusted(keys: Sequence[SigningKey], at: datetime) -> Sequence[SigningKey]:
    return [key for key in keys if key.retired_at is None or key.retired_at + TRUSTED > at]
