"""Keys of machines: made once, shown once, ended."""

from dataclasses import replace
from datetime import datetime, timedelta
from hmac import compare_digest

from ledgerflow.admission.signing_in import Draw, SignedOut
from ledgerflow.admission.users import require_of_tenant
from ledgerflow.identity.people import ApiKey, KeyUnknown, digest_of
from ledgerflow.identity.roles import INSTALLATION, Role
from ledgerflow.issuing.ports import Journal, Ledger

PREFIX = "lf"


def make_key(
    ledger: Ledger, tenant: str, name: str, role: Role, life: timedelta, *, at: datetime, actor: str, draw: Draw
) -> tuple[ApiKey, str]:
    """A key, and the words by which a machine shows it: they name the tenant and are told once. Raises InputRefused."""
    if tenant != INSTALLATION:
        require_of_tenant(role)
    id, secret = draw(), draw()
    key = ApiKey(id, name, role, digest_of(secret), at, at + life)

    def make(journal: Journal) -> None:
        journal.people.enter_key(key)
        journal.audit(at, actor, "make_key", {"key": id, "role": role.value})

    ledger.transact(make)
    return key, f"{PREFIX}.{tenant}.{id}.{secret}"


def end_key(ledger: Ledger, id: str, *, at: datetime, actor: str) -> ApiKey:
    """A key that is good no more; one that had ended stays so. Raises KeyUnknown."""

    def end(journal: Journal) -> ApiKey:
        held = journal.people.hold_key(id)
        if held.ended:
            return held
        ended = replace(held, ended=f"by {actor}")
        journal.people.keep_key(ended)
        journal.audit(at, actor, "end_key", {"key": id})
        return ended

    return ledger.transact(end)


def tenant_named(words: str) -> str:
    """Whose key it says it is, unverified; empty where it is no key."""
    parts = words.split(".")
    return parts[1] if len(parts) == 4 and parts[0] == PREFIX else ""


def require_key(ledger: Ledger, words: str, at: datetime) -> ApiKey:
    """The key that a machine shows; raises SignedOut."""
    _, _, id, secret = words.split(".")
    try:
        key = ledger.people.key(id)
    except KeyUnknown as unknown:
        raise SignedOut(reason="the key is not good") from unknown
    if not compare_digest(key.digest, digest_of(secret)):
        raise SignedOut(reason="the key is not good")
    if key.ended or key.expires_at <= at:
        raise SignedOut(reason="the key has ended")
    return key
