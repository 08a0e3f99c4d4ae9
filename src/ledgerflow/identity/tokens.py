"""Access tokens: JWTs (RFC 7519) signed by Ed25519 (RFC 8037, named as RFC 9864 has it), with tenant and role inside.

A token is good for ten minutes. Who verifies knows the public keys alone; a key is found by its `kid`.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OKPKey
from joserfc.jwt import ClaimsOption

from ledgerflow.billing.errors import BillingError
from ledgerflow.identity.people import SigningKey
from ledgerflow.identity.roles import Role

ALGORITHM = "Ed25519"
ISSUER = AUDIENCE = "ledgerflow"
LIFE = timedelta(minutes=10)
_NEEDED: ClaimsOption = {"essential": True}
_LEEWAY = 5  # seconds by which clocks of servers may differ


class TokenRefused(BillingError):
    """The access token is not good: {reason}."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says: who (`subject` in `tenant`, with `role`), by which sign-in, and until when."""

    subject: str
    tenant: str
    role: Role
    session: str
    expires_at: datetime


def new_key(id: str, at: datetime) -> SigningKey:
    """A key to sign with."""
    key = OKPKey.generate_key("Ed25519", {"kid": id, "alg": ALGORITHM, "use": "sig"})
    return SigningKey(id, json.dumps(key.as_dict(private=True)), at)


class KeyRing:
    """The keys of an installation: the newest that is not retired signs, all verify."""

    def __init__(self, keys: Sequence[SigningKey]) -> None:
        self._keys = KeySet([OKPKey.import_key(json.loads(key.jwk)) for key in keys])
        self._known = {key.id for key in keys}
        self._signing = next((key.id for key in keys if key.retired_at is None), "")

    def knows(self, id: str) -> bool:
        """Whether a key of that `kid` is here."""
        return id in self._known

    def sign(self, claims: Claims, at: datetime) -> str:
        """The token, good from `at`."""
        said = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": claims.subject,
            "tenant": claims.tenant,
            "role": claims.role.value,
            "sid": claims.session,
            "iat": int(at.timestamp()),
            "nbf": int(at.timestamp()),
            "exp": int(claims.expires_at.timestamp()),
        }
        header = {"alg": ALGORITHM, "kid": self._signing}
        return jwt.encode(header, said, self._keys.get_by_kid(self._signing), algorithms=[ALGORITHM])

    def verify(self, token: str, at: datetime) -> Claims:
        """What a token says; raises TokenRefused."""
        checks = jwt.JWTClaimsRegistry(
            now=int(at.timestamp()),
            leeway=_LEEWAY,
            iss={"essential": True, "value": ISSUER},
            aud={"essential": True, "value": AUDIENCE},
            sub=_NEEDED,
            tenant=_NEEDED,
            role=_NEEDED,
            sid=_NEEDED,
            iat=_NEEDED,
            nbf=_NEEDED,
            exp=_NEEDED,
        )
        try:
            said = jwt.decode(token, self._keys, algorithms=[ALGORITHM]).claims
            checks.validate(said)
            names = [said["sub"], said["tenant"], said["sid"]]
            if not all(isinstance(name, str) for name in names):
                raise TokenRefused(reason="its claims are of another kind")
            until = datetime.fromtimestamp(said["exp"], UTC)
            return Claims(said["sub"], said["tenant"], Role(said["role"]), said["sid"], until)
        except (JoseError, ValueError, KeyError, TypeError) as refusal:
            raise TokenRefused(reason=_in_words(refusal)) from refusal

    def public(self) -> dict[str, list[dict[str, object]]]:
        """The public halves, as a JWK set (RFC 7517)."""
        return {"keys": [dict(key.as_dict(private=False)) for key in self._keys.keys]}


def key_named(token: str) -> str:
    """The `kid` that a token names, unverified; empty where it names none."""
    from joserfc.jws import extract_compact

    try:
        return str(extract_compact(token.encode()).headers().get("kid", ""))
    except (JoseError, ValueError):
        return ""


def _in_words(refusal: Exception) -> str:
    return {"expired_token": "it has expired", "invalid_token": "it is not good yet"}.get(  # nosec B105  # words about a token, not one
        getattr(refusal, "error", ""), "it was not signed here, or says something else"
    )
