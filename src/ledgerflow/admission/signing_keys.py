"""The keys that sign access tokens: a new one now and then, the old ones trusted until what they signed has expired."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from ledgerflow.identity.people import SigningKey
from ledgerflow.identity.tokens import LIFE, new_key
from ledgerflow.issuing.ports import Journal, Ledger

AGE = timedelta(days=30)  # after which the next one signs
_TRUSTED = 2 * LIFE  # after it was retired


def current_keys(ledger: Ledger, id: str, *, at: datetime) -> Sequence[SigningKey]:
    """All keys, newest first; the first is made where there is none. `ledger` is the installation's."""
    keys = ledger.people.signing_keys()
    signing = next((key for key in keys if key.retired_at is None), None)
    if signing is None or signing.created_at + AGE <= at:
        return rotate_keys(ledger, id, at=at, actor="keys", unless_since=at - AGE)
    return keys


def rotate_keys(
    ledger: Ledger, id: str, *, at: datetime, actor: str, unless_since: datetime | None = None
) -> Sequence[SigningKey]:
    """A new key signs from now on; nobody is signed out. With `unless_since` nothing is done where another made one
    later than that."""

    def rotate(journal: Journal) -> None:
        known = journal.people.signing_keys()
        signing = [key for key in known if key.retired_at is None]
        if unless_since is not None and signing and signing[0].created_at > unless_since:
            return
        for key in signing:
            journal.people.keep_signing_key(replace(key, retired_at=at))
        journal.people.enter_signing_key(new_key(id, at))
        journal.people.forget_signing_keys(at - _TRUSTED)
        journal.audit(at, actor, "rotate_signing_keys", {"key": id})

    ledger.transact(rotate)
    return ledger.people.signing_keys()
